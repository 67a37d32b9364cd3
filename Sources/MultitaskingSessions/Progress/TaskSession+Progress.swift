public import MultitaskingCore

extension TaskSession {
    /// The progress of the session's tasks. Never blocks. O(*n*) in the number of tasks.
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
            for task in try tasks { progress.count(task.future.state, ending: task.future.ending) }
            progress.elapsed = elapsed(isFinished: progress.isFinished)
            return progress
        }
    }

    /// Returns the progress as it changes, until all tasks have ended.
    ///
    /// - Parameter interval: how often to check; at least a millisecond.
    /// - Throws: while iterating, `alreadyDestroyed` and `CancellationError`.
    public func progressUpdates(every interval: Duration = .milliseconds(100)) -> ProgressUpdates {
        ProgressUpdates(every: interval, in: executor) { try self.progress }
    }

    /// What a display shows; nil once the session is destroyed.
    var snapshot: ProgressSnapshot? {
        guard let tasks = try? tasks, let progress = try? progress else { return nil }
        let running = tasks.lazy.filter(\.isRunning).prefix(100).map(\.name)
        return ProgressSnapshot(progress: progress, tasks: Array(running))
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
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RestPolicy = .goOn,
        showing display: ProgressDisplay
    ) throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try MultitaskingSessions.showing(display, look) {
            try waitForAll(timeout: timeout, returnWhen: returnWhen, rest: rest)
        }
    }

    /// Suspends until all tasks or the first one has ended, or until the time limit passes, showing the progress
    /// meanwhile.
    ///
    /// The other parameters, the result, and the errors are those of the method without a display.
    @discardableResult
    public func waitForAll(
        timeout: Duration? = nil, returnWhen: ReturnWhen = .allCompleted, rest: RestPolicy = .goOn,
        showing display: ProgressDisplay
    ) async throws -> (done: [PoolTask], notDone: [PoolTask]) {
        try await MultitaskingSessions.showing(display, look) {
            try await waitForAll(timeout: timeout, returnWhen: returnWhen, rest: rest)
        }
    }

    private var look: @Sendable () -> ProgressSnapshot? { { self.snapshot } }
}
