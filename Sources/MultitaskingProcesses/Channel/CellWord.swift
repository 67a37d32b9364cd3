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
        /// There will never be an element: `owner` was too slow with it, or has died. The segment must stay until `owner`
        /// has noticed, or its death was settled, as it may be writing here to this very moment.
        case void
        /// `owner` has the element and has not reported it, in a channel that redelivers: the element is kept.
        case taken
        /// `owner` is done with an element that it had taken.
        case settling
    }

    /// Bits 0...2: state. Bits 3...12: owner. Bits 13...27: the channel's serial. Bits 28...63: the segment's number.
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

/// Which segment of which channel.
struct SegmentTag: Equatable, Sendable {
    /// Bits 0...14: the channel's serial. Bits 15...50: the segment's number.
    let rawValue: UInt64

    static let serialMask: UInt64 = (1 << 15) - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(serial: UInt64, segment: UInt64) { rawValue = serial & Self.serialMask | segment << 15 }

    var segment: UInt64 { rawValue >> 15 }
}

/// A pointer to a segment together with its number, in one word.
struct SegmentLink: Equatable, Sendable {
    /// Bits 0...27: the place, in units of a segment. Bits 28...62: the number. Bit 63: there is no segment here yet.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(number: UInt64, unit: UInt64) { rawValue = number << 28 | unit }

    /// What stands in a segment's link until its successor exists; unlike any other segment's.
    init(noneAfter tag: SegmentTag) { rawValue = 1 << 63 | tag.rawValue }

    var isNone: Bool { rawValue >> 63 == 1 }
    var number: UInt64 { rawValue >> 28 }
    var unit: UInt64 { rawValue & ((1 << 28) - 1) }
}
