public import MultitaskingCore

extension TaskSession {
    /// The progress of the session's tasks. Reading it never blocks, and takes O(*n*) in the number of tasks.
    ///
    /// ```swift
    /// let progress = try session.progress
    /// print("\(progress.done) of \(progress.total)")
    /// ```
    ///
    /// - Throws: `alreadyDestroyed`.
    public var progress: Progress {
        get throws {
            var progress = Progress()
            for task in try tasks {
                progress.count(task.future.state, ending: task.future.ending, report: task.progress)
            }
            progress.elapsed = elapsed(isFinished: progress.isFinished)
            return progress
        }
    }

    /// Returns the progress as it changes, until all tasks have ended.
    ///
    /// - Parameter interval: how often to check; at least a millisecond. If a check takes a long time, checks are less
    ///   frequent; see `ProgressUpdates`.
    /// - Throws: while iterating, `alreadyDestroyed` and `CancellationError`.
    public func progressUpdates(every interval: Duration = .milliseconds(100)) -> ProgressUpdates {
        ProgressUpdates(every: interval, in: executor) { try self.progress }
    }

    /// What a display shows; nil once the session is destroyed.
    var snapshot: ProgressSnapshot? {
        guard let tasks = try? tasks, let progress = try? progress else { return nil }
        let running = tasks.lazy.filter(\.isRunning).prefix(100).map {
            ProgressSnapshot.Task(name: $0.name, report: $0.progress)
        }
        return ProgressSnapshot(progress: progress, tasks: Array(running))
    }
}

extension TaskSession {
    /// Shows the progress during every `waitForAll` and `results`, like `manager.map(…, showing:)`.
    ///
    /// ```swift
    /// let results = try manager.map("page-", render, pages, showing: .progressBar).results()
    /// ```
    ///
    /// - Returns: the session, so that calls can be chained.
    @discardableResult
    public func showing(_ display: ProgressDisplay) -> Self {
        setDisplay(display)
        return self
    }

    /// Waits, and shows what the session is to show meanwhile.
    @available(*, noasync, message: "this blocks the thread")
    func showing<Value>(while wait: () throws -> Value) rethrows -> Value {
        try MultitaskingSessions.showing(display, look, while: wait)
    }

    /// Waits, and shows what the session is to show meanwhile.
    func showing<Value>(while wait: () async throws -> Value) async rethrows -> Value {
        try await MultitaskingSessions.showing(display, look, while: wait)
    }
}

extension TaskSession {
    /// Blocks until all tasks or the first one has ended, or until the time limit passes, showing the progress
    /// meanwhile.
    ///
    /// ```swift
    /// try session.waitForAll(showing: .progressBar)
    /// ```
    ///
    /// The other parameters, the result, and the errors are those of the method without a display.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RemainingTasks = .leaveRunning,
        showing display: ProgressDisplay
    ) throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try MultitaskingSessions.showing(display, look) {
            try MultitaskingCore.wait(for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest)
        }
    }

    /// Suspends until all tasks or the first one has ended, or until the time limit passes, showing the progress
    /// meanwhile.
    ///
    /// The other parameters, the result, and the errors are those of the method without a display.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RemainingTasks = .leaveRunning,
        showing display: ProgressDisplay
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try await MultitaskingSessions.showing(display, look) {
            try await MultitaskingCore.wait(for: tasks, until: returnWhen.condition, timeout: timeout, rest: rest)
        }
    }

    var look: @Sendable () -> ProgressSnapshot? { { self.snapshot } }
}
