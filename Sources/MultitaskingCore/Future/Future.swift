/// The result of a task, which may still be queued or running.
///
/// ```swift
/// let future = try pool.submit(findPrimes, 1..<1_000_000)
/// let primes = try future.value(timeout: .seconds(10))   // in an async function: try await
/// ```
///
/// A future is a handle: copies are the same task. Dropping it does not cancel the task.
public struct Future<Value: Sendable>: Sendable {
    @usableFromInline let source: any FutureSource<Value>

    /// Makes a future of a backend's side.
    @inlinable
    public init(_ source: any FutureSource<Value>) { self.source = source }

    /// How far the task is; cheap, never blocks.
    public var state: TaskState { source.state }

    /// Whether the task has ended, in whatever way.
    public var isDone: Bool {
        switch source.state {
        case .done, .cancelled: true
        case .queued, .running: false
        }
    }

    /// Whether the task was cancelled before it started.
    public var isCancelled: Bool { source.state == .cancelled }

    /// Whether a worker runs the task now.
    public var isRunning: Bool { source.state == .running }

    /// How the task ended, or nil if it has not; never blocks.
    @inlinable
    public func outcome() -> TaskOutcome<Value>? {
        var outcome: TaskOutcome<Value>?
        source.withOutcome { outcome = $0 }
        return outcome
    }

    /// What the task has printed; nil before it has ended, and unless ``TaskOptions/output`` asks for it.
    ///
    /// It is there whether the task returned, threw, or ended its worker. If it was more than the limit, the last of it
    /// is here. Bytes that are not UTF-8 are replaced.
    public var output: String? { source.output }

    /// Cancels the task if it has not started.
    ///
    /// - Parameter force: also end the task if it runs, where the pool can (processes can, threads cannot): its context
    ///   reads as cancelled, after the grace period of its options its process gets SIGTERM, after another SIGKILL. It
    ///   ends as cancelled unless it returns or throws within the first grace period.
    /// - Returns: true if the task never starts, also because it was cancelled before, or, when forced, is being ended;
    ///   false if it runs on or has ended.
    @discardableResult
    public func cancel(force: Bool = false) -> Bool { source.cancel(force: force) }

    /// Calls `body` once when the task has ended, at once if it has already.
    ///
    /// `body` runs on a thread of the pool's choice, must be short and must not block.
    public func whenDone(_ body: @escaping @Sendable () -> Void) { source.whenDone(body) }

    /// Blocks until the task has ended; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func waitUntilDone(_ wait: WaitLimit = .forever) -> Bool { source.waitUntilDone(wait) }

    /// Blocks until the task has ended and returns its value.
    ///
    /// - Parameter timeout: how long to wait at most; nil for as long as it takes.
    /// - Throws: what the function threw; `timedOut` if the task has not ended in time (it goes on); `cancelled`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @inlinable
    public func value(timeout: Duration? = nil) throws -> Value {
        if !source.waitUntilDone(WaitLimit(timeout: timeout)) { throw MultitaskingError.notDone(within: timeout) }
        guard let outcome = outcome() else { throw MultitaskingError.notDone(within: timeout) }
        return try outcome.get()
    }
}

extension Future {
    /// Suspends until the task has ended; false if the limit passed first.
    ///
    /// Cancelling the awaiting task ends the wait, not the pool's task.
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever) async throws -> Bool {
        if isDone { return true }
        return try await awaitCallback(wait, in: timeline) { source.whenDone($0) }
    }

    /// Suspends until the task has ended and returns its value.
    ///
    /// Cancelling the awaiting task ends the wait, not the pool's task.
    /// - Throws: what the function threw; `timedOut`; `cancelled`; `CancellationError`.
    public func value(timeout: Duration? = nil) async throws -> Value {
        _ = try await waitUntilDone(WaitLimit(timeout: timeout))
        guard let outcome = outcome() else { throw MultitaskingError.notDone(within: timeout) }
        return try outcome.get()
    }
}

extension Future: CustomStringConvertible {
    /// The type, the state and, once there is one, the outcome: `Future<Int>(succeeded: 42)`. Never blocks.
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
            "the task has not ended within \(timeout.map(String.init(describing:)) ?? "the limit"); it goes on: "
                + "wait again, or cancel it")
    }
}
