/// A task that you can wait for: a ``Future``, or a type that represents one, such as a named task of a session.
///
/// It lets `wait(for:until:timeout:rest:)` accept tasks of any kind, of several pools, and with different value types.
///
/// ```swift
/// let (done, _) = try wait(for: [first, second], until: .any, timeout: .seconds(1))
/// ```
public protocol Awaitable: CancellableTask {
    /// The state of the task. Cheap, and never blocks.
    var state: TaskState { get }

    /// The reason why the task has no value: the error it threw, what happened to it, or its cancellation. Nil if it
    /// has a value or hasn't ended.
    var failure: (any Error)? { get }

    /// Calls `body` once the task has ended, immediately if it already has. `body` must be short and must not block.
    func whenDone(_ body: @escaping @Sendable () -> Void)

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilDone(_ wait: WaitLimit) -> Bool

    /// The timeline of the task; nil for the machine's time.
    var timeline: (any Timeline)? { get }
}

extension Awaitable {
    /// Returns nil: the task lives in the machine's time.
    public var timeline: (any Timeline)? { nil }

    /// Whether the task has ended, in whatever way.
    var isOver: Bool { state.isEnd }
}

extension Future: Awaitable {
    /// The reason why the task has no value; nil if it has one or hasn't ended.
    public var failure: (any Error)? { source.failure }

    /// The backend's side of the future.
    package var backend: any FutureSource<Value> { source }

    /// Cancels the task if it has not started.
    public func cancelUnlessStarted() { cancel() }

    /// With `force`, ends the task if it is running and if the pool can. Otherwise, does nothing.
    public func askToEnd(force: Bool) { if force { cancel(force: true) } }
}
