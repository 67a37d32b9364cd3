/// One cell of a channel.
struct Cell: Record {
    enum Field: Int, RecordField {
        case word = 0
        case fingerprint = 8
        case payload = 16
        case endBytes = 32
        case inline = 40

        var size: Int {
            switch self {
            case .payload: PayloadField.size
            case .inline: Cell.inlineCapacity
            case .word, .fingerprint, .endBytes: 8
            }
        }
    }

    static let size = Segment.cellStride

    static let inlineCapacity = 88

    /// Up to how many bytes of an element lie at the beginning of their place, in the cache line of the cell's word.
    /// More lie at its end: of a vector of 64 bytes, all numbers are in the other line.
    private static let frontCapacity = 24

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

    @inline(__always) var word: Shared<CellWord> { shared(.word) }
    var fingerprint: SharedWord { word(.fingerprint) }
    var payload: PayloadField {
        PayloadField(
            arena: arena, offset: offset(of: .payload), inline: offset(of: .inline),
            inlineCapacity: Self.inlineCapacity, frontCapacity: Self.frontCapacity)
    }
    /// Makes so many bytes of a type the payload of this cell, and returns them to be written; there is room for them.
    @unsafe @inline(__always)
    func reserve(_ byteCount: Int, _ fingerprint: UInt64) -> UnsafeMutableRawBufferPointer {
        self.fingerprint.storeRelaxed(fingerprint)
        return unsafe payload.reserve(byteCount)
    }
    /// How many bytes were sent up to here and including this element, in a channel that counts them.
    var endBytes: SharedWord { word(.endBytes) }

    /// Makes so many bytes the payload of this cell, and of those behind it that it describes, and returns those of the
    /// first to be written; there is room for them.
    ///
    /// - Parameter headSize: how many of them come before the value and are the same in all; the others need not write
    ///   those.
    @unsafe
    func reserve(_ byteCount: Int, _ fingerprint: UInt64, headSize: Int) -> UnsafeMutableRawBufferPointer {
        // Where bytes are counted, each element describes itself.
        endBytes.storeRelaxed(UInt64(headSize))
        return unsafe reserve(byteCount, fingerprint)
    }

    /// Makes this cell, which holds a value and is the caller's, describe the value as the cell that has described it
    /// so far does.
    func describe(as description: Cell) {
        let (length, headSize) = (description.payload.byteCount, description.endBytes.loadRelaxed())
        guard description.offset != offset, headSize <= length, length <= UInt64(Self.inlineCapacity) else { return }
        let head = unsafe UnsafeRawBufferPointer(rebasing: description.payload.bytes(Int(length))[..<Int(headSize)])
        // SAFETY: as many bytes as in the other cell are in this one, and the head is no longer.
        unsafe payload.reserve(Int(length)).copyMemory(from: head)
        fingerprint.storeRelaxed(description.fingerprint.loadRelaxed())
    }

    /// Fetches a cell behind this one in its segment to this core, which will change it soon, while it does something
    /// else.
    @inline(__always)
    func prefetch(ahead count: Int) {
        arena.prefetch(offset + count * Segment.cellStride)
        arena.prefetch(offset + count * Segment.cellStride + 64)
    }
    /// Like ``prefetch(ahead:)``, but only the second of a cell's two lines.
    @inline(__always)
    func prefetchBack(ahead count: Int) { arena.prefetch(offset + count * Segment.cellStride + 64) }

    /// A cell behind this one in its segment.
    @inline(__always)
    func next(_ count: Int) -> Cell { Cell(arena: arena, offset: offset &+ count &* Segment.cellStride) }

    /// A cell before this one in its segment; the first one at most.
    func previous(_ count: Int) -> Cell {
        Cell(arena: arena, offset: offset &- min(count, location.index) &* Segment.cellStride)
    }

    /// The segment this cell lies in and its number there.
    @inline(__always)
    var location: (segment: Segment, index: Int) {
        // Segments lie at multiples of their size, and the first cell one stride behind their beginning.
        let within = offset & (Segment.size - 1)
        return (Segment(arena: arena, offset: offset &- within), within / Segment.cellStride &- 1)
    }
}
