/// Random numbers from a seed (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A stream of its own for each combination of numbers.
    init(_ numbers: UInt64...) {
        state = 0
        for number in numbers {
            state ^= number
            state = next()
        }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
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
