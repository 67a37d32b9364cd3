package import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// Bytes that go to another process, perhaps more than once: few in an array, many in memory that goes by its descriptor.
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
        func copy(to target: UnsafeMutableRawBufferPointer) throws {
            unsafe head.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            try unsafe payload.copy(into: UnsafeMutableRawBufferPointer(rebasing: target[head.count...]))
        }
        if count > FrameKind.leastBlob, let memory = try unsafe ParcelMemory(count: count, copy) {
            contents = .memory(memory)
            return
        }
        contents = .bytes(
            // SAFETY: all bytes are written, or it throws.
            try unsafe [UInt8](unsafeUninitializedCapacity: count) { target, written in
                try unsafe copy(to: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[..<count]))
                written = count
            })
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
    init?(count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        // ORDERING: relaxed; it only counts.
        guard Self.made.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            Self.made.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
        do { descriptor = try unsafe Blob.make(count: count, body) } catch {
            Self.made.wrappingSubtract(1, ordering: .relaxed)
            guard error is Refusal else { throw error }
            return nil
        }
        self.count = count
    }

    // ORDERING: relaxed; it only counts.
    deinit { Self.made.wrappingSubtract(1, ordering: .relaxed) }
}
