/// What cancelling a waiting Swift task does to the pool's tasks that it waits for.
///
/// ```swift
/// let total = try await pool.submit(sum, numbers).value(cancelling: .withTask)
/// ```
public enum CancellationScope: Sendable, Hashable, CaseIterable {
    /// Only the wait ends; the pool's tasks continue. This is the default of all waits.
    case waitOnly
    /// The pool's tasks end, too: queued tasks are cancelled, and running tasks are asked to stop and ended by force
    /// after their grace period, if the pool can; see ``Future/cancel(force:)``.
    case withTask
}

extension Future {
    /// Suspends until the task has ended, and returns its value. Cancels the task if the awaiting Swift task is
    /// cancelled.
    ///
    /// ```swift
    /// let page = try await pool.submit(render, request).value(cancelling: .withTask)
    /// ```
    /// The wait ends immediately with `CancellationError`, while the task is still being ended.
    /// - Parameters:
    ///   - timeout: the maximum time to wait; nil for no limit. If it passes, the task continues.
    ///   - scope: whether to end the task together with the wait.
    /// - Throws: what `value(timeout:)` throws; `CancellationError` if the awaiting task is cancelled.
    public func value(timeout: Duration? = nil, cancelling scope: CancellationScope) async throws -> Value {
        try await MultitaskingCore.ending(self, with: scope) { try await value(timeout: timeout) }
    }

    /// Suspends until the task has ended; false if the limit passes first. Cancels the task if the awaiting Swift task
    /// is cancelled.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever, cancelling scope: CancellationScope) async throws -> Bool {
        try await MultitaskingCore.ending(self, with: scope) { try await waitUntilDone(wait) }
    }
}

/// Runs `body`, and ends the tasks by force if the awaiting Swift task is cancelled meanwhile, which then throws
/// `CancellationError` in any case.
package func ending<Value>(
    _ tasks: any Awaitable..., with scope: CancellationScope,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    try await ending(tasks, with: scope, body)
}

package func ending<Value>(
    _ tasks: [any Awaitable], with scope: CancellationScope,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    try await ending(with: scope, by: { RemainingTasks.cancelByForce.apply(to: tasks) }, body)
}

/// Runs `body`, and calls `end` if the awaiting Swift task is cancelled meanwhile, which then throws
/// `CancellationError` in any case: the tasks may end, and `body` see that, before `body` sees the cancellation.
func ending<Value>(
    with scope: CancellationScope, by end: @Sendable () -> Void,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    guard scope == .withTask else { return try await body() }
    do {
        let value = try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            end()
        }
        try Task.checkCancellation()
        return value
    } catch let error as MultitaskingError where error.code == .cancelled && error.origin == .pool {
        // The task may have been cancelled before the wait was.
        try Task.checkCancellation()
        throw error
    }
}
