internal import MultitaskingCore
internal import MultitaskingSystem

// Workers: what they take, how they die, and how they are replaced.

extension SimulationState {
    /// Why a worker dies.
    enum DeathReason {
        /// By itself.
        case crash
        /// Its task is being ended.
        case ending(TaskRecord.Ending)
        /// The pool is killed.
        case shutdown
        /// The simulation has failed.
        case failure(MultitaskingError)
        /// The initializer threw.
        case initializer(any Error)
    }

    /// What a worker is to do next.
    enum Assignment: Sendable {
        case initializer
        case task(any TaskBody, InMemoryEnvironment.Task)
        case call(any TaskBody, Int)
        case finalizer
    }

    /// Lets a worker begin its initializer or the first queued task; false if it dies instead.
    mutating func take(worker: Int) -> Bool {
        let party = worker + 1
        switch workers[worker].activity {
        case .fresh:
            workers[worker].work = .initializer
            note(.initializes, by: party)
            if let limit = initializerTimeout {
                plan(
                    .initializerTimeout(worker: worker, pid: workers[worker].pid),
                    at: now.addingSaturated(limit.nanoseconds))
            }
            return begin(party)
        case .retiring:
            workers[worker].work = .finalizer
            note(.finalizes, by: party)
            return begin(party)
        case .idle, .busy, .dead, .left: break
        }
        if worker >= target, !owesCalls(worker) {
            // The calls that it still had to make were cancelled.
            retire(worker)
            leaveIfDone()
            return false
        }
        if workers[worker].callsMade < calls.count { return makeCall(worker) }
        guard let task = queue.first else { return false }
        queue.removeFirst(isTaken: true)
        return take(task, worker) { $0.queue.appendRetry(task) }
    }

    /// Lets a worker begin a task; false if it dies instead, and the task goes back.
    private mutating func take(_ task: Int, _ worker: Int, else putBack: (inout SimulationState) -> Void) -> Bool {
        let party = worker + 1
        guard var record = tasks[task] else { return false }
        if case .crash(let end)? = faults.action(at: .beforeStart(task: task, attempt: record.attempts + 1)) {
            // Nobody knows yet that the task was taken, so it is simply run elsewhere.
            kill(worker, end, .crash)
            putBack(&self)
            note(.requeues(task: task), by: nil)
            return false
        }
        record.attempts += 1
        record.report = nil
        record.state = .running(worker: worker)
        record.phase = .decoding
        record.switchPoints = 0
        record.isEndRequested = false
        record.ending = nil
        record.wasTerminated = false
        if let timeout = record.options.timeout {
            plan(
                .timeout(task: task, attempt: record.attempts), at: now.addingSaturated(timeout.nanoseconds))
        }
        note(.starts(task: task, attempt: record.attempts), by: party)
        tasks[task] = record
        workers[worker].work = .task(task)
        workers[worker].tasksBegun += 1
        countStart(of: task, by: worker)
        return begin(party)
    }

    /// Lets a worker make the next of the calls that all of them make; false if it dies instead, or has nothing to do.
    private mutating func makeCall(_ worker: Int) -> Bool {
        let call = workers[worker].callsMade
        workers[worker].callsMade += 1
        let task = calls[call].tasks.removeValue(forKey: worker)
        if let task, tasks[task]?.isQueued == true {
            return take(task, worker) {
                // Its successor makes it.
                $0.calls[call].tasks[worker] = task
            }
        }
        // A task that is queued no more was cancelled before this worker could make its call.
        guard task == nil, !calls[call].hasFailed else {
            if worker >= target, !owesCalls(worker) { retire(worker) }
            leaveIfDone()
            return false
        }
        workers[worker].work = .call(call)
        statistics.workers[worker].enter(.running, at: now)
        note(.makesCall(call), by: worker + 1)
        return begin(worker + 1)
    }

    private mutating func begin(_ party: Int) -> Bool {
        workers[party - 1].activity = .busy
        parties[party].activity = .ready
        parties[party].isPolling = false
        parties[party].refusals = 0
        madeProgress(party)
        return true
    }

    /// Makes a thread the worker's, and tells it what to do.
    mutating func bind(_ worker: Int, to thread: UInt) -> Assignment {
        parties[worker + 1].thread = thread
        switch workers[worker].work {
        case .task(let task):
            // A busy worker's task is kept as long as it runs.
            guard let record = tasks[task] else { return .finalizer }
            let info = WorkerInfo(
                index: worker, pid: workers[worker].pid, tasksRun: max(0, workers[worker].tasksBegun - 1))
            return .task(
                record.body,
                InMemoryEnvironment.Task(
                    number: task, name: record.name(task), attempt: record.attempts, worker: info,
                    seed: record.options.seed))
        case .call(let call): return .call(calls[call].body, call)
        case .finalizer: return .finalizer
        case .initializer, nil: return .initializer
        }
    }

    /// What a worker without a task is to its function.
    func info(_ worker: Int) -> WorkerInfo {
        WorkerInfo(index: worker, pid: workers[worker].pid, tasksRun: workers[worker].tasksBegun)
    }

    /// The worker's thread has no more to do with it.
    mutating func release(_ worker: Int) {
        parties[worker + 1].thread = nil
        parties[worker + 1].activity = .absent
    }

    /// Stores what came of a worker's task.
    mutating func finish(_ worker: Int, _ result: TaskResultBytes) {
        guard let task = workers[worker].task, let record = tasks[task] else { return }
        noteFailure(ofTask: task, result)
        countEnd(of: task, by: worker)
        statistics.workers[worker].done += 1
        statistics.workers[worker].failed += result.isError ? 1 : 0
        statistics.workers[worker].bytesOut += result.byteCount
        rest(worker)
        let party = worker + 1
        switch result {
        case .value(let payload):
            note(.returns(task: task), by: party)
            settle(task, .value(payload))
        case .thrown(let payload, let error):
            note(.throwsError(task: task, typeName: RemoteError(error).typeName), by: party)
            finishThrowing(task, record, error, .thrown(payload))
        case .failure(let error):
            note(.fails(task: task, error.code.name), by: party)
            // What the pool could not do, for example encode the result, isn't a reason to try again.
            if error.origin == .task {
                finishThrowing(task, record, error, .failure(error))
            } else {
                settle(task, .failure(error))
            }
        }
        release(worker)
        if case .crash(let end)? = faults.action(at: .afterResult(task: task, attempt: record.attempts)) {
            kill(worker, end, .crash)
        }
        leaveIfDone()
    }

    private mutating func finishThrowing(
        _ task: Int, _ record: TaskRecord, _ error: any Error, _ outcome: TaskRecord.Outcome
    ) {
        if error is CancellationError {
            // It has left because it was asked to.
            switch record.ending {
            case .cancel: return settle(task, .cancelled)
            case .timeout: return settle(task, .failure(.taskTimedOut(nil)))
            case nil: break
            }
        }
        let isListed = record.options.retries.errors.contains(.init(type(of: error)))
        guard isListed, record.mayRetry, record.ending == nil, phase != .killing else { return settle(task, outcome) }
        retry(task)
    }

    private mutating func retry(_ task: Int) {
        if cancelsRetries {
            note(.cancels(task: task), by: nil)
            return settle(task, .cancelled)
        }
        guard let pause = tasks[task]?.pause else { return }
        let due = now.addingSaturated(pause)
        statistics.retried += 1
        tasks[task]?.state = .delayed
        dropReceived(of: task)
        note(.retries(task: task, at: due), by: nil)
        plan(.retry(task: task), at: due)
    }

    /// The initializer has returned.
    mutating func initialized(_ worker: Int) {
        startFailures = 0
        rest(worker)
        note(.isReady, by: worker + 1)
        release(worker)
        leaveIfDone()
    }

    /// A worker that came later has made a call that all workers make.
    mutating func madeCall(_ worker: Int, _ call: Int, _ result: TaskResultBytes) {
        if result.isError { calls[call].hasFailed = true }
        rest(worker)
        release(worker)
        leaveIfDone()
    }

    /// A worker has run its finalizer.
    mutating func finalized(_ worker: Int, _ result: TaskResultBytes) {
        finalized.append(result)
        workers[worker].work = nil
        let comesBack = owesCalls(worker) || worker < target && phase == .running
        if comesBack { countRetirement(of: worker) } else { leave(worker) }
        note(.leaves, by: worker + 1)
        release(worker)
        if comesBack { enter(worker) }
        callWatches()
    }

    /// A worker has nothing to do.
    private mutating func rest(_ worker: Int) {
        workers[worker].work = nil
        workers[worker].activity = .idle
        statistics.workers[worker].enter(.waiting, at: now)
        if worker >= target, !owesCalls(worker) { retire(worker) }
    }

    /// A worker that could work leaves.
    private mutating func retire(_ worker: Int) {
        if hasFinalizer { workers[worker].activity = .retiring } else { leave(worker) }
    }

    /// A worker is there no more.
    private mutating func leave(_ worker: Int) {
        workers[worker].activity = .left
        statistics.workers[worker].enter(.absent, at: now)
        countRetirement(of: worker)
        endIfEmpty()
    }

    /// Counts a worker that was too many, unless it has come to the end of its pool.
    private mutating func countRetirement(of worker: Int) {
        if phase == .running { statistics.workers[worker].replacements.retired += 1 }
    }

    /// A worker is there that was not.
    private mutating func enter(_ worker: Int) {
        workers[worker] = WorkerState(activity: hasInitializer ? .fresh : .idle, pid: nextPid)
        nextPid += 1
        statistics.workers[worker].enter(hasInitializer ? .starting : .waiting, at: now)
    }

    private mutating func noteFailure(ofTask task: Int, _ result: TaskResultBytes) {
        guard result.isError, let call = tasks[task]?.call else { return }
        calls[call].hasFailed = true
    }

    // MARK: All workers

    /// Makes every worker make a call; returns the tasks of the current workers, in the order of the workers.
    ///
    /// - Parameter companion: what one of the tasks keeps alive until it has ended.
    mutating func callEverywhere(
        _ body: any TaskBody, by party: Int?, companion: () -> (any Sendable)?
    ) -> [Int] {
        var call = Call(body: body, tasks: [:])
        var made: [Int] = []
        for worker in 0..<target {
            var record = TaskRecord(body: body, options: .default, companion: companion())
            record.call = calls.count
            let task = add(record, by: party)
            call.tasks[worker] = task
            made.append(task)
        }
        calls.append(call)
        return made
    }

    /// Changes how many workers there are to be.
    mutating func resize(to count: Int, by party: Int?) {
        note(.resizes(count), by: party)
        target = count
        for worker in workers.indices {
            switch workers[worker].activity {
            case .idle where worker >= target: if !owesCalls(worker) { retire(worker) }
            case .fresh where worker >= target, .dead where worker >= target:
                if !owesCalls(worker) { leaveUnbegun(worker) }
            case .retiring where worker < target: workers[worker].activity = .idle
            case .left where worker < target: enter(worker)
            default: break
            }
        }
        callWatches()
    }

    /// Whether a worker still has to make calls that nobody else makes: then it stays, or comes back, even if it is too
    /// many.
    private func owesCalls(_ worker: Int) -> Bool {
        calls.contains { call in call.tasks[worker].map { tasks[$0]?.isQueued == true } ?? false }
    }

    /// A worker that has not begun, and owes no call, leaves. That its calls were cancelled says nothing to those that
    /// come later.
    private mutating func leaveUnbegun(_ worker: Int) {
        leave(worker)
        for call in calls.indices { calls[call].tasks[worker] = nil }
    }

    // MARK: Death

    mutating func kill(_ worker: Int, _ end: WorkerEnd, _ reason: DeathReason) {
        let party = worker + 1
        note(.dies(end.description), by: party)
        let task = workers[worker].task
        let isStarting = if case .initializer? = workers[worker].work { true } else { false }
        countDeath(of: worker, with: task, end, reason)
        workers[worker].work = nil
        if let task, let call = tasks[task]?.call { calls[call].hasFailed = true }
        workers[worker].activity = phase == .killing ? .left : .dead
        if parties[party].thread != nil {
            parties[party].activity = .dying
            parties[party].waitNumber += 1
        } else {
            parties[party].activity = .absent
        }
        if let task { settle(task, end: end, of: worker, reason) }
        if isStarting { failedToStart(end, reason) }
        if case .dead = workers[worker].activity {
            plan(.respawn(worker: worker), at: now.addingSaturated(Self.spawnTime))
        }
        endIfEmpty()
        callWatches()
    }

    private mutating func settle(_ task: Int, end: WorkerEnd, of worker: Int, _ reason: DeathReason) {
        guard let record = tasks[task] else { return }
        putBack(tasks[task]?.takeReceived() ?? [])
        switch reason {
        case .failure(let error): return settle(task, .failure(error))
        case .ending(.cancel): return settle(task, .cancelled)
        case .ending(.timeout):
            return settle(task, .failure(.taskTimedOut(crash(of: worker, end, record))))
        case .crash where record.options.retries.onCrash && record.mayRetry && record.ending == nil:
            return retry(task)
        case .crash, .shutdown, .initializer: break
        }
        settle(task, .failure(crashError(crash(of: worker, end, record))))
    }

    /// Gives what a dead task had received and not reported back to its channels.
    private mutating func putBack(_ received: [(channel: UInt64, elements: [ChannelState.Element])]) {
        for (channel, elements) in received {
            guard channels[channel] != nil else {
                elements.forEach { discard($0) }
                continue
            }
            channels[channel]?.putBack(elements)
            note(.puts(back: elements.count, channel: channel), by: nil)
        }
    }

    private func crash(of worker: Int, _ end: WorkerEnd, _ record: TaskRecord) -> WorkerFailure {
        let (signal, code): (Int32?, Int32?) =
            switch end {
            case .signal(let number): (number, nil)
            case .exit(let code): (nil, code)
            }
        return WorkerFailure(
            pid: workers[worker].pid, worker: worker, phase: record.phase, signal: signal,
            signalName: signal.map(WorkerEnd.name(ofSignal:)), exitCode: code, peakMemory: 0, attempt: record.attempt)
    }

    private func crashError(_ failure: WorkerFailure) -> MultitaskingError {
        if failure.signal == nil {
            return MultitaskingError(
                .workerExited, "\(failure); a task must return or throw, not call exit or exec", cause: failure)
        }
        return MultitaskingError(
            .workerCrashed, "\(failure); this was a fault of the simulation's plan, or the pool was killed",
            cause: failure)
    }

    private mutating func failedToStart(_ end: WorkerEnd, _ reason: DeathReason) {
        startFailures += 1
        guard startFailures >= Self.startAttempts, broken == nil else { return }
        let cause: any Error =
            if case .initializer(let error) = reason { RemoteError(error) } else {
                MultitaskingError(.initializerFailed, "a worker ended in its initializer: \(end)")
            }
        let error = MultitaskingError(
            .initializerFailed,
            "the pool gave up after \(Self.startAttempts) workers in a row failed to start: \(cause); fix the "
                + "initializer and make a new pool", cause: cause)
        broken = error
        for task in tasks.keys.sorted() where tasks[task]?.isDone == false && tasks[task]?.worker == nil {
            settle(task, .failure(error))
        }
    }

    mutating func respawn(_ worker: Int) {
        guard worker < target || owesCalls(worker) else { return leaveUnbegun(worker) }
        if faults.action(at: .spawn) == .failedSpawn {
            note(.cannotBeReplaced, by: worker + 1)
            return plan(.respawn(worker: worker), at: now.addingSaturated(Self.respawnTime))
        }
        enter(worker)
        note(.isReplaced, by: worker + 1)
        leaveIfDone()
    }

    /// A thread whose worker has died goes on and on: the simulation goes on without it.
    mutating func lose(_ party: Int) {
        if let thread = parties[party].thread { lostThreads.insert(thread) }
        release(party - 1)
    }

    // MARK: The end

    mutating func beginShutdown(_ mode: ShutdownMode) {
        let wanted: Phase = mode == .kill ? .killing : .draining
        if phase.rawValue < wanted.rawValue { phase = wanted }
        if mode != .drain {
            cancelsRetries = true
            for task in tasks.keys.sorted() where tasks[task]?.isDone == false && tasks[task]?.worker == nil {
                note(.cancels(task: task), by: nil)
                settle(task, .cancelled)
            }
        }
        if mode == .kill {
            for worker in workers.indices {
                switch workers[worker].activity {
                case .busy: kill(worker, .signal(9), .shutdown)
                default: leave(worker)
                }
            }
        }
        leaveIfDone()
    }

    /// Workers leave a pool that is ending when there is nothing to do.
    mutating func leaveIfDone() {
        guard phase != .running, unfinished == 0 else { return }
        for worker in workers.indices {
            switch workers[worker].activity {
            case .busy, .retiring, .left: break
            case .idle where phase == .draining && failure == nil: retire(worker)
            case .idle, .fresh, .dead: leave(worker)
            }
        }
        callWatches()
    }

    /// Closes all channels when the last worker has left a pool that is ending: nobody is left to send or to receive.
    ///
    /// Not after a failure, which is what calls that wait get instead.
    private mutating func endIfEmpty() {
        guard phase != .running, failure == nil, !isOver, holds(.poolEnd) else { return }
        isOver = true
        for id in channels.keys.sorted() {
            if channels[id]?.isClosed == false { note(.closes(channel: id, discarded: 0), by: nil) }
            channels[id]?.end()
        }
        idlePolls = 0
        callWatches()
    }

    /// Why a worker is ended whose initializer takes too long.
    var initializerTimedOut: MultitaskingError {
        MultitaskingError(
            .initializerFailed,
            "the initializer did not return within its timeout of \(initializerTimeout ?? .zero)")
    }
}

extension WorkerEnd: CustomStringConvertible {
    static func name(ofSignal number: Int32) -> String {
        let names: [Int32: String] = [
            4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV",
            15: "SIGTERM",
        ]
        return names[number] ?? "signal \(number)"
    }

    /// How the worker ends, in words.
    public var description: String {
        switch self {
        case .signal(let number): Self.name(ofSignal: number)
        case .exit(let code): "exit \(code)"
        }
    }
}
