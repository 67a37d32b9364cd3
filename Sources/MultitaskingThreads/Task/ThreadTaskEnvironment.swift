public import MultitaskingCore

/// What a thread pool offers to one task: what its worker has, and what is the task's own.
///
/// Two references, so that an `any TaskEnvironment` has room for it; and inlined, so that nothing is left of it where
/// the task's function asks for none.
@usableFromInline
struct ThreadTaskEnvironment: TaskEnvironment {
    @usableFromInline let base: ThreadEnvironment
    @usableFromInline let task: PendingTask

    @inlinable
    init(_ base: ThreadEnvironment, _ task: PendingTask) {
        self.base = base
        self.task = task
    }

    @usableFromInline
    func channel(_ reference: SharedObjectID) throws -> any Channel { try base.channel(reference) }

    @usableFromInline
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal { try base.cancelSignal(reference) }

    @usableFromInline
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try base.wait(for: body) { isEndRequested }
    }

    @usableFromInline var clock: any TaskClock { base.clock }
    @usableFromInline var isEndRequested: Bool { base.isEndRequested || task.isEndRequested }
    @usableFromInline var worker: WorkerInfo { base.worker }
    @usableFromInline var seed: UInt64? { task.seed }

    @usableFromInline
    func report(_ report: TaskReport) { task.keep(report) }
}
