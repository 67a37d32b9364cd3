/// A named task of a ``TaskSession``: its state, its result, and the parent's side of its queues.
///
/// ```swift
/// guard let task = try session.task(named: "task1") else { return }
/// let result = task.result(timeout: .seconds(10))
/// if result.isTimedOut { task.cancel() }
/// ```
///
/// It can also be used as its own ``context``: `task.writeInput(1)` is `task.context.writeInput(1)`.
public final class PoolTask: ParentSideContext, Awaitable {
    /// The name, unique in the session.
    public let name: String

    /// The future behind the task; `try future.typed(as: [Int].self)` gives it back with its type.
    public let future: AnyFuture

    /// The parent's side of the task's queues and cancel event, as its scopes chose them.
    public let context: MainContext

    /// What the numbers of the task's `context.random` depend on: the seed of its options, or one that follows from
    /// ``TaskSession/seed``. Submitted with it again, the task gets the same numbers.
    public let seed: UInt64

    /// The event by which this task can be asked to stop without asking tasks of other sessions.
    private let stopEvent: (any CancelSignal)?

    /// - Parameter foreignEvent: a cancel event that tasks of other sessions have as well.
    init(
        name: String, future: AnyFuture, context: MainContext, seed: UInt64, foreignEvent: (any CancelSignal)?
    ) {
        self.name = name
        self.future = future
        self.context = context
        self.seed = seed
        stopEvent = context.objects.cancelSignal.flatMap { $0 === foreignEvent ? nil : $0 }
    }

    /// What the task has printed; nil before it has ended, and unless `TaskOptions.output` asks for it.
    public var output: String? { future.output }

    /// The parent's side of the task's queues and cancel event.
    public var objects: ContextObjects { context.objects }

    /// Whether the task was given to the pool: always true, since a session gives out no other tasks.
    public var isSubmitted: Bool { true }

    /// Whether the task has ended, in whatever way.
    public var isDone: Bool { future.isDone }

    /// Whether the task was cancelled before it started.
    public var isCancelled: Bool { future.isCancelled }

    /// Whether a worker runs the task now.
    public var isRunning: Bool { future.isRunning }

    /// Blocks until the task has ended and returns its result.
    ///
    /// Never throws: failures, cancellation and a time-out are in the result. After a time-out the task goes on.
    /// - Parameter timeout: how long to wait at most; nil for as long as it takes.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func result(timeout: Duration? = nil) -> TaskResult {
        _ = future.waitUntilDone(WaitLimit(timeout: timeout))
        return future.result() ?? TaskResult(failure: MultitaskingError.notDone(within: timeout))
    }

    /// Suspends until the task has ended and returns its result.
    ///
    /// Never throws. If the awaiting task is cancelled, the result is timed out, with `CancellationError` as the cause.
    public func result(timeout: Duration? = nil) async -> TaskResult {
        do {
            _ = try await future.waitUntilDone(WaitLimit(timeout: timeout))
            return resultOrNil() ?? TaskResult(failure: MultitaskingError.notDone(within: timeout))
        } catch {
            let message = "the wait was cancelled before the task ended; the task goes on"
            return resultOrNil() ?? TaskResult(failure: MultitaskingError(.timedOut, message, cause: error))
        }
    }

    /// The result, or nil if the task has not ended; never blocks.
    public func resultOrNil() -> TaskResult? { future.result() }

    /// Cancels the task if it has not started, and asks it to stop if it has.
    ///
    /// - Parameters:
    ///   - settingCancelEvent: whether to set the task's cancel event, if it has one. An event that the task shares
    ///     asks the others, too.
    ///   - force: whether to end the task if it runs, where the pool can (processes can, threads cannot): its context
    ///     reads as cancelled, and after each further grace period of its options it gets SIGTERM, then SIGKILL.
    /// - Returns: true if the task was cancelled, and so never starts, or, with `force`, is being ended; false if it
    ///   runs or has ended.
    @discardableResult
    public func cancel(settingCancelEvent: Bool = true, force: Bool = false) -> Bool {
        // The task first: one that sees the event ends, and the next in the queue would start.
        let isCancelled = future.cancel(force: force)
        if settingCancelEvent { objects.cancelSignal?.set() }
        return isCancelled
    }
}

// With these, `wait(for:)` and `completions(of:)` take tasks of several sessions.
extension PoolTask {
    /// How far the task is; cheap, never blocks.
    public var state: TaskState { future.state }

    /// Why the task has no value; nil if it has one, or has not ended.
    public var failure: (any Error)? { future.failure }

    /// Calls `body` once when the task has ended, at once if it has already. `body` must be short and must not block.
    public func whenDone(_ body: @escaping @Sendable () -> Void) { future.whenDone(body) }

    /// Blocks until the task has ended; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await result()")
    public func waitUntilDone(_ wait: WaitLimit) -> Bool { future.waitUntilDone(wait) }

    /// Cancels the task if it has not started.
    public func cancelUnlessStarted() { future.cancel() }

    /// Asks the task to stop by its cancel event, unless that is of scope `.global`; with `force`, also ends it.
    public func askToEnd(force: Bool) {
        if force { future.cancel(force: true) }
        stopEvent?.set()
    }

    /// The time in which the task lives; nil for the machine's.
    public var timeline: (any Timeline)? { future.timeline }
}

extension PoolTask: CustomStringConvertible {
    /// The name, and the state or the outcome: `task1 (succeeded: 42)`. Never blocks.
    public var description: String { "\(name) (\(future.summary))" }
}
