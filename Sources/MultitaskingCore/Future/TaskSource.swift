/// The part of a backend's task that doesn't depend on the type of its value: how to cancel it, and what it reports
/// besides its outcome.
///
/// A backend implements it with ``FutureSource``, which adds the state and the outcome.
///
/// ```swift
/// final class Job<Value: Sendable>: FutureSource {
///     func cancel(force: Bool) -> Bool { queue.remove(self) }
///     var output: String? { lines.isEmpty ? nil : lines.joined() }
///     …
/// }
/// ```
public protocol TaskSource: AnyObject, Sendable {
    /// Cancels the task if it hasn't started. Returns true if it never will, including if it was cancelled before.
    ///
    /// - Parameter force: whether to end the task even if it is running. Its ``TaskEnvironment/isEndRequested`` becomes
    ///   true. If the backend can end it, true means that this has begun, and the task ends as cancelled unless it
    ///   returns or throws first; otherwise the task continues, and this is false.
    func cancel(force: Bool) -> Bool

    /// Requests the same cancellation as ``cancel(force:)``, without waiting for an answer from the process that has
    /// the task.
    ///
    /// Calls that cancel many tasks use it, even where nothing may block. Requests for several tasks take effect in the
    /// order of the calls. The default implementation calls ``cancel(force:)``; a backend for which that takes a round
    /// trip provides its own.
    func requestCancellation(force: Bool)

    /// Calls `body` like ``FutureSource/whenDone(_:)``, unless the returned function is called first.
    ///
    /// Waits with a limit use it, so that a caller that repeatedly waits for a moment leaves nothing behind with the
    /// task. The default implementation leaves a few bytes behind until the task ends.
    /// - Returns: a function that revokes the callback. It may be called at any time, more than once, and even while
    ///   `body` is being called.
    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void

    /// The reason why the task has no value; nil if it has one or hasn't ended. Reading it never blocks.
    ///
    /// A backend that decodes values on demand doesn't decode one to return this.
    var failure: (any Error)? { get }

    /// The output of the task, once it has ended and if ``TaskOptions/output`` requests it.
    var output: String? { get }

    /// The task's last report of its progress, if any. Reading it never blocks.
    var report: TaskReport? { get }
}

extension TaskSource {
    /// Cancels the task.
    public func requestCancellation(force: Bool) { _ = cancel(force: force) }

    /// Returns nil: the backend doesn't capture output.
    public var output: String? { nil }

    /// Returns nil: the backend doesn't show how far along its tasks are.
    public var report: TaskReport? { nil }
}
