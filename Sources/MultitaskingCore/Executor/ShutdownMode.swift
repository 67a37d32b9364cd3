/// What happens to unfinished tasks when a pool shuts down.
///
/// ```swift
/// pool.shutdown(.cancelQueued)   // what runs may finish, what waits is cancelled
/// ```
public enum ShutdownMode: Sendable, Hashable {
    /// Runs every submitted task, then stops.
    case drain
    /// Cancels tasks that haven't started or wait for a retry, lets running tasks finish, then stops. Nothing is
    /// retried.
    case cancelQueued
    /// Cancels tasks that haven't started, and ends running tasks if the backend can: processes are killed.
    case kill
}
