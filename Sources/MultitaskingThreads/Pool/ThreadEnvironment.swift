public import MultitaskingCore
internal import MultitaskingSystem
internal import MultitaskingPlatform

/// What a worker of a thread pool offers to its tasks.
///
/// Each has one of its own, so that workers do not count references to the same object.
@usableFromInline
final class ThreadEnvironment: TaskEnvironment {
    private let registry: ObjectRegistry
    private let identity: PoolIdentity
    private let number: Int
    let tally: ThreadTally
    /// Whether what tasks log is to say which task it is from.
    private let namesLogs: Bool
    /// How many tasks were begun before by workers of the same number.
    private let begunBefore: Int

    init(registry: ObjectRegistry, identity: PoolIdentity, worker: Int, tally: ThreadTally) {
        self.tally = tally
        namesLogs = TaskLogNames.areWanted
        begunBefore = tally.begunCount
        self.registry = registry
        self.identity = identity
        number = worker
    }

    /// Counts a task that has thrown.
    @usableFromInline
    func countFailure() { tally.countFailure() }

    /// Runs `body`, whose log records name this worker and the task.
    @inline(__always)
    func namingLogs<Result>(_ task: @autoclosure () -> TaskLabel? = nil, _ body: () -> Result) -> Result {
        guard namesLogs else { return body() }
        let name = task().map { task in { @Sendable in task.description } }
        return TaskLogNames.with(TaskLogNames(worker: number, task: name), body)
    }

    @usableFromInline var worker: WorkerInfo {
        WorkerInfo(index: number, pid: getpid(), tasksRun: max(0, tally.begunCount - begunBefore - 1))
    }

    @usableFromInline
    func channel(_ reference: SharedObjectID) throws -> any Channel {
        guard let channel = registry.channel(reference) else { throw missing(.channel, reference) }
        return channel
    }

    @usableFromInline
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        guard let signal = registry.signal(reference) else { throw missing(.cancelEvent, reference) }
        return signal
    }

    @usableFromInline
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try wait(for: body) { [identity] in identity.isEndRequested }
    }

    /// Blocks until `body` has returned, which is cancelled when its task is asked to end.
    @usableFromInline
    func wait<Value: Sendable>(
        for body: @escaping @Sendable () async throws -> Value, isEndRequested: @escaping () -> Bool
    ) throws -> Value {
        try blockUntilDone(isEndRequested: isEndRequested) { [identity] in
            try await PoolIdentity.$current.withValue(identity, operation: body)
        }
    }

    @usableFromInline var clock: any TaskClock { MachineClock() }

    @usableFromInline var isEndRequested: Bool { identity.isEndRequested }

    private func missing(_ kind: MultitaskingError.ObjectKind, _ reference: SharedObjectID) -> MultitaskingError {
        .missing(kind, isForeign: registry.isForeign(reference))
    }
}
