/// A `Future` of a task whose result type is not known.
///
/// ```swift
/// let future = task.future.typed(as: [Int].self)   // throws wrongType if the function returns something else
/// ```
public struct AnyFuture: Sendable {
    private let base: any ErasableFuture

    /// Wraps a future.
    public init<Value>(_ future: Future<Value>) { base = future }

    /// How far the task is; cheap, never blocks.
    public var state: TaskState { base.state }

    /// Whether the task has ended, in whatever way.
    public var isDone: Bool { base.isDone }

    /// Whether the task was cancelled before it started.
    public var isCancelled: Bool { base.isCancelled }

    /// Whether a worker runs the task now.
    public var isRunning: Bool { base.isRunning }

    /// In which way the task has ended; nil if it has not. Never blocks.
    public var ending: TaskEnding? { base.ending }

    /// The result, or nil if the task has not ended; never blocks.
    public func result() -> TaskResult? { base.result() }

    /// What the task has printed, once it has ended and if its options ask for it.
    public var output: String? { base.output }

    /// Cancels the task if it has not started; true means that it never will.
    @discardableResult
    public func cancel(force: Bool = false) -> Bool { base.cancel(force: force) }

    /// Calls `body` once when the task has ended, at once if it has already.
    ///
    /// `body` runs on a thread of the pool's choice, must be short and must not block.
    public func whenDone(_ body: @escaping @Sendable () -> Void) { base.whenDone(body) }

    /// Blocks until the task has ended; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func waitUntilDone(_ wait: WaitLimit = .forever) -> Bool { base.waitUntilDone(wait) }

    /// Suspends until the task has ended; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever) async throws -> Bool { try await base.waitUntilDone(wait) }

    /// The future with its type.
    ///
    /// - Throws: `wrongType`, naming both types, if the task's function returns something else.
    public func typed<Value>(as type: Value.Type = Value.self) throws -> Future<Value> {
        if let future = base as? Future<Value> { return future }
        throw MultitaskingError.wrongType(wanted: Value.self, found: base.valueType)
    }
}

extension AnyFuture: Awaitable {
    /// Why the task has no value; nil if it has one, or has not ended.
    public var failure: (any Error)? { base.failure }

    /// Cancels the task if it has not started.
    public func cancelUnlessStarted() { base.cancel(force: false) }

    /// Ends the task if it runs, with `force`, where the pool can. Without it there is nobody to ask.
    public func askToEnd(force: Bool) { base.askToEnd(force: force) }

    /// The time in which the task lives; nil for the machine's.
    public var timeline: (any Timeline)? { base.timeline }
}

extension AnyFuture: CustomStringConvertible {
    /// As of the future inside it: `Future<Int>(running)`.
    public var description: String { base.description }

    /// The state, or the outcome in few words.
    var summary: String { base.summary }
}

/// What ``AnyFuture`` asks of the future inside it.
private protocol ErasableFuture: Awaitable, CustomStringConvertible {
    var summary: String { get }
    var valueType: Any.Type { get }
    var isDone: Bool { get }
    var isCancelled: Bool { get }
    var isRunning: Bool { get }
    var ending: TaskEnding? { get }
    func result() -> TaskResult?
    var output: String? { get }
    @discardableResult func cancel(force: Bool) -> Bool
    func waitUntilDone(_ wait: WaitLimit) async throws -> Bool
}

extension Future: ErasableFuture {
    fileprivate var valueType: Any.Type { Value.self }
    fileprivate func result() -> TaskResult? { outcome().map(TaskResult.init) }
}
