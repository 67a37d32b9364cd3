/// One run of a task: which attempt it is, on which worker, and with which seed.
///
/// A function reads it from the ``TaskEnvironment`` that it is called with.
///
/// ```swift
/// if environment.attempt > 1 { print("worker \(environment.worker.index) tries again") }
/// ```
public protocol TaskRun: Sendable {
    /// Which attempt at the task this is, counted from 1.
    var attempt: Int { get }

    /// The worker that runs the task; ``WorkerInfo/none`` if the backend doesn't say.
    var worker: WorkerInfo { get }

    /// The seed from the task's options, if any.
    var seed: UInt64? { get }
}

extension TaskRun {
    /// Returns 1: the backend doesn't retry tasks.
    public var attempt: Int { 1 }

    /// Returns ``WorkerInfo/none``: the backend doesn't identify its workers.
    public var worker: WorkerInfo { .none }

    /// Returns nil: the backend doesn't pass seeds.
    public var seed: UInt64? { nil }
}
