/// The services that a backend provides to a running task: its channels and signals, shared values, and a way to run
/// `async` functions.
///
/// ```swift
/// func call(_ arguments: Arguments, in environment: any TaskEnvironment) throws -> Output {
///     let channel = try environment.channel(arguments.reference)
///     while !environment.isEndRequested { … }
/// }
/// ```
///
/// **Implementer's duties.** A worker finds every reference, whether the executor created it before or after the worker
/// started.
public protocol TaskEnvironment: ObjectDirectory, SharedObjectDirectory, TaskRun {
    /// Runs an `async` function and blocks the worker until it returns. The function inherits the caller's task-local
    /// values (`@TaskLocal`). Its Swift task is cancelled when ``isEndRequested`` becomes true.
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value

    /// The task's clock.
    var clock: any TaskClock { get }

    /// Whether the pool asks this task to end because of a time limit or a forced cancellation. Reading it costs one
    /// load.
    var isEndRequested: Bool { get }

    /// A faster way to read ``isEndRequested``, if the backend has one; valid as long as you hold the environment.
    var endProbe: CancelProbe? { get }

    /// Records which element of its chunk the task processes, counted from 0, in case its process dies. Costs one
    /// store.
    func noteProgress(_ element: Int)

    /// Reports how far along the task is. The task's future shows the last report.
    ///
    /// A reader sees a whole report or none. Reporting never blocks and makes no system call, so tasks can report a
    /// million times a second. Reports after the end of the task are ignored.
    func report(_ report: TaskReport)
}

extension TaskEnvironment {
    /// Returns false: the backend can't end a running task.
    public var isEndRequested: Bool { false }

    /// Returns nil: the request isn't a plain word of memory.
    public var endProbe: CancelProbe? { nil }

    /// Does nothing: a task of this backend can't die alone.
    public func noteProgress(_ element: Int) {}

    /// Ignores the report: the backend doesn't show how far along its tasks are.
    public func report(_ report: TaskReport) {}

    /// Whether a task that throws `error` leaves because it was asked to.
    package func isLeaving(with error: any Error) -> Bool { error is CancellationError && isEndRequested }
}

extension CodingUserInfoKey {
    /// The key under which a worker's decoder stores its ``TaskEnvironment``.
    public static var taskEnvironment: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "MultitaskingCore.taskEnvironment") else {
            preconditionFailure("a CodingUserInfoKey can be made of every string")
        }
        return key
    }
}
