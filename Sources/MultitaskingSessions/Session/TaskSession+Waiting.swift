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
    /// Fail-fast is `try session.waitForAll(returnWhen: .firstFailed, rest: .cancel)`; the first success is what
    /// `race(timeout:rest:)` waits for.
    /// - Parameters:
    ///   - timeout: how long to wait at most; nil for as long as it takes.
    ///   - returnWhen: what to wait for.
    ///   - rest: what becomes of the tasks that have not ended when that has happened. When the time is up they go on
    ///     in any case. Those that are told to stop may still run when this returns: wait once more for their end.
    /// - Returns: the tasks that have ended and those that have not, both in the order of submission.
    /// - Throws: `alreadyDestroyed`. Not what tasks throw, and not when the time is up.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RestPolicy = .goOn
    ) throws -> (done: [PoolTask], notDone: [PoolTask]) {
        let tasks = try tasks
        _ = waitForFirst(of: tasks, timeout, returnWhen, rest)
        return partition(tasks)
    }

    /// Suspends until the tasks have ended, or the first of them has, or the time is up.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled, and then the tasks go on.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RestPolicy = .goOn
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        let tasks = try tasks
        _ = try await waitForFirst(of: tasks, timeout, returnWhen, rest)
        return partition(tasks)
    }

    /// Blocks until a task has succeeded, and by default cancels the others: the first success wins.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait at most; nil for as long as it takes. When it is up, all tasks go on.
    ///   - rest: what becomes of the others when one has succeeded.
    /// - Returns: the task that won; nil if the time was up or all have failed or were cancelled.
    /// - Throws: `alreadyDestroyed`. Not what tasks throw: that is in their results.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func race(timeout: Duration? = nil, rest: RestPolicy = .cancel) throws -> PoolTask? {
        waitForFirst(of: try tasks, timeout, .firstSuccessful, rest)
    }

    /// Suspends until a task has succeeded, and by default cancels the others: the first success wins.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled, and then the tasks go on.
    public func race(timeout: Duration? = nil, rest: RestPolicy = .cancel) async throws -> PoolTask? {
        try await waitForFirst(of: try tasks, timeout, .firstSuccessful, rest)
    }

    /// The task that was waited for; nil if the time was up, no task could be it any more, or all are waited for.
    @available(*, noasync)
    private func waitForFirst(
        of tasks: [PoolTask], _ timeout: Duration?, _ returnWhen: ReturnWhen, _ rest: RestPolicy
    ) -> PoolTask? {
        let deadline = deadline(in: timeout)
        if returnWhen == .allCompleted {
            for task in tasks { guard task.future.waitUntilDone(deadline.remaining) else { break } }
            return nil
        }
        let watcher = CompletionWatcher(tasks, returnWhen)
        while !watcher.isFulfilled() {
            guard watcher.waitForNextCompletion(until: deadline) else { break }
        }
        return end(watcher, tasks, rest)
    }

    private func waitForFirst(
        of tasks: [PoolTask], _ timeout: Duration?, _ returnWhen: ReturnWhen, _ rest: RestPolicy
    ) async throws -> PoolTask? {
        let deadline = deadline(in: timeout)
        if returnWhen == .allCompleted {
            for task in tasks { guard try await task.future.waitUntilDone(deadline.remaining) else { break } }
            return nil
        }
        let watcher = CompletionWatcher(tasks, returnWhen)
        while !watcher.isFulfilled() {
            let (left, timeline) = (deadline.remaining, deadline.timeline)
            guard try await awaitCallback(left, in: timeline, register: watcher.onNextCompletion) else { break }
        }
        return end(watcher, tasks, rest)
    }

    /// When a wait that begins now must end, in the time of the executor.
    func deadline(in timeout: Duration?) -> WaitDeadline { WaitDeadline(WaitLimit(timeout: timeout), in: executor) }

    /// Deals with the rest if what was waited for has happened.
    private func end(_ watcher: CompletionWatcher, _ tasks: [PoolTask], _ rest: RestPolicy) -> PoolTask? {
        guard let first = watcher.first else { return nil }
        if rest != .goOn { cancelRest(tasks.filter { !$0.isDone }, force: rest == .cancelByForce) }
        return first
    }

    private func partition(_ tasks: [PoolTask]) -> (done: [PoolTask], notDone: [PoolTask]) {
        var parts: (done: [PoolTask], notDone: [PoolTask]) = ([], [])
        for task in tasks {
            if task.isDone { parts.done.append(task) } else { parts.notDone.append(task) }
        }
        return parts
    }
}
