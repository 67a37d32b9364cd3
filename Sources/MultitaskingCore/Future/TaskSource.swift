/// The part of a backend's task that doesn't depend on the type of its value: how to cancel it, and what it says beside
/// its outcome.
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

    /// Requests the cancellation that ``cancel(force:)`` makes, without waiting for the answer of whoever has the task.
    ///
    /// Calls that cancel many tasks use it, also where nothing may block. What is requested of several tasks takes
    /// effect in the order of the calls. The default implementation calls ``cancel(force:)``; a backend for which that
    /// takes a round trip implements this.
    func requestCancellation(force: Bool)

    /// Calls `body` as ``FutureSource/whenDone(_:)`` does, unless the returned function is called before.
    ///
    /// Waits with a limit use it: a caller that waits for a moment again and again leaves nothing with the task. The
    /// default implementation leaves a few bytes until the task ends.
    /// - Returns: a function that takes the callback back. It may be called at any time, more than once, and also when
    ///   `body` is just being called.
    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void

    /// The reason why the task has no value; nil if it has one or hasn't ended. Never blocks.
    ///
    /// A backend that decodes values when they are asked for doesn't decode one for this.
    var failure: (any Error)? { get }

    /// The output of the task, once it has ended and if ``TaskOptions/output`` requests it.
    var output: String? { get }

    /// The task's last report of its progress, if any. Never blocks.
    var report: TaskReport? { get }
}

extension TaskSource {
    /// Cancels the task.
    public func requestCancellation(force: Bool) { _ = cancel(force: force) }

    /// Returns nil: the backend doesn't capture output.
    public var output: String? { nil }

    /// Returns nil: the backend doesn't show how far its tasks are.
    public var report: TaskReport? { nil }
}
