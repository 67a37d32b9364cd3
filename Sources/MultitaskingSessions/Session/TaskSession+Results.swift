public import OrderedCollections

extension TaskSession {
    /// Blocks until every task has ended and returns their results by name, in the order of submission.
    ///
    /// - Parameter timeout: how long to wait at most for all of them together; nil for as long as it takes. The results
    ///   of tasks that have not ended then are timed out.
    /// - Throws: `alreadyDestroyed`. Failures of tasks are in their results.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func results(timeout: Duration? = nil) throws -> OrderedDictionary<String, TaskResult> {
        let tasks = try tasks
        let deadline = deadline(in: timeout)
        for task in tasks { guard task.future.waitUntilDone(deadline.remaining) else { break } }
        return results(of: tasks, timeout: timeout)
    }

    /// Suspends until every task has ended and returns their results by name, in the order of submission.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled.
    public func results(timeout: Duration? = nil) async throws -> OrderedDictionary<String, TaskResult> {
        let tasks = try tasks
        let deadline = deadline(in: timeout)
        for task in tasks { guard try await task.future.waitUntilDone(deadline.remaining) else { break } }
        return results(of: tasks, timeout: timeout)
    }

    /// Suspends as the other form does; ends the tasks if the awaiting Swift task is cancelled, where `scope` says so.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled.
    public func results(
        timeout: Duration? = nil, cancelling scope: CancellationScope
    ) async throws -> OrderedDictionary<String, TaskResult> {
        try await ending(try tasks, with: scope) { try await results(timeout: timeout) }
    }

    /// The results of the tasks that have ended, by name, in the order of submission; never blocks.
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
