import MultitaskingCore
import Synchronization

/// An error that can cross between processes.
struct PortableFailure: Error, Codable, Equatable {
    var number: Int
}

/// An error that cannot cross between processes.
struct PlainFailure: Error {
    var number: Int
}

/// Another error, which nobody lists.
struct OtherFailure: Error, Codable, Equatable {}

/// A value of no size.
struct NoSize: Codable, Sendable {}

/// A value that counts how often one with its number is decoded in this process.
struct CountedValue: Codable, Sendable {
    private static let decodings = Mutex<[Int: Int]>([:])
    private static let numbers = Tally()
    let number: Int

    /// A number that no other value of this process has.
    static func newNumber() -> Int { numbers.add() }
    static func decodings(of number: Int) -> Int { decodings.withLock { $0[number] ?? 0 } }

    init(_ number: Int) { self.number = number }
    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        Self.decodings.withLock { $0[number, default: 0] += 1 }
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// A value of many parts.
struct Parcel: Codable, Sendable, Equatable {
    enum Kind: String, Codable { case first, second }
    indirect enum Tree: Codable, Equatable, Sendable { case leaf(Int), fork(Tree, Tree) }

    var text: String
    var numbers: [Int]
    var fractions: [Double]
    var table: [String: [Int?]]
    var kind: Kind
    var tree: Tree
    var nothing: Int?

    /// A value whose parts are easily confused.
    static func example(_ seed: Int) -> Parcel {
        Parcel(
            text: "\(seed) – grüß \u{1F600}\0", numbers: Array(0..<seed % 50), fractions: [.infinity, -0.0, 0.1],
            table: ["": [nil], "a": [1, nil, Int.min], "ä": []], kind: seed.isMultiple(of: 2) ? .first : .second,
            tree: .fork(.leaf(seed), .fork(.leaf(.max), .leaf(-1))), nothing: nil)
    }
}

/// An element of a channel: its sender, and its number there.
struct Item: Codable, Sendable, Hashable {
    var producer: Int
    var number: Int
    /// Makes some elements large.
    var padding: [UInt8] = []

    static func padded(_ producer: Int, _ number: Int) -> Item {
        let padding = number % 37 == 0 ? [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 400) : []
        return Item(producer: producer, number: number, padding: padding)
    }

    var isIntact: Bool { self == .padded(producer, number) }
}

/// A value that cannot be encoded, or decoded, in or out of the process it was made in.
struct Stubborn: Codable, Sendable {
    enum Moment: String, Codable {
        case never, encodingAtHome, decodingAtHome, encodingAway, decodingAway
    }

    var moment: Moment
    var home: Int32

    init(_ moment: Moment, home: Int32 = System.processID) {
        self.moment = moment
        self.home = home
    }

    private enum CodingKeys: CodingKey { case moment, home }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        moment = try values.decode(Moment.self, forKey: .moment)
        home = try values.decode(Int32.self, forKey: .home)
        if moment == (home == System.processID ? .decodingAtHome : .decodingAway) { throw PlainFailure(number: 1) }
    }

    func encode(to encoder: any Encoder) throws {
        if moment == (home == System.processID ? .encodingAtHome : .encodingAway) { throw PlainFailure(number: 2) }
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(moment, forKey: .moment)
        try values.encode(home, forKey: .home)
    }
}

/// Which ``Stubborn`` value a task is to return, if any.
struct StubbornOrder: Codable, Sendable {
    var moment: Stubborn.Moment
    var home: Int32
    var isThrown: Bool
}
