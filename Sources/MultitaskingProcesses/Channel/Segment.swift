/// A run of 31 places of a channel: 4 KiB of memory that never serves for anything but segments.
struct Segment {
    static let cells = 31
    static let allConsumed: UInt64 = (1 << 31) - 1
    static let cellStride = 128

    let arena: Arena
    let offset: Int

    @inline(__always)
    init(arena: Arena, offset: Int) {
        self.arena = arena
        self.offset = offset
    }

    /// The segment a link leads to, or nil if no segment can be there.
    @inline(__always)
    init?(arena: Arena, link: SegmentLink) {
        let offset = arena.layout.chunks + Int(link.unit) * 4096
        guard !link.isNone, offset + 4096 <= arena.layout.size else { return nil }
        self.init(arena: arena, offset: offset)
    }

    var unit: UInt64 { UInt64((offset - arena.layout.chunks) / 4096) }

    /// A `SegmentLink` to the next segment.
    var next: SharedWord { arena.word(offset) }
    /// The `SegmentTag` while the segment is in its channel; with the top bit set when it was taken out.
    var tag: SharedWord { arena.word(offset + 8) }
    /// The allocation, for giving it back.
    var block: SharedWord { arena.word(offset + 16) }
    /// One bit for each place whose element is gone.
    var consumed: SharedWord { arena.word(offset + 24) }
    /// How many bytes were sent before this segment's, in a channel that counts them.
    var startBytes: SharedWord { arena.word(offset + 32) }
    /// The channel's index.
    var channel: SharedWord { arena.word(offset + 40) }

    @inline(__always)
    func cell(_ index: Int) -> Cell { Cell(arena: arena, offset: offset + 128 + index * Self.cellStride) }

    /// Makes an allocated segment ready to be linked.
    func initialize(
        _ newTag: SegmentTag, block reference: BlockReference, channel index: Int, startBytes bytes: UInt64 = 0
    ) {
        next.storeRelaxed(SegmentLink(noneAfter: newTag).rawValue)
        tag.storeRelaxed(newTag.rawValue)
        block.storeRelaxed(reference.rawValue)
        consumed.storeRelaxed(0)
        channel.storeRelaxed(UInt64(index))
        // ORDERING: after the tag: who reads the new bytes and then the tag sees that it is another segment.
        startBytes.store(bytes)
        for index in 0..<Self.cells { cell(index).wordCell.store(CellWord(.free, tag: newTag).rawValue) }
    }

    static let retiredFlag: UInt64 = 1 << 63
}
