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
            throw FrameError("a descriptor isn't sealed memory of \(count) bytes")
        }
        do { mapping = try ReadOnlyMapping(descriptor.number, offset: 0, count: Int(count)) } catch {
            throw FrameError("memory of \(count) bytes cannot be mapped: \(error)")
        }
    }

    /// The bytes, which another process may change: nothing may be believed of them twice.
    package var bytes: UnsafeRawBufferPointer { unsafe mapping.bytes }

    /// Makes memory of `count` bytes, to be sent.
    ///
    /// - Throws: `Refusal`, and what `pieces` throws.
    static func make(count: Int, _ pieces: TailPieces) throws -> OwnedDescriptor {
        let descriptor = try make()
        try unsafe fill(descriptor, count: count, pieces)
        return descriptor
    }

    /// Makes memory that is still empty.
    ///
    /// - Throws: `Refusal`.
    fileprivate static func make() throws -> OwnedDescriptor {
        let number = unsafe mt_memfd_create("mt-frame")
        guard number >= 0 else { throw Refusal(.createMemfd, -number) }
        let descriptor = OwnedDescriptor(number)
        let status = mr_seal_against_shrinking(number)
        guard status == 0 else { throw Refusal(.sealFile, -status) }
        return descriptor
    }

    /// Writes `count` bytes to where memory begins.
    ///
    /// They are written and not mapped: the system then need not clear each page, and find it again.
    /// - Throws: `Refusal`, and what `pieces` throws.
    fileprivate static func fill(_ descriptor: OwnedDescriptor, count: Int, _ pieces: TailPieces) throws {
        var written = 0
        try unsafe pieces { piece in
            var rest = unsafe piece[...]
            while unsafe !rest.isEmpty {
                // SAFETY: the piece is there until this returns.
                let part = unsafe pwrite(
                    descriptor.number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, off_t(written))
                guard part > 0 else {
                    if part < 0, errno == EINTR { continue }
                    throw Refusal(.writeFile, part < 0 ? errno : ENOSPC)
                }
                unsafe rest = rest.dropFirst(part)
                written += part
            }
        }
        // Whoever maps them relies on it.
        guard written == count else { throw FrameError("\(written) bytes were written instead of \(count)") }
    }
}

/// Memory for large tails that go to one peer, each of which the peer has read when the next one is written.
///
/// The system need not find and clear its pages anew: memory that was filled before takes half as long to fill.
struct TailMemory {
    private var descriptor: OwnedDescriptor?
    private var lastUse: Int64 = 0

    /// How long memory is kept that is not used, in nanoseconds.
    static let patience: Int64 = 1_000_000_000
    /// How much is kept, in bytes: the task that follows may take long.
    static let limit = 256 << 20

    var isKept: Bool { descriptor != nil }

    /// Writes `count` bytes over what was here before.
    ///
    /// - Returns: what is to be sent.
    /// - Throws: `Refusal`, and what `pieces` throws.
    mutating func fill(count: Int, _ pieces: TailPieces) throws -> OwnedDescriptor {
        // Gone if this throws.
        let memory = try descriptor.take() ?? Blob.make()
        try unsafe Blob.fill(memory, count: count, pieces)
        // What another tail has left behind this one's end counts as well.
        if mr_sealed_size(memory.number) <= Self.limit { descriptor = memory }
        lastUse = monotonicNanoseconds()
        return memory
    }

    /// Gives the memory back if it was not used for a while.
    mutating func releaseUnused() {
        if isKept, monotonicNanoseconds() - lastUse >= Self.patience { descriptor = nil }
    }
}

/// What a tail is made of: calls what it is given with one piece after the other.
typealias TailPieces = (_ take: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

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
