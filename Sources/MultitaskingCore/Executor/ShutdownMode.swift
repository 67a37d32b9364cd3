/// What happens to unfinished tasks when a pool is shut down.
///
/// ```swift
/// pool.shutdown(.cancelQueued)   // what runs may finish, what waits is cancelled
/// ```
public enum ShutdownMode: Sendable, Hashable {
    /// Run everything that was submitted, then stop.
    case drain
    /// Cancel what has not started, let running tasks finish, then stop.
    case cancelQueued
    /// Cancel what has not started and end running tasks as hard as the backend can (kill, for processes).
    case kill
}
