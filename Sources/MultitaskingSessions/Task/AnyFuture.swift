/// A type-erased `Future`.
///
/// ```swift
/// let future = try task.future.typed(as: [Int].self)   // throws wrongType if the function returns something else
/// ```
public struct AnyFuture: Sendable {
    private let base: any ErasableFuture

    /// Wraps a future.
    public init<Value>(_ future: Future<Value>) { base = future }

    /// The state of the task. Reading it is cheap and never blocks.
    public var state: TaskState { base.state }

    /// Whether the task has ended, in whatever way.
    public var isDone: Bool { state.isEnd }

    /// Whether the task was cancelled: before it started, or by force while it ran.
    public var isCancelled: Bool { state == .cancelled }

    /// Whether a worker is running the task.
    public var isRunning: Bool { state == .running }

    /// The way in which the task ended; nil if it hasn't. Reading it never blocks.
    public var ending: TaskEnding? { base.ending }

    /// Returns the result, or nil if the task hasn't ended. Never blocks.
    public func result() -> TaskResult? { base.taskResult }

    /// The output of the task; nil before the task ends, and if its options don't request it.
    public var output: String? { base.task.output }

    /// The task's last report of its progress (`context.report`), if any. Reading it never blocks.
    public var progress: TaskReport? { base.task.report }

    /// Cancels the task if it hasn't started; with `force`, also ends it if it is running and the pool can.
    ///
    /// - Returns: true if the task never starts or, with `force`, is being ended; false if it continues to run or has
    ///   ended.
    @discardableResult
    public func cancel(force: Bool = false) -> Bool { base.task.cancel(force: force) }

    /// Calls `body` once the task has ended, immediately if it already has.
    ///
    /// `body` is called exactly once, on a thread of the pool's choice. It must be short and must not block.
    public func whenDone(_ body: @escaping @Sendable () -> Void) { base.whenDone(body) }

    /// Calls `body` like ``whenDone(_:)``, unless the returned function, which revokes the callback, is called first.
    public func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        base.notifyWhenDone(body)
    }

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilDone(_ wait: WaitLimit = .forever) -> Bool { base.waitUntilDone(wait) }

    /// Suspends until the task has ended; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever) async throws -> Bool { try await base.waitUntilDone(wait) }

    /// Returns the typed future.
    ///
    /// - Throws: `wrongType`, with the names of both types, if the task's function returns another type.
    public func typed<Value>(as type: Value.Type = Value.self) throws -> Future<Value> {
        if let future = base as? Future<Value> { return future }
        throw MultitaskingError.wrongType(wanted: Value.self, found: base.valueType)
    }
}

extension AnyFuture: Awaitable {
    /// The reason why the task has no value; nil if it has one or hasn't ended.
    public var failure: (any Error)? { base.failure }

    /// Cancels the task if it hasn't started. Doesn't wait for a pool that learns only later whether the task has
    /// started.
    public func cancelUnlessStarted() { base.cancelUnlessStarted() }

    /// With `force`, ends the task if it is running and if the pool can. Otherwise, does nothing.
    public func askToEnd(force: Bool) { base.askToEnd(force: force) }

    /// The timeline of the task; nil for the machine's time.
    public var timeline: (any Timeline)? { base.timeline }
}

extension AnyFuture: Selectable, SourceHandle {
    /// Whether the task has ended.
    public var isReadyForSelect: Bool { isDone }

    /// Calls `body` once when the task has ended.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try base.whenReadyForSelect(body)
    }

    /// The station of the pool that runs the task, if it has one.
    public var selectStation: (any SelectStation)? { base.selectStation }

    package var selectSource: any Selectable { base.selectSource }
}

extension AnyFuture: CustomStringConvertible {
    /// The description of the underlying future: `Future<Int>(running)`.
    public var description: String { base.description }

    /// The state, or the outcome in few words.
    var summary: String { base.summary }
}

/// What ``AnyFuture`` asks of the future inside it.
private protocol ErasableFuture: Awaitable, Selectable, SourceHandle, CustomStringConvertible {
    var summary: String { get }
    var valueType: Any.Type { get }
    var ending: TaskEnding? { get }
    var taskResult: TaskResult? { get }
    /// What is the same for tasks of all types.
    var task: any TaskSource { get }
    func waitUntilDone(_ wait: WaitLimit) async throws -> Bool
}

extension Future: ErasableFuture {
    fileprivate var valueType: Any.Type { Value.self }
    fileprivate var task: any TaskSource { backend }
    fileprivate var taskResult: TaskResult? { outcome().map(TaskResult.init) }
}
