/// A backend's side of a ``Future``.
///
/// ```swift
/// final class Job<Value: Sendable>: FutureSource { … }
/// return Future(Job(call))
/// ```
///
/// **Implementer's duties.** The state only moves forward. Once it is `.done` or `.cancelled`, ``outcome()`` gives the
/// same answer each time. Everything may be called from any thread.
public protocol FutureSource<Value>: AnyObject, Sendable {
    /// What the task's function returns.
    associatedtype Value: Sendable

    /// How far the task is; cheap, never blocks.
    var state: TaskState { get }

    /// How the task ended, or nil if it has not.
    func outcome() -> TaskOutcome<Value>?

    /// Calls `body` with the outcome, if the task has ended.
    ///
    /// The outcome can stay where it is: code that is compiled before its type is known would look up how large it is,
    /// and how it is copied.
    func withOutcome(_ body: (TaskOutcome<Value>) -> Void)

    /// Blocks until the task has ended; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilDone(_ wait: WaitLimit) -> Bool

    /// Calls `body` once when the task has ended, at once if it has already, on a thread of the backend's choice.
    ///
    /// `body` must be short and must not block.
    func whenDone(_ body: @escaping @Sendable () -> Void)

    /// Cancels the task if it has not started: true means that it never will, also because it was cancelled before.
    ///
    /// - Parameter force: also end the task if it runs, where the backend can; true then means that this has begun. The
    ///   task ends as cancelled unless it comes to its own end first.
    func cancel(force: Bool) -> Bool

    /// Why the task has no value; nil if it has one, or has not ended.
    var failure: (any Error)? { get }

    /// What the task has printed, once it has ended and if its options ask for it: ``TaskOptions/output``.
    var output: String? { get }
}

extension FutureSource {
    /// A backend that refuses to keep what tasks print.
    public var output: String? { nil }

    /// Looks at the outcome.
    public var failure: (any Error)? {
        var failure: (any Error)?
        withOutcome { outcome in
            do { _ = try outcome.get() } catch { failure = error }
        }
        return failure
    }

    /// Copies the outcome first.
    public func withOutcome(_ body: (TaskOutcome<Value>) -> Void) { outcome().map(body) }
}
