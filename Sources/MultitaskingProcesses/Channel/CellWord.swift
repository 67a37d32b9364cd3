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

    /// Bits 0...2: state. Bits 3...12: owner, or where the element is described. Bits 13...17: how many cells follow
    /// that it speaks for as well. Bits 18...63: the segment's tag.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(_ state: State, owner: Int = 0, span: Int = 1, tag: SegmentTag) {
        rawValue = state.rawValue | UInt64(owner) << 3 | UInt64(span &- 1) << 13 | tag.rawValue << 18
    }

    /// A full cell whose element is described by another cell, `distance` cells before it, or by itself if that is 0:
    /// see `ChannelQueue+Spans.swift`.
    init(describedBefore distance: Int, span: Int, tag: SegmentTag) {
        self.init(.full, owner: distance &+ 1, span: span, tag: tag)
    }

    /// How many cells before it the one is that describes the values of a full cell; nil if each describes itself.
    ///
    /// Nobody owns an element that is in a channel, so the bits are free, except where it is held out by a sender.
    @inline(__always) var describedBefore: Int? { state == .full && owner > 0 ? owner &- 1 : nil }

    var state: State { State(rawValue: rawValue & 7) ?? .void }
    var owner: Int { Int(rawValue >> 3 & 0x3ff) }
    /// For how many cells the word speaks, from its own on: see `ChannelQueue+Spans.swift`.
    @inline(__always) var span: Int { Int(rawValue >> 13 & 31) + 1 }
    var tag: SegmentTag { SegmentTag(rawValue: rawValue >> 18) }
}
