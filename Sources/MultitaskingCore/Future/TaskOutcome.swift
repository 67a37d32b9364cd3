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
    /// The function returned.
    case success(Value)
    /// The function threw, or the task failed before or after it; see ``MultitaskingError`` and ``RemoteError``.
    case failure(any Error)
    /// The task was cancelled before it started, or ended by a forced cancellation.
    case cancelled

    /// Returns the outcome of a task whose function threw; backends call this with the error that they caught. It marks
    /// a `MultitaskingError` as the task's own; see ``MultitaskingError/origin``.
    @inlinable
    public static func thrown(_ error: any Error) -> Self { .failure(thrownByTask(error)) }

    /// Returns the value.
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
    /// Why there is no value; nil if there is one.
    package var failure: (any Error)? {
        do { _ = try get() } catch { return error }
        return nil
    }

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

/// The state of a task.
///
/// ```swift
/// if future.state == .queued { future.cancel() }
/// ```
public enum TaskState: Sendable, Hashable {
    /// Waiting for a worker.
    case queued
    /// Taken by a worker.
    case running
    /// Ended by returning or failing.
    case done
    /// Cancelled.
    case cancelled

    /// Whether the task has ended, in whatever way.
    package var isEnd: Bool {
        switch self {
        case .done, .cancelled: true
        case .queued, .running: false
        }
    }
}
