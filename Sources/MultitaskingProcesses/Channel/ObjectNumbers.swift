import MultitaskingCore

extension SharedObjectID {
    /// How many bits say which of the pool's places for channels, or for signals, it is.
    static let indexBits: UInt64 = 17
    /// Serials go round after so many: more than all that a pool can make in one place within a hundred years.
    static let serialLimit: UInt64 = 1 << (64 - indexBits)

    /// Bits 0...16: the place. Bits 17...63: the serial of the object that has it.
    init(index: Int, serial: UInt64) { self.init(rawValue: UInt64(index) | serial << Self.indexBits) }

    var index: Int { Int(rawValue & ((1 << Self.indexBits) - 1)) }
    var serial: UInt64 { rawValue >> Self.indexBits }
}

/// The places of the pool's channels, or of its signals, and how often each was given out.
///
/// Known to the client alone, so that nobody can write over it. A place that is given back is used again after 64
/// others at the earliest, and its serial is then the next one: a reference never leads to another object than the one
/// that it was made for.
struct ObjectNumbers {
    /// How many places are left alone before one is used again.
    private static let rest = 64

    private let limit: Int
    /// What serials begin after.
    private let origin: UInt64
    /// The serial of each place that was ever used.
    private var serials: [UInt64] = []
    /// The free ones among them, the one that was given back first at `first`.
    private var free: [Int] = []
    private var first = 0

    init(limit: Int, origin: UInt64 = 0) {
        self.limit = limit
        self.origin = origin
    }

    /// A serial to begin after that other pools do not begin after, so that their references lead to nothing here.
    static func makeOrigin() -> UInt64 { .random(in: 0..<SharedObjectID.serialLimit / 2) }

    /// Whether a pool whose serials begin after `origin` gave one out, as far as its number says.
    static func isCounted(_ serial: UInt64, from origin: UInt64) -> Bool { 1...1 << 32 ~= serial &- origin }

    /// How many are in use.
    var usedCount: Int { serials.count - freeCount }

    private var freeCount: Int { free.count - first }

    /// Takes a place; nil if all are in use.
    mutating func take() -> (index: Int, serial: UInt64)? {
        guard let index = takeIndex() else { return nil }
        // 0 is nobody's.
        serials[index] = serials[index] + 1 < SharedObjectID.serialLimit ? serials[index] + 1 : 1
        return (index, serials[index])
    }

    private mutating func takeIndex() -> Int? {
        if freeCount < Self.rest, serials.count < limit {
            serials.append(origin)
            return serials.count - 1
        }
        guard freeCount > 0 else { return nil }
        defer { first += 1 }
        return free[first]
    }

    /// Gives a place back.
    mutating func giveBack(_ index: Int) {
        if first > free.count / 2 {
            free.removeFirst(first)
            first = 0
        }
        free.append(index)
    }

    /// Makes a place's next serial the one after this; for tests.
    mutating func preset(_ index: Int, serial: UInt64) { serials[index] = serial }
}
