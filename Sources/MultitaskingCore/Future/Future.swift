/// The result of a task, which may still be queued or running.
///
/// ```swift
/// let future = try pool.submit(findPrimes, 1..<1_000_000)
/// let primes = try future.value(timeout: .seconds(10))   // in an async function: try await
/// ```
///
/// A future is a handle: all copies refer to the same task. Releasing it doesn't cancel the task.
public struct Future<Value: Sendable>: Sendable {
    @usableFromInline let source: any FutureSource<Value>

    /// Creates a future from a backend's implementation.
    @inlinable
    public init(_ source: any FutureSource<Value>) { self.source = source }

    /// The state of the task. Reading it is cheap and never blocks.
    public var state: TaskState { source.state }

    /// Whether the task has ended, in whatever way.
    public var isDone: Bool { source.state.isEnd }

    /// Whether the task was cancelled: before it started, or by force while it ran.
    public var isCancelled: Bool { source.state == .cancelled }

    /// Whether a worker is running the task.
    public var isRunning: Bool { source.state == .running }

    /// Returns how the task ended, or nil if it hasn't. Never blocks.
    @inlinable
    public func outcome() -> TaskOutcome<Value>? {
        var outcome: TaskOutcome<Value>?
        source.withOutcome { outcome = $0 }
        return outcome
    }

    /// The output of the task; nil before the task ends, and if ``TaskOptions/output`` doesn't request it.
    ///
    /// The output is available whether the task returned, threw, or ended its worker. If it exceeds the limit, its last
    /// part is kept. Invalid UTF-8 is replaced.
    public var output: String? { source.output }

    /// The task's last report of its progress (`context.report`), if any. Reading it never blocks.
    ///
    /// The report stays after the task has ended, even if its worker died. Each attempt starts without one.
    public var progress: TaskReport? { source.report }

    /// Cancels the task if it has not started.
    ///
    /// - Parameter force: whether to end the task even if it is running. Its context reads as cancelled, in every pool,
    ///   and if its function is asynchronous, the Swift task that runs it is cancelled. What happens to a task that
    ///   ignores that depends on the pool: a process receives SIGTERM after the grace period, and SIGKILL after
    ///   another, and the task ends as cancelled unless it returns, or throws something other than
    ///   `CancellationError`, within the first grace period; a thread can't be ended, so there the task continues until
    ///   it returns or throws.
    /// - Returns: true if the task never starts or, when forced, is being ended; false if it continues to run or has
    ///   ended.
    @discardableResult
    public func cancel(force: Bool = false) -> Bool { source.cancel(force: force) }

    /// Calls `body` once the task has ended, immediately if it already has.
    ///
    /// `body` is called exactly once, on a thread of the pool's choice. It must be short and must not block.
    public func whenDone(_ body: @escaping @Sendable () -> Void) { source.whenDone(body) }

    /// Calls `body` like ``whenDone(_:)``, unless the returned function is called first.
    ///
    /// Use this for waits that may end before the task does: if you call the function then, the wait leaves nothing
    /// behind.
    /// - Returns: a function that revokes the callback. It may be called at any time.
    public func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        source.notifyWhenDone(body)
    }

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilDone(_ wait: WaitLimit = .forever) -> Bool { source.waitUntilDone(wait) }

    /// Blocks until the task has ended, and returns its value.
    ///
    /// - Parameter timeout: the maximum time to wait; nil for no limit.
    /// - Throws: what the function threw; `timedOut` if the time limit passes first, in which case the task continues;
    ///   `cancelled`; any other `MultitaskingError` that says what happened to the task, such as `workerCrashed` or
    ///   `taskTimedOut`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @inlinable
    public func value(timeout: Duration? = nil) throws -> Value {
        if !source.waitUntilDone(WaitLimit(timeout: timeout)) { throw MultitaskingError.notDone(within: timeout) }
        guard let outcome = outcome() else { throw MultitaskingError.notDone(within: timeout) }
        return try outcome.get()
    }
}

extension Future {
    /// Suspends until the task has ended; false if the limit passes first.
    ///
    /// Cancelling the awaiting Swift task ends the wait, not the pool's task.
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever) async throws -> Bool {
        if isDone { return true }
        return try await awaitEnd(wait)
    }

    /// Suspends until the task has ended, and returns its value.
    ///
    /// Cancelling the awaiting Swift task ends the wait, not the pool's task.
    /// - Throws: what the blocking `value` throws; `CancellationError` if the awaiting task is cancelled.
    public func value(timeout: Duration? = nil) async throws -> Value {
        _ = try await waitUntilDone(WaitLimit(timeout: timeout))
        guard let outcome = outcome() else { throw MultitaskingError.notDone(within: timeout) }
        return try outcome.get()
    }
}

extension Future: CustomStringConvertible {
    /// The type, the state, and the outcome if there is one: `Future<Int>(succeeded: 42)`. Never blocks.
    public var description: String { "Future<\(Value.self)>(\(summary))" }

    /// The state, or the outcome in few words.
    package var summary: String {
        switch state {
        case .queued: "queued"
        case .running: "running"
        case .done, .cancelled: outcome().map(\.summary) ?? "done"
        }
    }
}

extension MultitaskingError {
    /// The error of a wait for a task that has not ended in time.
    @usableFromInline
    package static func notDone(within timeout: Duration?) -> Self {
        Self(
            .timedOut,
            "the task has not ended within \(timeout.map(String.init(describing:)) ?? "the limit"); it continues: "
                + "wait again, or cancel it")
    }
}
