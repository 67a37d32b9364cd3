package import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// Bytes that go to another process, perhaps more than once: few in an array, many in memory that goes by its
/// descriptor.
package struct Parcel: Sendable {
    enum Contents: Sendable {
        case bytes([UInt8])
        case memory(ParcelMemory)
    }

    let contents: Contents

    package init(_ bytes: [UInt8]) { contents = .bytes(bytes) }

    /// Copies a payload behind some bytes, to where it is sent from.
    package init(_ head: [UInt8], _ payload: PayloadWriter) throws {
        let count = head.count + payload.byteCount
        func pieces(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
            try unsafe head.withUnsafeBytes(take)
            try unsafe payload.forEachPiece(take)
        }
        if count > FrameKind.leastBlob, let memory = try unsafe ParcelMemory(count: count, pieces) {
            contents = .memory(memory)
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        try unsafe pieces { unsafe bytes.append(contentsOf: $0) }
        contents = .bytes(bytes)
    }

    package var count: Int {
        switch contents {
        case .bytes(let bytes): bytes.count
        case .memory(let memory): memory.count
        }
    }

    /// The bytes, copied if they are many.
    ///
    /// - Throws: ``FrameError`` if they cannot be mapped.
    package var bytes: [UInt8] {
        get throws {
            switch contents {
            case .bytes(let bytes): bytes
            case .memory(let memory): try FrameTail.blob(Blob(memory.descriptor, count: UInt64(memory.count))).array
            }
        }
    }
}

/// Shared memory that waits to be sent.
final class ParcelMemory: Sendable {
    let descriptor: OwnedDescriptor
    let count: Int

    /// How many there are, and may be: each has a descriptor of the program's.
    private static let made = Atomic<Int>(0)
    private static let limit = 64

    /// Fails if there are many already, or the system has no memory of this kind; then an array must do.
    init?(count: Int, _ pieces: TailPieces) throws {
        // ORDERING: relaxed; it only counts.
        guard Self.made.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            Self.made.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
        do { descriptor = try unsafe Blob.make(count: count, pieces) } catch {
            Self.made.wrappingSubtract(1, ordering: .relaxed)
            guard error is Refusal else { throw error }
            return nil
        }
        self.count = count
    }

    // ORDERING: relaxed; it only counts.
    deinit { Self.made.wrappingSubtract(1, ordering: .relaxed) }
}
