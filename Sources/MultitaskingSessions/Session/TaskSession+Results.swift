public import OrderedCollections

extension TaskSession {
    /// Blocks until every task has ended, and returns the results by name, in the order of submission.
    ///
    /// - Parameter timeout: the maximum time to wait for all tasks together; nil for no limit. When it passes, the
    ///   results of the remaining tasks are timed out.
    /// - Throws: `alreadyDestroyed`. Failures of tasks are in their results.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func results(timeout: Duration? = nil) throws -> OrderedDictionary<String, TaskResult> {
        let tasks = try tasks
        let deadline = deadline(in: timeout)
        showing { for task in tasks { guard task.future.waitUntilDone(deadline.remaining) else { break } } }
        return results(of: tasks, timeout: timeout)
    }

    /// Suspends until every task has ended, and returns the results by name, in the order of submission.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` if the awaiting task is cancelled.
    public func results(timeout: Duration? = nil) async throws -> OrderedDictionary<String, TaskResult> {
        let tasks = try tasks
        let deadline = deadline(in: timeout)
        try await showing {
            for task in tasks { guard try await task.future.waitUntilDone(deadline.remaining) else { break } }
        }
        return results(of: tasks, timeout: timeout)
    }

    /// Suspends like the other form. Ends the tasks if the awaiting Swift task is cancelled and `scope` is `.withTask`.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` if the awaiting task is cancelled.
    public func results(
        timeout: Duration? = nil, cancelling scope: CancellationScope
    ) async throws -> OrderedDictionary<String, TaskResult> {
        try await ending(try tasks, with: scope) { try await results(timeout: timeout) }
    }

    /// Returns the results of the tasks that have ended, by name, in the order of submission. Never blocks.
    ///
    /// - Throws: `alreadyDestroyed`.
    public func doneResults() throws -> OrderedDictionary<String, TaskResult> {
        var results: OrderedDictionary<String, TaskResult> = [:]
        for task in try tasks { results[task.name] = task.resultOrNil() }
        return results
    }

    private func results(of tasks: [PoolTask], timeout: Duration?) -> OrderedDictionary<String, TaskResult> {
        var results = OrderedDictionary<String, TaskResult>(minimumCapacity: tasks.count)
        for task in tasks {
            results[task.name] =
                task.resultOrNil() ?? TaskResult(failure: MultitaskingError.notDone(within: timeout))
        }
        return results
    }
}
