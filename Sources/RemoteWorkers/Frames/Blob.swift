internal import CMultitaskingLinux
internal import CRemoteWorkers
internal import Glibc
internal import MultitaskingSystem

/// A descriptor that closes itself.
package final class OwnedDescriptor: Sendable {
    package let number: Int32

    /// Takes a descriptor over.
    package init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

/// Large bytes that go from one process to another by a descriptor of shared memory.
package final class Blob: Sendable {
    private let mapping: ReadOnlyMapping

    /// Maps what another process has sent, which cannot take it back: its size is sealed.
    ///
    /// - Throws: ``FrameError`` if the descriptor is nothing of the kind, or has not so many bytes.
    package init(_ descriptor: OwnedDescriptor, count: UInt64) throws(FrameError) {
        let size = mr_sealed_size(descriptor.number)
        guard size >= 0, count <= UInt64(size), count <= UInt64(FrameKind.payloadLimit) else {
            throw FrameError("a descriptor is no sealed memory of \(count) bytes")
        }
        do { mapping = try ReadOnlyMapping(descriptor.number, offset: 0, count: Int(count)) } catch {
            throw FrameError("memory of \(count) bytes cannot be mapped: \(error)")
        }
    }

    /// The bytes, which another process may change: nothing may be believed of them twice.
    package var bytes: UnsafeRawBufferPointer { unsafe mapping.bytes }

    /// Makes memory of `count` bytes, filled by `body`, to be sent.
    ///
    /// - Throws: `Refusal`, and what `body` throws.
    static func make(count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> OwnedDescriptor {
        let number = unsafe mt_memfd_create("mt-frame")
        guard number >= 0 else { throw Refusal(.createMemfd, -number) }
        let descriptor = OwnedDescriptor(number)
        guard ftruncate(number, off_t(count)) == 0 else { throw Refusal(.sizeFile, errno) }
        // All pages at once: one after the other costs more than the copy.
        let memory = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED | Int32(MAP_POPULATE), number, 0)
        guard unsafe memory != MAP_FAILED, let memory = unsafe memory else { throw Refusal(.map, errno) }
        // SAFETY: nobody else has the descriptor yet.
        defer { unsafe munmap(memory, count) }
        try unsafe body(UnsafeMutableRawBufferPointer(start: memory, count: count))
        let status = mt_seal_size(number)
        guard status == 0 else { throw Refusal(.sealFile, -status) }
        return descriptor
    }
}

/// Bytes that stand last in a payload: in it, or beside it.
package enum FrameTail: Sendable {
    case bytes(ArraySlice<UInt8>)
    case blob(Blob)

    package static let empty = FrameTail.bytes([])

    package var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .blob(let blob): unsafe blob.bytes.count
        }
    }

    /// Calls `body` with the bytes.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch self {
        case .bytes(let bytes): try unsafe bytes.withUnsafeBytes(body)
        case .blob(let blob): try unsafe body(blob.bytes)
        }
    }

    /// The bytes, copied.
    package var array: [UInt8] { unsafe withBytes { unsafe [UInt8]($0) } }

    /// The bytes as text.
    package var text: String { String(decoding: array, as: UTF8.self) }
}
