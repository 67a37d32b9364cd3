/// A task that you can wait for: a ``Future``, or a type that represents one, such as a named task of a session.
///
/// It lets `wait(for:until:timeout:rest:)` accept tasks of any kind, of several pools, and with different value types.
///
/// ```swift
/// let (done, _) = try wait(for: [first, second], until: .any, timeout: .seconds(1))
/// ```
public protocol Awaitable: CancellableTask {
    /// The state of the task. Reading it is cheap and never blocks.
    var state: TaskState { get }

    /// The reason why the task has no value: the error it threw, what happened to it, or its cancellation. Nil if it
    /// has a value or hasn't ended.
    var failure: (any Error)? { get }

    /// Calls `body` once the task has ended, immediately if it already has. `body` must be short and must not block.
    func whenDone(_ body: @escaping @Sendable () -> Void)

    /// Calls `body` once the task has ended, immediately if it already has, unless the returned function is called
    /// first.
    ///
    /// Waits with a limit use it, so that they leave nothing behind with the task. The default implementation uses
    /// ``whenDone(_:)``.
    /// - Returns: a function that revokes the callback. It may be called at any time.
    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilDone(_ wait: WaitLimit) -> Bool

    /// The timeline of the task; nil for the machine's time.
    var timeline: (any Timeline)? { get }
}

extension Awaitable {
    /// After the callback is revoked, an empty callback stays with the task until it ends.
    public func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        RevocableCallback.register(body, with: whenDone)
    }

    /// Suspends until the task has ended; false if the limit passes first. Leaves nothing with the task.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    func awaitEnd(_ wait: WaitLimit) async throws -> Bool {
        var takeBack: (@Sendable () -> Void)?
        var isDone = false
        defer { if !isDone { takeBack?() } }
        isDone = try await awaitCallback(wait, in: timeline) { takeBack = notifyWhenDone($0) }
        return isDone
    }

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

    /// Cancels the task if it has not started. Doesn't wait for a pool that learns only later whether the task has
    /// started.
    public func cancelUnlessStarted() { source.requestCancellation(force: false) }

    /// With `force`, ends the task if it is running and if the pool can. Otherwise, does nothing.
    public func askToEnd(force: Bool) { if force { source.requestCancellation(force: true) } }
}
