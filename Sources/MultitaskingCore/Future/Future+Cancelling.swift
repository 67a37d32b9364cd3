/// What the cancellation of a Swift task that waits means for what it waits for.
///
/// ```swift
/// let total = try await pool.submit(sum, numbers).value(cancelling: .withTask)
/// ```
public enum CancellationScope: Sendable, Hashable, CaseIterable {
    /// The wait ends, and what was waited for goes on: the default of all waits.
    case waitOnly
    /// What was waited for ends as well: what waits is cancelled, what runs is asked to end, and ended by force after
    /// its grace period, where the pool can; see ``Future/cancel(force:)``.
    case withTask
}

extension Future {
    /// Suspends until the task has ended and returns its value; cancels the task if the awaiting Swift task is
    /// cancelled.
    ///
    /// ```swift
    /// let page = try await pool.submit(render, request).value(cancelling: .withTask)
    /// ```
    /// The wait ends at once with `CancellationError`, while the task is being ended.
    /// - Parameters:
    ///   - timeout: how long to wait at most; nil for as long as it takes. When it is up, the task goes on.
    ///   - scope: whether the task is ended together with the wait.
    /// - Throws: what the function threw; `timedOut`; `cancelled`; `CancellationError`.
    public func value(timeout: Duration? = nil, cancelling scope: CancellationScope) async throws -> Value {
        try await MultitaskingCore.ending(self, with: scope) { try await value(timeout: timeout) }
    }

    /// Suspends until the task has ended; false if the limit passed first. Cancels the task if the awaiting Swift task
    /// is cancelled.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever, cancelling scope: CancellationScope) async throws -> Bool {
        try await MultitaskingCore.ending(self, with: scope) { try await waitUntilDone(wait) }
    }
}

/// Runs `body`, and ends the tasks by force if the awaiting Swift task is cancelled meanwhile, which then throws
/// `CancellationError` in any case: the tasks may end, and `body` see that, before `body` sees the cancellation.
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
    guard scope == .withTask else { return try await body() }
    do {
        let value = try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            RestPolicy.cancelByForce.apply(to: tasks)
        }
        try Task.checkCancellation()
        return value
    } catch let error as MultitaskingError where error.code == .cancelled && error.origin == .pool {
        // The task may have been cancelled before the wait was.
        try Task.checkCancellation()
        throw error
    }
}
