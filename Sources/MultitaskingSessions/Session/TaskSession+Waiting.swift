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
        try MultitaskingCore.wait(for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest)
    }

    /// Suspends until the tasks have ended, or the first of them has, or the time is up.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled, and then the tasks go on.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RestPolicy = .goOn
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try await MultitaskingCore.wait(for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest)
    }

    /// Suspends as the other form does; ends the tasks if the awaiting Swift task is cancelled, where `scope` says so.
    ///
    /// - Throws: `alreadyDestroyed`; `CancellationError` when the awaiting task is cancelled.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RestPolicy = .goOn,
        cancelling scope: CancellationScope
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try await MultitaskingCore.wait(
            for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest, cancelling: scope)
    }

    /// Blocks until a task has succeeded, and by default cancels the others: the first success wins.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait at most; nil for as long as it takes. When it is up, all tasks go on.
    ///   - rest: what becomes of the others when one has succeeded.
    /// - Returns: the task that won; nil if the time was up, or there is no task.
    /// - Throws: `alreadyDestroyed`; `RaceError`, with the errors of all tasks, if none has succeeded.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func race(timeout: Duration? = nil, rest: RestPolicy = .cancel) throws -> PoolTask? {
        let tasks = try tasks
        return try winner(try waitUntil(.firstSuccessful, tasks, timeout, rest), of: tasks)
    }

    /// Suspends until a task has succeeded, and by default cancels the others: the first success wins.
    ///
    /// - Throws: as the blocking call does; `CancellationError` when the awaiting task is cancelled, and then the tasks
    ///   go on.
    public func race(timeout: Duration? = nil, rest: RestPolicy = .cancel) async throws -> PoolTask? {
        try await race(timeout: timeout, rest: rest, cancelling: .waitOnly)
    }

    /// Suspends as the other form does; ends the tasks if the awaiting Swift task is cancelled, where `scope` says so.
    ///
    /// - Throws: as the blocking call does; `CancellationError` when the awaiting task is cancelled.
    public func race(
        timeout: Duration? = nil, rest: RestPolicy = .cancel, cancelling scope: CancellationScope
    ) async throws -> PoolTask? {
        let tasks = try tasks
        let place = try await ending(tasks, with: scope) {
            try await waitUntil(.firstSuccessful, tasks, timeout, rest)
        }
        return try winner(place, of: tasks)
    }

    private func winner(_ place: Int?, of tasks: [PoolTask]) throws -> PoolTask? {
        if let place { return tasks[place] }
        if !tasks.isEmpty, let error = raceError(of: tasks) { throw error }
        return nil
    }

    /// The tasks as they end, each once: `for try await task in session.completions(timeout: .seconds(10)) { … }`.
    ///
    /// They are the tasks that the session has when the loop begins; those that have ended by then come first. Leaving
    /// the loop early cancels nothing. Iterating throws `alreadyDestroyed`; `timedOut` when the time is up, which says
    /// how many tasks have not ended; `CancellationError`. Not what tasks throw: that is in their results.
    /// - Parameters:
    ///   - timeout: how long the whole loop may take, from its beginning; nil for as long as it takes.
    ///   - scope: whether the tasks are ended when the awaiting Swift task is cancelled.
    public func completions(
        timeout: Duration? = nil, cancelling scope: CancellationScope = .waitOnly
    ) -> AsyncCompletions<PoolTask> {
        AsyncCompletions(timeout: timeout, scope) { try self.tasks }
    }

    /// The tasks as they end, each once, for a caller that blocks: `for task in try session.completions() { … }`.
    ///
    /// When the time is up the loop ends; `Completions.timedOut` says whether that was so.
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
    fileprivate var condition: WaitCondition {
        switch self {
        case .allCompleted: .all
        case .firstCompleted: .any
        case .firstFailed: .firstFailed
        case .firstSuccessful: .firstSuccessful
        }
    }
}
