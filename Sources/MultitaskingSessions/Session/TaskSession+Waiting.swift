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

    /// Blocks until all tasks or the first one has ended, or until the time limit passes.
    ///
    /// To fail fast, call `try session.waitForAll(returnWhen: .firstFailed, rest: .cancel)`. To wait for the first
    /// success, use `race(timeout:rest:)`.
    /// - Parameters:
    ///   - timeout: the maximum time to wait; nil for no limit.
    ///   - returnWhen: the condition to wait for.
    ///   - rest: what happens to the tasks that haven't ended when the condition is met. If the time limit passes, they
    ///     always continue. Tasks that are asked to stop may still run when this returns; to wait for their end, wait
    ///     again.
    /// - Returns: the tasks that have ended and those that haven't, both in the order of submission.
    /// - Throws: `alreadyDestroyed`. Errors of tasks aren't thrown, and neither is a timeout.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RemainingTasks = .leaveRunning
    ) throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try showing { try MultitaskingCore.wait(for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest) }
    }

    /// Suspends until all tasks or the first one has ended, or until the time limit passes.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` if the awaiting task is cancelled, in which case the tasks
    ///   continue.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RemainingTasks = .leaveRunning
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try await showing {
            try await MultitaskingCore.wait(for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest)
        }
    }

    /// Suspends like the other form. Ends the tasks if the awaiting Swift task is cancelled and `scope` is `.withTask`.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` if the awaiting task is cancelled.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RemainingTasks = .leaveRunning,
        cancelling scope: CancellationScope
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try await showing {
            try await MultitaskingCore.wait(
                for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest, cancelling: scope)
        }
    }

    /// Blocks until the first task succeeds, and by default cancels the others.
    ///
    /// - Parameters:
    ///   - timeout: the maximum time to wait; nil for no limit. If it passes, all tasks continue.
    ///   - rest: what happens to the other tasks when one has succeeded.
    /// - Returns: the task that succeeded first; nil if the time limit passes or there are no tasks.
    /// - Throws: `alreadyDestroyed`; `RaceError`, with the errors of all tasks, if none succeeds.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func race(timeout: Duration? = nil, rest: RemainingTasks = .cancel) throws -> PoolTask? {
        let tasks = try tasks
        return try winner(try waitUntil(.firstSuccessful, tasks, timeout, rest), of: tasks, rest)
    }

    /// Suspends until the first task succeeds, and by default cancels the others.
    ///
    /// - Throws: whatever the blocking method throws; `CancellationError` if the awaiting task is cancelled, in which
    ///   case the tasks continue.
    public func race(timeout: Duration? = nil, rest: RemainingTasks = .cancel) async throws -> PoolTask? {
        try await race(timeout: timeout, rest: rest, cancelling: .waitOnly)
    }

    /// Suspends like the other form. Ends the tasks if the awaiting Swift task is cancelled and `scope` is `.withTask`.
    ///
    /// - Throws: whatever the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    public func race(
        timeout: Duration? = nil, rest: RemainingTasks = .cancel, cancelling scope: CancellationScope
    ) async throws -> PoolTask? {
        let tasks = try tasks
        let place = try await ending(tasks, with: scope) {
            try await waitUntil(.firstSuccessful, tasks, timeout, rest)
        }
        return try winner(place, of: tasks, rest)
    }

    private func winner(_ place: Int?, of tasks: [PoolTask], _ rest: RemainingTasks) throws -> PoolTask? {
        if tasks.isEmpty { return nil }
        return try (place ?? lateWinner(among: tasks, rest)).map { tasks[$0] }
    }

    /// Returns the tasks in the order in which they end: `for try await task in session.completions(timeout:
    /// .seconds(10)) { … }`.
    ///
    /// The sequence contains the tasks that the session has when the loop begins; tasks that have already ended come
    /// first. Leaving the loop early cancels nothing. Iterating throws `alreadyDestroyed`; `timedOut` when the time
    /// limit passes, with the number of tasks that haven't ended; `CancellationError`. Errors of tasks are in their
    /// results.
    /// - Parameters:
    ///   - timeout: how long the whole loop may take; nil for no limit.
    ///   - scope: whether to end the tasks if the awaiting Swift task is cancelled.
    public func completions(
        timeout: Duration? = nil, cancelling scope: CancellationScope = .waitOnly
    ) -> AsyncCompletions<PoolTask> {
        AsyncCompletions(timeout: timeout, scope) { try self.tasks }
    }

    /// Returns the tasks in the order in which they end, for a caller that blocks: `for task in try
    /// session.completions() { … }`.
    ///
    /// When the time limit passes, the loop ends; `Completions.timedOut` says whether it did.
    /// - Throws: `alreadyDestroyed`.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func completions(timeout: Duration? = nil) throws -> Completions<PoolTask> {
        Completions(timeout: timeout, try tasks)
    }

    /// When a wait that begins now must end, in the time of the executor.
    func deadline(in timeout: Duration?) -> WaitDeadline { WaitDeadline(WaitLimit(timeout: timeout), in: executor) }
}

extension ReturnWhen {
    /// The same, for `wait(for:until:)`.
    var condition: WaitCondition {
        switch self {
        case .allCompleted: .all
        case .firstCompleted: .any
        case .firstFailed: .firstFailed
        case .firstSuccessful: .firstSuccessful
        }
    }
}
