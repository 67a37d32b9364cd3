package import MultitaskingCore
internal import MultitaskingSerialization
internal import Synchronization

/// A shared value as this process has it. In the parent the value is gone with this object.
package final class RemoteSharedMemory: SharedMemory {
    let shares: RemoteShares
    private let contents: SharedBytes
    private let state: Mutex<State>

    private struct State {
        /// The pool's number for the value; nil for one that nobody else has heard of.
        var number: UInt64?
        var decoded: (any Sendable)?
        /// The values inside of it.
        var inner: [any SharedObject]
    }

    init(_ shares: RemoteShares, _ contents: SharedBytes, number: UInt64?, inner: [any SharedObject] = []) {
        self.shares = shares
        self.contents = contents
        state = Mutex(State(number: number, inner: inner))
    }

    deinit { if let number = state.withLock({ $0.number }) { shares.drop(number) } }

    package var bytes: UnsafeRawBufferPointer { unsafe contents.bytes }

    /// The value's number; one that has none yet is made known first.
    func knownNumber(_ publish: (UnsafeRawBufferPointer) throws -> UInt64) throws -> UInt64 {
        if let number = state.withLock({ $0.number }) { return number }
        let number = try unsafe publish(bytes)
        state.withLock { $0.number = number }
        return number
    }

    package func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value {
        if let known = state.withLock({ $0.decoded }) {
            guard let value = known as? Value else {
                throw MultitaskingError(.wrongType, "the shared value was decoded as another type before")
            }
            return value
        }
        // SAFETY: the reader is gone before the bytes are.
        let value = try unsafe PayloadReader(bytes, environment: environment).decode(type)
        state.withLock { $0.decoded = value }
        return value
    }
}

/// Bytes that lie where a page begins.
@safe
final class SharedBytes: @unchecked Sendable {
    // SAFETY: the bytes are allocated or mapped once, are not changed after that, and live as long as this object.
    let bytes: UnsafeRawBufferPointer
    private let owned: UnsafeMutableRawBufferPointer?
    private let blob: Blob?

    /// Memory that `fill` fills.
    init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, count), alignment: 4096)
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
        do { try unsafe fill(part) } catch {
            unsafe memory.deallocate()
            throw error
        }
        unsafe owned = memory
        unsafe bytes = UnsafeRawBufferPointer(part)
        blob = nil
    }

    /// What has arrived.
    convenience init(_ tail: FrameTail) throws {
        switch tail {
        case .blob(let blob): self.init(blob)
        case .bytes(let bytes):
            try unsafe self.init(count: bytes.count) { target in
                unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            }
        }
    }

    private init(_ blob: Blob) {
        self.blob = blob
        unsafe bytes = blob.bytes
        unsafe owned = nil
    }

    deinit { unsafe owned?.deallocate() }
}
