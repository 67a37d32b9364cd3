import MultitaskingCore

extension SplitMix64 {
    /// A stream of its own for each combination of numbers.
    init(_ numbers: UInt64...) {
        self.init(seed: 0)
        var state: UInt64 = 0
        for number in numbers {
            self = SplitMix64(seed: state ^ number)
            state = next()
        }
        self = SplitMix64(seed: state)
    }
}

extension RandomNumberGenerator {
    /// Whether something happens that happens once in so many times.
    mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// One of the choices, each as likely as its weight says.
    mutating func pick<Choice>(_ choices: [(weight: Int, choice: Choice)]) -> Choice {
        var left = number(1...choices.reduce(0) { $0 + $1.weight })
        for (weight, choice) in choices {
            left -= weight
            if left <= 0 { return choice }
        }
        return choices[0].choice
    }
}
