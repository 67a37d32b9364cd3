extension TaskSession {
    /// Whether any task has ended; false if there is none.
    ///
    /// - Throws: `alreadyDestroyed`.
    public var anyDone: Bool {
        get throws { try tasks.contains(where: \.isDone) }
    }

    /// Whether every task has ended; true if there is none.
    ///
    /// - Throws: `alreadyDestroyed`.
    public var allDone: Bool {
        get throws { try tasks.allSatisfy(\.isDone) }
    }

    /// The tasks that have ended, in the order of submission.
    ///
    /// - Throws: `alreadyDestroyed`.
    public var doneTasks: [PoolTask] {
        get throws { try tasks.filter(\.isDone) }
    }

    /// Blocks until the tasks have ended, or the first of them has, or the time is up.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait at most; nil for as long as it takes.
    ///   - returnWhen: what to wait for.
    /// - Returns: the tasks that have ended and those that have not, both in the order of submission.
    /// - Throws: `alreadyDestroyed`. Not what tasks throw, and not when the time is up.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted
    ) throws -> (done: [PoolTask], notDone: [PoolTask]) {
        let tasks = try tasks
        let deadline = deadline(in: timeout)
        if returnWhen == .allCompleted {
            for task in tasks { guard task.future.waitUntilDone(deadline.remaining) else { break } }
        } else {
            let watcher = CompletionWatcher(tasks, returnWhen)
            while !watcher.isFulfilled() {
                guard watcher.waitForNextCompletion(until: deadline) else { break }
            }
        }
        return partition(tasks)
    }

    /// Suspends until the tasks have ended, or the first of them has, or the time is up.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        let tasks = try tasks
        let deadline = deadline(in: timeout)
        if returnWhen == .allCompleted {
            for task in tasks { guard try await task.future.waitUntilDone(deadline.remaining) else { break } }
        } else {
            let watcher = CompletionWatcher(tasks, returnWhen)
            while !watcher.isFulfilled() {
                let (left, timeline) = (deadline.remaining, deadline.timeline)
                guard try await awaitCallback(left, in: timeline, register: watcher.onNextCompletion) else { break }
            }
        }
        return partition(tasks)
    }

    /// When a wait that begins now must end, in the time of the executor.
    func deadline(in timeout: Duration?) -> WaitDeadline { WaitDeadline(WaitLimit(timeout: timeout), in: executor) }

    private func partition(_ tasks: [PoolTask]) -> (done: [PoolTask], notDone: [PoolTask]) {
        var parts: (done: [PoolTask], notDone: [PoolTask]) = ([], [])
        for task in tasks {
            if task.isDone { parts.done.append(task) } else { parts.notDone.append(task) }
        }
        return parts
    }
}
