/// The word of truth of one place in a channel. It names its channel and segment, so that a process that has slept for
/// long and still holds an old segment can never mistake somebody else's place for the one it means.
struct CellWord: Equatable, Sendable {
    enum State: UInt64 {
        case free = 0
        /// `owner` is putting an element here.
        case writing
        case full
        /// `owner` is taking the element.
        case reading
        /// The element is gone.
        case consumed
        /// There will never be an element: `owner` was too slow with it, or has died. The segment must stay until
        /// `owner` has noticed, or its death was settled, as it may be writing here to this very moment.
        case void
        /// `owner` has the element and has not reported it, in a channel that redelivers: the element is kept.
        case taken
        /// `owner` is done with an element that it had taken.
        case settling
    }

    /// Bits 0...2: state. Bits 3...12: owner. Bits 13...63: the segment's tag.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(_ state: State, owner: Int = 0, tag: SegmentTag) {
        rawValue = state.rawValue | UInt64(owner) << 3 | tag.rawValue << 13
    }

    var state: State { State(rawValue: rawValue & 7) ?? .void }
    var owner: Int { Int(rawValue >> 3 & 0x3ff) }
    var tag: SegmentTag { SegmentTag(rawValue: rawValue >> 13) }
}

/// Which segment of which channel, in 51 bits.
///
/// Each channel that ever was has a place of its own where its segments begin to be counted, scattered over all that
/// there are. So a process that has slept for long finds that the tag is another one's; that it is not takes a chance
/// of 1 to 2⁵¹.
struct SegmentTag: Equatable, Sendable {
    /// Bits 0...50.
    let rawValue: UInt64

    static let mask: UInt64 = (1 << 51) - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(origin: UInt64, segment: UInt64) { rawValue = (origin &+ segment) & Self.mask }

    /// The segment's number in the channel that counts from `origin`; another channel's segments seem to be far away.
    func segment(from origin: UInt64) -> UInt64 { (rawValue &- origin) & Self.mask }

    /// Where a channel begins to count: a mixture of its place and serial (SplitMix64's finalizer).
    static func origin(channel index: Int, serial: UInt64) -> UInt64 {
        var word = (UInt64(index) | serial << 17) &+ 0x9e37_79b9_7f4a_7c15
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return (word ^ word >> 31) & mask
    }
}

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
