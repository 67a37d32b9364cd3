package import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// The shared values of a pool, as one of its processes knows them.
///
/// The parent's objects are the values' owners. A child keeps what it has met until it hears that the parent has let
/// go of it, so that the next task finds it there.
package final class RemoteShares: SharedHome {
    private let requests: RequestTable
    private let pool: UInt32
    private let isParent: Bool
    private let state: Mutex<State>

    private struct State {
        /// Unlike that of any other pool; 0 while a child does not know it.
        var identity: UInt64
        var values: [UInt64: Weak] = [:]
        /// What a child keeps.
        var kept: [UInt64: RemoteSharedMemory] = [:]
        var lastNumber: UInt64 = 0
    }

    private struct Weak { weak var memory: RemoteSharedMemory? }

    /// The shares of the parent, which gives the pool an identity, or of a child.
    package init(_ requests: RequestTable, pool: UInt32, isParent: Bool) {
        self.requests = requests
        self.pool = pool
        self.isParent = isParent
        var random = SystemRandomNumberGenerator()
        state = Mutex(State(identity: isParent ? random.next() | 1 : 0))
    }

    /// A number of the pool that no other pool has.
    package var identity: UInt64 {
        get { state.withLock { $0.identity } }
        set { state.withLock { $0.identity = newValue } }
    }

    // MARK: Sharing

    /// Shares bytes, which `fill` writes.
    ///
    /// - Parameter inner: the shared values that they refer to.
    package func share(
        byteCount: Int, leadingTo inner: [any SharedObject] = [], _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> RemoteSharedMemory {
        let contents = try unsafe SharedBytes(count: byteCount, fill)
        let number = try unsafe publish(contents.bytes)
        let memory = RemoteSharedMemory(self, contents, number: number, inner: inner)
        state.withLock { $0.values[number] = Weak(memory: memory) }
        return memory
    }

    /// Memory that a task fills, and that others hear of when it is sent.
    func make(
        byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> RemoteSharedMemory {
        unsafe RemoteSharedMemory(self, try SharedBytes(count: byteCount, fill), number: nil)
    }

    private func publish(_ bytes: UnsafeRawBufferPointer) throws -> UInt64 {
        let number: UInt64 = state.withLock { state in
            state.lastNumber += 1
            if isParent { return state.lastNumber }
            // A child's numbers are random, and never those of the parent.
            var random = SystemRandomNumberGenerator()
            return random.next() | 1 << 63
        }
        let answer = unsafe requests.call(.share, head(number), pool: pool, tailCount: bytes.count) { take in
            try unsafe take(bytes)
        }
        switch answer.code {
        case .ok: return number
        case .lost: throw MultitaskingError(.shutDown, "the pool has ended and shares no more values")
        default:
            throw MultitaskingError(
                .systemError, "\(bytes.count) bytes cannot be shared: \(answer.tail.text); share less, or drop some")
        }
    }

    private func head(_ number: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.add(pool)
        writer.add(number)
        return writer.bytes
    }

    package func reference(to object: any SharedObject, type: UInt64) throws -> SharedReference {
        switch object {
        case let memory as RemoteSharedMemory where memory.shares === self:
            let number = try unsafe memory.knownNumber { bytes in
                let number = try unsafe publish(bytes)
                state.withLock { state in
                    state.values[number] = Weak(memory: memory)
                    if !isParent { state.kept[number] = memory }
                }
                return number
            }
            return SharedReference(home: identity, object: SharedObjectID(rawValue: number), type: type)
        case let file as SharedFileMapping: return SharedReference(file: file.file, type: type)
        default: throw MultitaskingError.sharedElsewhere
        }
    }

    // MARK: Finding

    /// The value behind a reference; takes a round trip, and more for a large one, if it was not met yet.
    ///
    /// - Throws: `noSuchObject`.
    package func find(_ reference: SharedReference) throws -> any SharedObject {
        if let file = reference.file { return try SharedFileMapping.find(file) }
        guard reference.home == identity else { throw MultitaskingError.sharedElsewhere }
        let number = reference.object.rawValue
        if let known = state.withLock({ $0.values[number]?.memory }) { return known }
        let answer = unsafe requests.call(.fetch, head(number), pool: pool, tailCount: 0) { _ in }
        guard answer.code == .ok else { throw MultitaskingError.noSharedValue }
        let memory = RemoteSharedMemory(self, try SharedBytes(answer.tail), number: number)
        return state.withLock { state in
            if let known = state.values[number]?.memory { return known }
            state.values[number] = Weak(memory: memory)
            if !isParent { state.kept[number] = memory }
            return memory
        }
    }

    // MARK: Letting go

    /// The object of a value is gone.
    func drop(_ number: UInt64) {
        let isGone = state.withLock { state in
            // Another one may have come in its place.
            guard state.values[number]?.memory == nil else { return false }
            return state.values.removeValue(forKey: number) != nil
        }
        guard isGone, isParent else { return }
        _ = requests.ask(HubRequest(.unshare, SharedObjectID(rawValue: number)), pool: pool) { _ in }
    }

    /// The parent has let go of a value.
    func forget(_ number: UInt64) {
        let kept = state.withLock { $0.kept.removeValue(forKey: number) }
        withExtendedLifetime(kept) {}
    }
}

/// What a parent offers to the values that it decodes: the pool's shared values, and nothing else.
package struct ParentEnvironment: TaskEnvironment {
    private let shares: RemoteShares

    package init(_ shares: RemoteShares) { self.shares = shares }

    package func sharedObject(_ reference: SharedReference) throws -> any SharedObject { try shares.find(reference) }

    package func channel(_ reference: SharedObjectID) throws -> any Channel {
        throw MultitaskingError(.noSuchObject, "a channel cannot be received by the parent; keep the one that was made")
    }

    package func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        throw MultitaskingError(.noSuchObject, "a signal cannot be received by the parent; keep the one that was made")
    }

    package func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        throw MultitaskingError(.invalidArgument, "the parent runs no tasks")
    }

    package var clock: any TaskClock { MachineClock() }
}
