/// A task that can be cancelled, whatever its type. With this protocol, `wait(for:until:timeout:rest:)` cancels the
/// tasks that it no longer needs.
///
/// ```swift
/// for task in notDone { task.cancelUnlessStarted() }
/// ```
public protocol CancellableTask: Sendable {
    /// Cancels the task if it has not started. Doesn't wait for a pool that learns only later whether the task has
    /// started.
    func cancelUnlessStarted()

    /// Asks a running task to stop, if it can notice the request. With `force`, also ends it, if the pool can.
    func askToEnd(force: Bool)
}
