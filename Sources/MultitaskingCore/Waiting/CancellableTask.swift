/// A task that can be cancelled, whatever its type: what `wait(for:until:timeout:rest:)` does to the tasks that it no
/// longer needs.
///
/// ```swift
/// for task in notDone { task.cancelUnlessStarted() }
/// ```
public protocol CancellableTask: Sendable {
    /// Cancels the task if it has not started. Doesn't wait for a pool that learns only later whether it has.
    func cancelUnlessStarted()

    /// Asks a running task to stop, if it can notice that, and ends it if the pool can.
    func askToEnd(force: Bool)
}
