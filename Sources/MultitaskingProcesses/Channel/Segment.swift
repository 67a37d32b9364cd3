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

/// One place of a channel.
struct Cell {
    static let inlineCapacity = 88

    let arena: Arena
    let offset: Int

    /// The cell at an offset that was read from shared memory, or nil if there cannot be one.
    init?(arena: Arena, untrusted offset: UInt64) {
        guard offset >= arena.layout.chunks, offset <= arena.layout.size - Segment.cellStride, offset & 127 == 0,
            offset & 4095 != 0
        else {
            return nil
        }
        self.init(arena: arena, offset: Int(offset))
    }

    @inline(__always)
    init(arena: Arena, offset: Int) {
        self.arena = arena
        self.offset = offset
    }

    @inline(__always) var wordCell: SharedWord { arena.word(offset) }
    @inline(__always) var word: CellWord { CellWord(rawValue: wordCell.load()) }
    var fingerprint: SharedWord { arena.word(offset + 8) }
    var payload: PayloadPlace {
        PayloadPlace(arena: arena, descriptor: offset + 16, inline: offset + 40, inlineCapacity: Self.inlineCapacity)
    }
    /// How many bytes were sent up to here and including this element, in a channel that counts them.
    var endBytes: SharedWord { arena.word(offset + 32) }
    /// The segment this cell lies in and its number there.
    @inline(__always)
    var place: (segment: Segment, index: Int) {
        let within = (offset - arena.layout.chunks) % 4096
        return (Segment(arena: arena, offset: offset - within), (within - 128) / Segment.cellStride)
    }
}

extension Arena {
    /// Calls `body` with every segment that is in use, whatever channel it belongs to.
    ///
    /// - Complexity: O(segments that were ever in use at the same time).
    func forEachSegment(_ body: (Segment) -> Void) {
        for chunk in touchedChunks {
            let word = loadChunk(chunk)
            guard word.state == .blocks, word.sizeClass == SizeClass.segment else { continue }
            for block in 0..<ArenaLayout.chunkSize / SizeClass.size(SizeClass.segment)
            where BlockHeader(rawValue: headerWord(chunk: chunk, block: block).load()).state == .used {
                body(Segment(arena: self, offset: chunkOffset(chunk) + block * SizeClass.size(SizeClass.segment)))
            }
        }
    }
}
