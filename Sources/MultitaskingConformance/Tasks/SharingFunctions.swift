import MultitaskingCore

// What the cases about shared values have tasks do.

/// An element that is more than a number.
struct Place: BitwiseCopyable {
    var number: Int
    var isOdd: Bool
}

/// A value with a shared one inside.
struct Crate: Codable, Sendable {
    var label: String
    var numbers: SharedArray<Int>
}

/// A value that refers to an object, where it is not decoded.
struct Keepsake: Codable, Sendable {
    let object: Tally?

    init(_ object: Tally) { self.object = object }
    init(from decoder: any Decoder) throws { object = nil }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(1)
    }
}

func sumOfShared(_ part: Range<Int>, _ numbers: SharedArray<Int>) -> Int {
    // A backend that loses elements must not end the program.
    guard part.upperBound <= numbers.count else { return -1 }
    let sum = numbers.withSpan { span in part.reduce(0) { $0 + span[$1] } }
    // By position, to the same end.
    return part.reduce(0) { $0 + numbers[$1] } == sum ? sum : -1
}
func oddOnes(_ places: SharedArray<Place>) -> Int { places.count(where: \.isOdd) }
func valueOfShared(_ parcel: Shared<Parcel>) -> Parcel { parcel.value }
func sumOfCrate(_ crate: Shared<Crate>) -> Int { crate.value.numbers.reduce(0, +) }
func sameArray(_ numbers: SharedArray<Int>) -> SharedArray<Int> { numbers }
func firsts(_ arrays: [SharedArray<Int>]) -> [Int] { arrays.map { $0[0] } }
func lookAtKeepsake(_ keepsake: Shared<Keepsake>) -> Int { 1 }

/// Receives a crate, adds up what is in it, and sends it on.
func passOn(_ environment: any TaskEnvironment, _ input: ChannelTicket, _ output: ChannelTicket) throws -> Int {
    guard let crate = try input.open(environment).receive(as: Crate.self, wait: input.limit) else { return -1 }
    _ = try output.open(environment).send(crate, wait: output.limit)
    return crate.numbers.reduce(0, +)
}

/// Says that it runs, waits for the signal, and only then reads.
func sumBehindGate(
    _ environment: any TaskEnvironment, _ numbers: SharedArray<Int>, _ started: ChannelTicket, _ gate: SignalTicket
) throws -> Int {
    _ = try started.open(environment).send(1, wait: started.limit)
    _ = try gate.open(environment).waitUntilSet(gate.limit)
    return numbers.reduce(0, +)
}

func makeShared(_ environment: any TaskEnvironment, _ count: Int, _ first: Int) throws -> SharedArray<Int> {
    try environment.makeSharedArray(of: Int.self, count: count) { numbers in
        for index in numbers.indices { numbers[index] = first + index }
    }
}

func makeAndSend(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ count: Int) throws -> Int {
    let numbers = try makeShared(environment, count, 0)
    _ = try channel.open(environment).send(numbers, wait: channel.limit)
    return numbers.count
}

func failToMakeShared(_ environment: any TaskEnvironment, _ count: Int) throws -> SharedArray<Int> {
    try environment.makeSharedArray(of: Int.self, count: count) { _ in
        throw MultitaskingError(.invalidArgument, "thrown instead of filling it")
    }
}

func dieWithShared(_ numbers: SharedArray<Int>) -> Int {
    let sum = numbers.reduce(0, +)
    if sum > 0 { Blow.kill.strike() }
    return sum
}

func dieMakingShared(_ environment: any TaskEnvironment, _ numbers: SharedArray<Int>) throws -> SharedArray<Int> {
    let made = try makeShared(environment, 100, 0)
    return try environment.makeSharedArray(of: Int.self, count: 100) { _ in
        withExtendedLifetime(made) {}
        Blow.kill.strike()
    }
}
