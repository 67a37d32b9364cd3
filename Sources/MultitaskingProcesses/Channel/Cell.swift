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
    var payload: PayloadField {
        PayloadField(arena: arena, offset: offset + 16, inline: offset + 40, inlineCapacity: Self.inlineCapacity)
    }
    /// How many bytes were sent up to here and including this element, in a channel that counts them.
    var endBytes: SharedWord { arena.word(offset + 32) }
    /// Fetches a place behind this one in its segment to this core, which will change it soon, while it does something
    /// else.
    @inline(__always)
    func prefetch(ahead count: Int) {
        arena.prefetch(offset + count * Segment.cellStride)
        arena.prefetch(offset + count * Segment.cellStride + 64)
    }

    /// The segment this cell lies in and its number there.
    @inline(__always)
    var place: (segment: Segment, index: Int) {
        let within = (offset - arena.layout.chunks) % 4096
        return (Segment(arena: arena, offset: offset - within), (within - 128) / Segment.cellStride)
    }
}
