public import MultitaskingCore

/// What a thread pool offers to its tasks.
///
/// Each worker has one of its own, so that workers do not count references to the same object.
@usableFromInline
final class ThreadEnvironment: TaskEnvironment {
    private let registry: ObjectRegistry
    private let identity: PoolIdentity

    init(registry: ObjectRegistry, identity: PoolIdentity) {
        self.registry = registry
        self.identity = identity
    }

    @usableFromInline
    func channel(_ reference: ObjectReference) throws -> any JoinableChannel {
        guard let channel = registry.channel(reference) else { throw missing("channel", reference) }
        return channel
    }

    @usableFromInline
    func cancelSignal(_ reference: ObjectReference) throws -> any CancelSignal {
        guard let signal = registry.signal(reference) else { throw missing("cancel signal", reference) }
        return signal
    }

    @usableFromInline
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let result = Monitor<Result<Value, any Error>?>(nil)
        let identity = identity
        Task.detached {
            let outcome: Result<Value, any Error>
            do {
                outcome = .success(try await PoolIdentity.$current.withValue(identity, operation: body))
            } catch {
                outcome = .failure(error)
            }
            result.withLock { $0 = outcome }
            result.signal()
        }
        guard let outcome = result.wait(until: nil, isForOthers: false, { $0 }) else { throw CancellationError() }
        return try outcome.get()
    }

    @usableFromInline var clock: any TaskClock { MachineClock() }

    @usableFromInline var isEndRequested: Bool { identity.isEndRequested }

    private func missing(_ kind: String, _ reference: ObjectReference) -> MultitaskingError {
        MultitaskingError(
            .noSuchObject,
            "this pool has no \(kind) with the reference \(reference.rawValue); keep it alive as long as tasks use it")
    }
}
