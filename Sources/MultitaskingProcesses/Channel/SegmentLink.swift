/// A pointer to a segment together with its number, in one word.
///
/// The word has the lower 35 bits of the number. Its reader knows a number nearby, a position's, and with that all of
/// it: there are never 2³⁴ segments at the same time.
struct SegmentLink: Equatable, Sendable {
    /// Bits 0...27: the place, in units of a segment. Bits 28...62: the number. Bit 63: there is no segment here yet.
    let rawValue: UInt64
    /// The whole number.
    let number: UInt64

    static let numberBits: UInt64 = 35

    /// - Parameter near: the number of a segment that is at most 2³⁴ away.
    @inline(__always)
    init(rawValue: UInt64, near: UInt64) {
        self.rawValue = rawValue
        // The difference of the lower bits, with its sign.
        let shift = 64 - Self.numberBits
        let difference = Int64(bitPattern: ((rawValue >> 28) &- near) << shift) >> Int64(shift)
        number = near &+ UInt64(bitPattern: difference)
    }

    init(number: UInt64, unit: UInt64) {
        self.number = number
        rawValue = (number << 28 | unit) & ~(1 << 63)
    }

    /// What stands in a segment's link until its successor exists; unlike any other segment's.
    init(noneAfter tag: SegmentTag) { self.init(none: tag.rawValue) }

    /// What stands in the last segment's link of a channel that is taken apart; unlike any segment's.
    static let end = SegmentLink(none: 1 << 62)

    private init(none: UInt64) {
        rawValue = 1 << 63 | none
        number = 0
    }

    var isNone: Bool { rawValue >> 63 == 1 }
    var unit: UInt64 { rawValue & ((1 << 28) - 1) }

    static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
}

/// A word in shared memory that holds a link. As it has a part of the number alone, its reader says which is near.
struct SharedLink {
    private let word: SharedWord

    @inline(__always)
    init(_ word: SharedWord) { self.word = word }

    /// - Parameter near: the number of a segment that is at most 2³⁴ away.
    @inline(__always)
    func load(near: UInt64) -> SegmentLink { SegmentLink(rawValue: word.load(), near: near) }

    @inline(__always) func store(_ link: SegmentLink) { word.store(link.rawValue) }
    @inline(__always) func storeRelaxed(_ link: SegmentLink) { word.storeRelaxed(link.rawValue) }

    /// Replaces `expected` by `desired`; false, with nothing changed, if the word was something else.
    @inline(__always)
    func compareExchange(_ expected: SegmentLink, _ desired: SegmentLink) -> Bool {
        word.compareExchange(expected.rawValue, desired.rawValue)
    }
}
