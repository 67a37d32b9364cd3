/// The word of truth of one cell in a channel. It names its channel and segment, so that a process that has slept for
/// long and still holds an old segment can never mistake somebody else's cell for the one it means.
struct CellWord: BitFields {
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
