/// A backend's implementation of a ``Future``.
///
/// ```swift
/// final class Job<Value: Sendable>: FutureSource { … }
/// return Future(Job(call))
/// ```
///
/// **Implementer's duties.** The state only moves forward. Once it is `.done` or `.cancelled`, ``outcome()`` always
/// returns the same value. Any thread may call any method.
public protocol FutureSource<Value>: AnyObject, Sendable {
    /// What the task's function returns.
    associatedtype Value: Sendable

    /// The state of the task. Cheap, and never blocks.
    var state: TaskState { get }

    /// Returns how the task ended, or nil if it hasn't.
    func outcome() -> TaskOutcome<Value>?

    /// Calls `body` with the outcome if the task has ended.
    ///
    /// Avoids copying the outcome, which is slow in unspecialized generic code.
    func withOutcome(_ body: (TaskOutcome<Value>) -> Void)

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilDone(_ wait: WaitLimit) -> Bool

    /// Calls `body` once the task has ended, immediately if it already has, on a thread of the backend's choice.
    ///
    /// `body` must be short and must not block.
    func whenDone(_ body: @escaping @Sendable () -> Void)

    /// Cancels the task if it hasn't started. Returns true if it never will, including if it was cancelled before.
    ///
    /// - Parameter force: whether to end the task even if it is running, if the backend can; true then means that this
    ///   has begun. The task ends as cancelled unless it returns or throws first.
    func cancel(force: Bool) -> Bool

    /// The reason why the task has no value; nil if it has one or hasn't ended.
    var failure: (any Error)? { get }

    /// The output of the task, once it has ended and if ``TaskOptions/output`` requests it.
    var output: String? { get }

    /// The task's last report of its progress, if any. Never blocks.
    var report: TaskReport? { get }
}

extension FutureSource {
    /// Returns nil: the backend doesn't capture output.
    public var output: String? { nil }

    /// Returns nil: the backend doesn't show how far its tasks are.
    public var report: TaskReport? { nil }

    /// Derives the failure from the outcome.
    public var failure: (any Error)? {
        var failure: (any Error)?
        withOutcome { outcome in
            do { _ = try outcome.get() } catch { failure = error }
        }
        return failure
    }

    /// Calls `body` with a copy of the outcome.
    public func withOutcome(_ body: (TaskOutcome<Value>) -> Void) { outcome().map(body) }
}
