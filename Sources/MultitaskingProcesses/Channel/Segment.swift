/// A run of 31 cells of a channel: 4 KiB of memory that never serves for anything but segments.
struct Segment: Record {
    enum Field: Int, RecordField {
        case next = 0
        case tag = 8
        case block = 16
        case consumed = 24
        case startBytes = 32
        case channel = 40
        case cells = 128

        var size: Int { self == .cells ? Segment.cells * Segment.cellStride : 8 }
    }

    static let size = 4096

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

    /// The next segment.
    var next: SharedLink { SharedLink(word(.next)) }
    /// The `SegmentTag` while the segment is in its channel; with the top bit set when it was taken out.
    var tag: SharedWord { word(.tag) }
    /// The allocation, for giving it back.
    var block: Shared<BlockReference> { shared(.block) }
    /// One bit for each cell whose element is gone.
    var consumed: SharedWord { word(.consumed) }
    /// How many bytes were sent before this segment's, in a channel that counts them.
    var startBytes: SharedWord { word(.startBytes) }
    /// The channel's index.
    var channel: SharedWord { word(.channel) }

    @inline(__always)
    func cell(_ index: Int) -> Cell { Cell(arena: arena, offset: offset(of: .cells) + index * Self.cellStride) }

    /// Makes an allocated segment ready to be linked.
    ///
    /// - Parameter cellsAreWritten: whether to write the words of the cells. Those that are left have the tag of an
    ///   earlier segment, and that says that a cell is free, too: see `ChannelQueue.state(of:in:_:)`.
    func initialize(
        _ newTag: SegmentTag, block reference: BlockReference, channel index: Int, startBytes bytes: UInt64 = 0,
        cellsAreWritten: Bool = true
    ) {
        next.storeRelaxed(SegmentLink(noneAfter: newTag))
        tag.storeRelaxed(newTag.rawValue)
        block.storeRelaxed(reference)
        // ORDERING: after the tag: a process that finds a bit gone, and then reads the tag, sees why.
        consumed.store(0)
        channel.storeRelaxed(UInt64(index))
        // ORDERING: after the tag: a process that reads the new bytes and then the tag sees that it is another segment.
        startBytes.store(bytes)
        guard cellsAreWritten else { return }
        for index in 0..<Self.cells { cell(index).word.store(CellWord(.free, tag: newTag)) }
    }

    static let retiredFlag: UInt64 = 1 << 63
}
