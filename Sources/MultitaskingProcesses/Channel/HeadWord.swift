/// Where a channel's receivers are, and how many cells they have passed that never held an element.
///
/// Both stand in one word, so that each such cell is counted once: by the one exchange that moves the head past it.
struct HeadWord: BitFields {
    /// Bits 0...50: the position. Bits 51...63: the count's last bits; see `ChannelHeader.voids`.
    let rawValue: UInt64

    private static let positionBits: UInt64 = 51
    static let voidMask: UInt64 = (1 << (64 - positionBits)) - 1

    @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always) var position: UInt64 { rawValue & ((1 << Self.positionBits) - 1) }
    var voids: UInt64 { rawValue >> Self.positionBits }

    /// The word when so many cells are passed, none of which was void.
    @inline(__always)
    func advanced(by count: UInt64) -> HeadWord { HeadWord(rawValue: rawValue &+ count) }

    /// The word when a void cell is passed.
    var advancedPastVoid: HeadWord { HeadWord(rawValue: rawValue &+ 1 &+ 1 << Self.positionBits) }
}
