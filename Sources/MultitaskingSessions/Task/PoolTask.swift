/// A named task of a ``TaskSession``, with its state, its result, and the parent's side of its queues.
///
/// ```swift
/// guard let task = try session.task(named: "task1") else { return }
/// let result = task.result(timeout: .seconds(10))
/// if result.isTimedOut { task.cancel() }
/// ```
///
/// You can use a task as its own ``context``: `task.writeInput(1)` is short for `task.context.writeInput(1)`.
public final class PoolTask: ParentSideContext, Awaitable {
    /// The name, unique in the session.
    public let name: String

    /// The task's future. To get the typed future, call `try future.typed(as: [Int].self)`.
    public let future: AnyFuture

    /// The parent's side of the task's queues and cancel event, according to its scopes.
    public let context: MainContext

    /// The seed of the task's `context.random`: the seed of its options, or one derived from ``TaskSession/seed``.
    ///
    /// If you submit the task again with this seed, it gets the same numbers.
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

    /// The output of the task; nil before the task ends, and if `TaskOptions.output` doesn't request it.
    public var output: String? { future.output }

    /// The task's last report of its progress (``TaskContext/report(_:_:)``), if any. Reading it never blocks.
    ///
    /// The report stays after the task has ended, even if its worker died. Each attempt starts without one.
    public var progress: TaskReport? { future.progress }

    /// The parent's side of the task's queues and cancel event.
    public var objects: ContextObjects { context.objects }

    /// Whether the task was submitted. Always true, because sessions contain only submitted tasks.
    public var isSubmitted: Bool { true }

    /// Whether the task has ended, in whatever way.
    public var isDone: Bool { future.isDone }

    /// Whether the task was cancelled: before it started, or by force while it ran.
    public var isCancelled: Bool { future.isCancelled }

    /// Whether a worker is running the task.
    public var isRunning: Bool { future.isRunning }

    /// Blocks until the task has ended, and returns its result.
    ///
    /// Never throws: failures, cancellation, and timeouts are in the result. After a timeout, the task continues.
    /// - Parameter timeout: the maximum time to wait; nil for no limit.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func result(timeout: Duration? = nil) -> TaskResult {
        _ = future.waitUntilDone(WaitLimit(timeout: timeout))
        return future.result() ?? TaskResult(failure: MultitaskingError.notDone(within: timeout))
    }

    /// Suspends until the task has ended, and returns its result. Never throws. If the awaiting Swift task is
    /// cancelled, the result is timed out, with `CancellationError` as its cause.
    public func result(timeout: Duration? = nil) async -> TaskResult {
        do {
            _ = try await future.waitUntilDone(WaitLimit(timeout: timeout))
            return resultOrNil() ?? TaskResult(failure: MultitaskingError.notDone(within: timeout))
        } catch {
            let message = "the wait was cancelled before the task ended; the task continues"
            return resultOrNil() ?? TaskResult(failure: MultitaskingError(.timedOut, message, cause: error))
        }
    }

    /// Returns the result, or nil if the task hasn't ended. Never blocks.
    public func resultOrNil() -> TaskResult? { future.result() }

    /// Cancels the task if it has not started, and asks it to stop if it has.
    ///
    /// - Parameters:
    ///   - settingCancelEvent: whether to set the task's cancel event, if it has one. A shared event also asks the
    ///     other tasks to stop.
    ///   - force: whether to end the task even if it is running, if the pool can do that: a process pool can, a thread
    ///     pool can't. The task's context reads as cancelled; after the grace period, its process receives SIGTERM, and
    ///     after another grace period, SIGKILL.
    /// - Returns: true if the task never starts or, with `force`, is being ended; false if it continues to run or has
    ///   ended.
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
    /// The state of the task. Reading it is cheap and never blocks.
    public var state: TaskState { future.state }

    /// The reason why the task has no value; nil if it has one or hasn't ended.
    public var failure: (any Error)? { future.failure }

    /// Calls `body` once the task has ended, immediately if it already has. `body` must be short and must not block.
    public func whenDone(_ body: @escaping @Sendable () -> Void) { future.whenDone(body) }

    /// Calls `body` like ``whenDone(_:)``, unless the returned function, which revokes the callback, is called first.
    public func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        future.notifyWhenDone(body)
    }

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await result()")
    public func waitUntilDone(_ wait: WaitLimit) -> Bool { future.waitUntilDone(wait) }

    /// Cancels the task if it hasn't started. Doesn't wait for a pool that learns only later whether the task has
    /// started.
    public func cancelUnlessStarted() { future.cancelUnlessStarted() }

    /// Asks the task to stop by setting its cancel event, unless its scope is `.global`. With `force`, also ends the
    /// task.
    public func askToEnd(force: Bool) {
        future.askToEnd(force: force)
        stopEvent?.set()
    }

    /// The timeline of the task; nil for the machine's time.
    public var timeline: (any Timeline)? { future.timeline }
}

extension PoolTask: Selectable, SourceHandle {
    /// Whether the task has ended.
    public var isReadyForSelect: Bool { isDone }

    /// Calls `body` once when the task has ended.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try future.whenReadyForSelect(body)
    }

    /// The station of the pool that runs the task, if it has one.
    public var selectStation: (any SelectStation)? { future.selectStation }

    package var selectSource: any Selectable { future.selectSource }
}

extension PoolTask: CustomStringConvertible {
    /// The name and the state or outcome: `task1 (succeeded: 42)`. Never blocks.
    public var description: String { "\(name.printable) (\(future.summary))" }
}
