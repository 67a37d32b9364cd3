import MultitaskingCore
import MultitaskingSerialization

/// A payload in a block of its own, compressed where the pool's policy says so.
struct PayloadBlock {
    static let compressedFlag: UInt64 = 1 << 63
    /// The payload refers to shared values.
    static let sharingFlag: UInt64 = 1 << 62
    /// A compressed payload begins with its size before compression.
    static let prefix = 8

    let block: BlockReference
    let length: Int
    let isCompressed: Bool
    private let isSharing: Bool

    /// The length, and the flags.
    var lengthWord: UInt64 {
        UInt64(length) | (isCompressed ? Self.compressedFlag : 0) | (isSharing ? Self.sharingFlag : 0)
    }

    /// Copies what was written into a new block, which the journal names from before it exists.
    ///
    /// - Parameter mayWait: whether to wait for memory that others can give back.
    /// - Throws: `arenaLimitReached`, also for what is larger than the pool's memory before it is compressed: a process
    ///   that reads it needs as much, and can tell from nothing else what is too much.
    init(
        _ writer: PayloadWriter, arena: Arena, heap: Heap, journal: JournalEntry, compression: CompressionPolicy,
        mayWait: Bool = true
    ) throws {
        let count = writer.byteCount
        guard count <= arena.layout.payloadLimit else {
            throw MultitaskingError.neverFits(
                "a value takes \(count) bytes, more than the pool's arenaLimit of \(arena.layout.payloadLimit) bytes; "
                    + "make that larger, "
                    + "or send less at a time")
        }
        isSharing = writer.hasExports
        let noteByteCount = isSharing ? Passage.noteByteCount : 0
        if let frame = try Self.compress(writer, arena: arena, policy: compression) {
            length = frame.count + Self.prefix
            isCompressed = true
            block = try heap.allocate(length + noteByteCount, journal: journal, mayWait: mayWait)
            unsafe arena.withBytes(at: block.offset, count: length) { target in
                unsafe target.storeBytes(of: UInt64(count), as: UInt64.self)
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[Self.prefix...]).copyBytes(from: frame)
            }
        } else {
            length = count
            isCompressed = false
            block = try heap.allocate(count + noteByteCount, journal: journal, mayWait: mayWait)
            try unsafe arena.withBytes(at: block.offset, count: count) { try unsafe writer.copy(into: $0) }
        }
        if isSharing { try Self.note(writer, in: block, arena, heap) }
    }

    /// Says that the block leads to the values that the payload refers to.
    private static func note(_ writer: PayloadWriter, in block: BlockReference, _ arena: Arena, _ heap: Heap) throws {
        let names = writer.exports?.objects.compactMap { ($0 as? any NamedSharedMemory)?.name } ?? []
        do { try Passage(arena).add(Set(names), in: block, by: heap.member) } catch {
            heap.free(block)
            throw error
        }
    }

    /// The compressed payload, or nil if the policy is against it or it would not be smaller.
    private static func compress(
        _ writer: PayloadWriter, arena: Arena, policy: CompressionPolicy
    ) throws -> [UInt8]? {
        guard policy != .none else { return nil }
        let used = Double(arena.header.usedChunks.hint) / Double(max(1, arena.layout.chunkCount))
        let count = writer.byteCount
        guard policy.level(forByteCount: count, memoryInFlight: used) != nil else { return nil }
        let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { unsafe payload.deallocate() }
        try unsafe writer.copy(into: payload)
        return try unsafe policy.compress(UnsafeRawBufferPointer(payload), memoryInFlight: used)
    }
}
