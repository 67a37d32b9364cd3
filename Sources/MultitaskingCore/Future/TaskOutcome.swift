/// How a task ended.
///
/// ```swift
/// switch future.outcome() {
/// case .success(let value)?: print(value)
/// case .failure(let error)?: print(error)
/// case .cancelled?, nil: break
/// }
/// ```
public enum TaskOutcome<Value: Sendable>: Sendable {
    /// Its function returned.
    case success(Value)
    /// Its function threw, or the task failed before or after; see ``MultitaskingError`` and ``RemoteError``.
    case failure(any Error)
    /// It was cancelled before it started, or ended by a forced cancel.
    case cancelled

    /// The outcome of a task whose function threw: a backend makes it of what it has caught.
    ///
    /// A `MultitaskingError` is the task's from then on; see ``MultitaskingError/origin``.
    @inlinable
    public static func thrown(_ error: any Error) -> Self { .failure(thrownByTask(error)) }

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

extension TaskOutcome {
    /// The outcome in few words: `succeeded: 42`.
    package var summary: String {
        switch self {
        case .success where Value.self == Void.self: "succeeded"
        case .success(let value): "succeeded: \(brief(value))"
        case .failure(let error): "failed: \(brief(error, limit: 200))"
        case .cancelled: "cancelled"
        }
    }
}

/// The error as one that a task's function threw.
@inlinable
package func thrownByTask(_ error: any Error) -> any Error { (error as? MultitaskingError)?.thrownByTask ?? error }

/// How far a task is.
///
/// ```swift
/// if future.state == .queued { future.cancel() }
/// ```
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
