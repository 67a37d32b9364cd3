/// How a task ended.
public enum TaskOutcome<Value: Sendable>: Sendable {
    /// Its function returned.
    case success(Value)
    /// Its function threw, or the task failed before or after; see ``MultitaskingError`` and ``RemoteError``.
    case failure(any Error)
    /// It was cancelled before it started, or ended by a forced cancel.
    case cancelled

    /// The value.
    /// - Throws: the failure, or an error with the code `cancelled`.
    @inlinable
    public func get() throws -> Value {
        switch self {
        case .success(let value): return value
        case .failure(let error): throw error
        case .cancelled:
            throw MultitaskingError(.cancelled, "the task was cancelled and has no result")
        }
    }
}

/// How far a task is.
public enum TaskState: Sendable, Hashable {
    /// Waiting for a worker.
    case queued
    /// Taken by a worker.
    case running
    /// Ended, in whatever way.
    case done
    /// Ended by being cancelled.
    case cancelled
}
