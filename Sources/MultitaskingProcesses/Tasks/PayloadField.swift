import Glibc
import MultitaskingCore
import MultitaskingSerialization

/// Where a payload lies: in a few inline bytes if it is small, in a block otherwise.
struct PayloadField: Record {
    enum Field: Int, RecordField {
        case block = 0
        case length = 8
    }

    static let size = 16

    let arena: Arena
    let offset: Int
    /// Where the inline bytes are.
    let inline: Int
    let inlineCapacity: Int
    /// Up to how many inline bytes lie at the beginning of their place; more lie at its end.
    let frontCapacity: Int

    @inline(__always)
    init(arena: Arena, offset: Int, inline: Int, inlineCapacity: Int, frontCapacity: Int? = nil) {
        self.arena = arena
        self.offset = offset
        self.inline = inline
        self.inlineCapacity = inlineCapacity
        self.frontCapacity = frontCapacity ?? inlineCapacity
    }

    @inline(__always) var block: Shared<BlockReference> { shared(.block) }
    /// How many bytes there are, with `PayloadBlock.compressedFlag` beside.
    @inline(__always) private var length: SharedWord { word(.length) }

    @inline(__always)
    func clear() {
        block.storeRelaxed(.none)
        length.storeRelaxed(0)
    }

    /// Stores what was written. The journal names the block, if there is one, until the place is published.
    ///
    /// - Throws: `arenaLimitReached`.
    func store(
        _ writer: PayloadWriter, heap: Heap, journal: JournalEntry, compression: CompressionPolicy
    ) throws {
        let count = writer.byteCount
        // Only a block can say what it leads to.
        guard count <= inlineCapacity, !writer.hasExports else {
            return adopt(try PayloadBlock(writer, arena: arena, heap: heap, journal: journal, compression: compression))
        }
        try store(writer, count)
    }

    /// Stores what was written in place: `count` bytes, which is no more than fit.
    func store(_ writer: PayloadWriter, _ count: Int) throws {
        try unsafe arena.withBytes(at: place(of: count), count: count) { try unsafe writer.copy(into: $0) }
        block.storeRelaxed(.none)
        length.storeRelaxed(UInt64(count))
    }

    /// Makes so many bytes the payload of this place, and returns them to be written; there is room for them.
    @unsafe @inline(__always)
    func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        block.storeRelaxed(.none)
        length.storeRelaxed(UInt64(count))
        return unsafe arena.withBytes(at: place(of: count), count: count) { unsafe $0 }
    }

    /// The bytes of a payload that is known to be in place and to have so many, which are no more than fit.
    @unsafe @inline(__always)
    func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        unsafe arena.withBytes(at: place(of: count), count: count) { UnsafeRawBufferPointer($0) }
    }

    /// Where so many inline bytes lie.
    @inline(__always)
    private func place(of count: Int) -> Int {
        count <= frontCapacity ? inline : inline &+ inlineCapacity &- count
    }

    /// Makes the bytes in a block the payload of this place.
    func adopt(_ block: BlockReference, length: Int) {
        self.block.storeRelaxed(block)
        self.length.storeRelaxed(UInt64(length))
    }

    /// Makes a payload that has a block of its own the payload of this place.
    @inline(__always)
    func adopt(_ parcel: PayloadBlock) {
        block.storeRelaxed(parcel.block)
        length.storeRelaxed(parcel.lengthWord)
    }

    /// The bytes of the payload, readable until the place is used again; nil if they must be decompressed first.
    ///
    /// - Throws: `decodeFailed` if the place cannot be what a healthy process wrote.
    @unsafe @inline(__always)
    func bytes() throws -> UnsafeRawBufferPointer? {
        // Each word is read once: what is checked is what is used.
        let length = length.load()
        let reference = block.load()
        guard reference.isNone, length <= UInt64(inlineCapacity) else {
            return try unsafe blockBytes(reference, length)
        }
        return unsafe bytes(Int(length))
    }

    private func blockBytes(_ reference: BlockReference, _ length: UInt64) throws -> UnsafeRawBufferPointer? {
        guard length & PayloadBlock.compressedFlag == 0 else { return nil }
        let length = length & ~PayloadBlock.sharingFlag
        guard let place = arena.locate(reference), length <= UInt64(place.capacity) else { throw Self.damaged }
        return unsafe arena.withBytes(at: reference.offset, count: Int(length)) { UnsafeRawBufferPointer($0) }
    }

    /// Runs `body` with the bytes of the payload.
    ///
    /// - Throws: `decodeFailed` if the place cannot be what a healthy process wrote, if its compressed bytes are
    ///   damaged, or if they say that they become more than any payload of this pool has.
    func withPayload<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let lengthWord = self.length.load()
        let length = Int(lengthWord & ~(PayloadBlock.compressedFlag | PayloadBlock.sharingFlag))
        let reference = block.load()
        if reference.isNone {
            guard (0...inlineCapacity).contains(length) else { throw Self.damaged }
            return try unsafe body(bytes(length))
        }
        guard let place = arena.locate(reference), length <= place.capacity, length >= 0 else { throw Self.damaged }
        return try unsafe arena.withBytes(at: reference.offset, count: length) { bytes in
            guard lengthWord & PayloadBlock.compressedFlag != 0 else {
                return try unsafe body(UnsafeRawBufferPointer(bytes))
            }
            return try unsafe Self.withDecompressed(
                UnsafeRawBufferPointer(bytes), limit: arena.layout.payloadLimit, body)
        }
    }

    /// How many bytes there are, as they lie in memory.
    @inline(__always) var byteCount: UInt64 {
        length.loadRelaxed() & ~(PayloadBlock.compressedFlag | PayloadBlock.sharingFlag)
    }

    /// Whether the payload refers to shared values.
    @inline(__always) var isSharing: Bool { length.loadRelaxed() & PayloadBlock.sharingFlag != 0 }

    private static var damaged: MultitaskingError {
        MultitaskingError(
            .decodeFailed,
            "a payload in shared memory is damaged: its length or place is impossible; a task has written over the "
                + "pool's memory")
    }

    private static func withDecompressed<Result>(
        _ bytes: UnsafeRawBufferPointer, limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard bytes.count >= PayloadBlock.prefix else { throw damaged }
        let size = unsafe bytes.loadUnaligned(as: UInt64.self)
        // zstd cannot shrink by more than about 1 : 32,000; a larger claim is damage, not data.
        guard size <= UInt64(bytes.count) << 16, size <= UInt64(limit) else { throw damaged }
        // Not Swift's own, which ends the process when a wrong size is too large.
        guard let memory = unsafe malloc(max(1, Int(size))) else { throw damaged }
        defer { unsafe free(memory) }
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: memory, count: Int(size))
        try unsafe ZstdCodec.decompress(UnsafeRawBufferPointer(rebasing: bytes[PayloadBlock.prefix...]), into: buffer)
        return try unsafe body(UnsafeRawBufferPointer(buffer))
    }
}
