internal import MultitaskingCore
internal import MultitaskingSystem

// Tasks: their ledger, and how they are ended.

extension SimulationState {
    /// Whether a task can be taken in now.
    var hasTaskRoom: Bool { taskLimit.map { unfinished < $0 } ?? true }

    /// Why no task is taken in, if so.
    var refusal: MultitaskingError? {
        if let failure { return failure }
        if let broken { return broken }
        if phase == .running { return nil }
        return MultitaskingError(.shutDown, "the pool was shut down and takes no more tasks; make a new one")
    }

    mutating func submit(_ record: TaskRecord, by party: Int?) -> Int {
        let task = add(record, by: party)
        queue.append(task, record.options.priority)
        if let limit = record.options.queueTimeout {
            plan(.queueTimeout(task: task), at: now.addingSaturated(limit.nanoseconds))
        }
        return task
    }

    /// Takes in a task that is not in the queue.
    mutating func add(_ record: TaskRecord, by party: Int?) -> Int {
        let task = nextTask
        nextTask += 1
        tasks[task] = record
        tasks[task]?.submission = now
        statistics.submitted += 1
        unfinished += 1
        note(.submits(task: task), by: party)
        return task
    }

    /// Ends a task.
    mutating func settle(_ task: Int, _ outcome: TaskRecord.Outcome) {
        dropReceived(of: task)
        guard var record = tasks[task], !record.isDone else { return }
        record.state = .done(outcome)
        unfinished -= 1
        statistics.end(outcome)
        effects.calls += record.whenDone.removeAll()
        if let companion = record.companion { effects.garbage.append(companion) }
        record.companion = nil
        tasks[task] = record
        if record.isAbandoned { forget(task) }
        idlePolls = 0
        callWatches()
        leaveIfDone()
    }

    /// Nobody will ask for a task's result.
    mutating func abandon(_ task: Int) {
        tasks[task]?.isAbandoned = true
        if tasks[task]?.isDone == true { forget(task) }
    }

    /// Nobody will report what a task has received, nor put it back.
    mutating func dropReceived(of task: Int) {
        for (_, elements) in tasks[task]?.takeReceived() ?? [] { elements.forEach { discard($0) } }
    }

    private mutating func forget(_ task: Int) {
        if let record = tasks.removeValue(forKey: task) { effects.garbage.append(record) }
    }

    /// Keeps what a task says of itself, as long as it runs.
    mutating func keep(_ report: TaskReport, of task: Int) {
        if tasks[task]?.worker != nil { tasks[task]?.report = report }
    }

    /// Asks a running task to end, and plans the harder steps.
    mutating func beginEnding(_ task: Int, _ ending: TaskRecord.Ending) {
        guard var record = tasks[task], record.worker != nil, record.ending == nil else { return }
        record.ending = ending
        record.isEndRequested = true
        tasks[task] = record
        note(.asksToEnd(task: task), by: nil)
        idlePolls = 0
        plan(
            .teardown(task: task, attempt: record.attempts),
            at: now.addingSaturated(record.options.gracePeriod.nanoseconds))
    }

    /// Whether a running task is asked to end, as that of a dead worker is; false for no task.
    func isEndRequested(of task: Int?) -> Bool { task.map { tasks[$0]?.isEndRequested ?? true } ?? false }

    /// The grace period is over: SIGTERM, which ends a worker at once unless it is stuck; then SIGKILL.
    mutating func stepTeardown(_ task: Int) {
        guard let record = tasks[task], let worker = record.worker, let ending = record.ending else { return }
        let isStuck = if case .waiting(.stuck) = parties[worker + 1].activity { true } else { false }
        if isStuck, !record.wasTerminated {
            tasks[task]?.wasTerminated = true
            return plan(
                .teardown(task: task, attempt: record.attempts),
                at: now.addingSaturated(record.options.gracePeriod.nanoseconds))
        }
        kill(worker, .signal(isStuck ? 9 : 15), .ending(ending))
    }

    /// - Returns: true if the task never starts or, when forced, is being ended.
    mutating func cancel(_ task: Int, force: Bool) -> Bool {
        guard let record = tasks[task] else { return false }
        switch record.state {
        case .done(.cancelled): return true
        case .done: return false
        case .queued, .delayed:
            note(.cancels(task: task), by: running)
            settle(task, .cancelled)
            return true
        case .running:
            guard force else { return false }
            beginEnding(task, .cancel)
            return true
        }
    }

    static var queueTimedOut: MultitaskingError {
        MultitaskingError(
            .queueTimedOut,
            "the task waited for a worker until its queueTimeout, and never started; allow more time, or more workers")
    }
}
