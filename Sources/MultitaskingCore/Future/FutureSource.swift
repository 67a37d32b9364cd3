/// A backend's implementation of a ``Future``.
///
/// ```swift
/// final class Job<Value: Sendable>: FutureSource { … }
/// return Future(Job(call))
/// ```
///
/// **Implementer's duties.** The state only moves forward. Once it is `.done` or `.cancelled`, ``outcome()`` always
/// returns the same value. Any thread may call any method.
public protocol FutureSource<Value>: TaskSource {
    /// What the task's function returns.
    associatedtype Value: Sendable

    /// The state of the task. Reading it is cheap and never blocks.
    var state: TaskState { get }

    /// Returns how the task ended, or nil if it hasn't.
    func outcome() -> TaskOutcome<Value>?

    /// Calls `body` with the outcome if the task has ended.
    ///
    /// This avoids copying the outcome, which is slow in unspecialized generic code.
    func withOutcome(_ body: (TaskOutcome<Value>) -> Void)

    /// Blocks until the task has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilDone(_ wait: WaitLimit) -> Bool

    /// Calls `body` once the task has ended, immediately if it already has, on a thread of the backend's choice.
    ///
    /// `body` must be short and must not block.
    func whenDone(_ body: @escaping @Sendable () -> Void)
}

extension FutureSource {
    /// Derives the failure from the outcome.
    public var failure: (any Error)? {
        var failure: (any Error)?
        withOutcome { failure = $0.failure }
        return failure
    }

    /// After the callback is revoked, an empty callback stays with the task until it ends.
    public func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        RevocableCallback.register(body, with: whenDone)
    }

    /// Calls `body` with a copy of the outcome.
    public func withOutcome(_ body: (TaskOutcome<Value>) -> Void) { outcome().map(body) }
}
