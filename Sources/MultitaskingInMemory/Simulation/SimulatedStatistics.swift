internal import MultitaskingCore

/// What has become of a simulation's tasks, and what its workers have spent virtual time on.
struct SimulatedStatistics: Sendable {
    /// What one worker has done and does.
    struct Worker: Sendable {
        var state: PoolStatistics.Worker.State
        /// When it began with that.
        var since: Nanoseconds
        var done = 0
        var failed = 0
        var crashed = 0
        var replacements = PoolStatistics.Worker.Replacements()
        var bytesIn = 0
        var bytesOut = 0
        var times: [PoolStatistics.Worker.State: Nanoseconds] = [:]

        /// Begins with something else.
        mutating func enter(_ next: PoolStatistics.Worker.State, at now: Nanoseconds) {
            times[state, default: 0] += now - since
            (state, since) = (next, now)
        }
    }

    var submitted = 0
    var succeeded = 0
    var failed = 0
    var cancelled = 0
    var retried = 0
    var queueTimes = TimeHistogram()
    var runTimes = TimeHistogram()
    var crashes: [String: Int] = [:]
    var slowest: [PoolStatistics.SlowTask] = []
    var workers: [Worker]

    mutating func end(_ outcome: TaskRecord.Outcome) {
        switch outcome {
        case .value: succeeded += 1
        case .thrown, .failure: failed += 1
        case .cancelled: cancelled += 1
        }
    }

    /// A task's function has ended, or has been ended.
    mutating func add(_ task: PoolStatistics.SlowTask) {
        runTimes.add(UInt64(clamping: task.runTime.attoseconds / 1_000_000_000))
        slowest.addIfSlow(task)
    }
}

extension SimulationState {
    /// What is known of the tasks and workers, in virtual time.
    var poolStatistics: PoolStatistics {
        let running = tasks.values.count { $0.worker != nil }
        var workers: [PoolStatistics.Worker] = []
        for index in self.workers.indices {
            if let worker = poolStatistics(ofWorker: index) { workers.append(worker) }
        }
        return PoolStatistics(
            maxWorkers: target, age: .nanoseconds(now),
            tasks: PoolStatistics.Tasks(
                submitted: statistics.submitted, queued: unfinished - running, running: running,
                succeeded: statistics.succeeded, failed: statistics.failed, cancelled: statistics.cancelled,
                retried: statistics.retried),
            queueTime: statistics.queueTimes.times, runTime: statistics.runTimes.times,
            slowestTasks: statistics.slowest, crashes: PoolStatistics.Crashes.sorted(statistics.crashes),
            workers: workers)
    }

    /// Nil for one that was never there.
    private func poolStatistics(ofWorker index: Int) -> PoolStatistics.Worker? {
        var worker = statistics.workers[index]
        guard index < target || worker.since > 0 || worker.state != .absent else { return nil }
        worker.enter(worker.state, at: now)
        func time(_ state: PoolStatistics.Worker.State) -> Duration { .nanoseconds(worker.times[state] ?? 0) }
        let isThere = worker.state != .absent
        var current: PoolStatistics.Worker.CurrentTask?
        if let number = workers[index].task, let record = tasks[number] {
            current = .init(name: record.name(number), runTime: .nanoseconds(now - record.start))
        }
        return PoolStatistics.Worker(
            index: index, pid: isThere ? workers[index].pid : nil, state: worker.state,
            currentTask: current, tasksDone: worker.done, tasksFailed: worker.failed, tasksCrashed: worker.crashed,
            replacements: worker.replacements, bytesIn: worker.bytesIn, bytesOut: worker.bytesOut,
            times: PoolStatistics.Worker.Times(
                initializing: time(.starting), waiting: time(.waiting), decoding: time(.decoding),
                running: time(.running), encoding: time(.encoding)))
    }

    // MARK: What happens

    /// A worker begins with the next part of its task.
    mutating func enter(_ phase: WorkerFailure.Phase, task: Int) {
        guard let worker = tasks[task]?.worker else { return }
        tasks[task]?.phase = phase
        switch phase {
        case .decoding: statistics.workers[worker].enter(.decoding, at: now)
        case .running:
            tasks[task]?.runStart = now
            statistics.workers[worker].enter(.running, at: now)
        case .encoding:
            tasks[task]?.encodeStart = now
            statistics.workers[worker].enter(.encoding, at: now)
        case .idle, .initializing: break
        }
    }

    /// A worker has begun an attempt at a task.
    mutating func countStart(of task: Int, by worker: Int) {
        guard let record = tasks[task] else { return }
        if record.attempts == 1 { statistics.queueTimes.add(UInt64(clamping: now - record.submission)) }
        tasks[task]?.start = now
        tasks[task]?.runStart = nil
        tasks[task]?.encodeStart = nil
        statistics.workers[worker].bytesIn += record.body.byteCount
        enter(.decoding, task: task)
    }

    /// An attempt at a task has ended, by itself or with its worker.
    mutating func countEnd(of task: Int, by worker: Int, isCrash: Bool = false) {
        guard let record = tasks[task] else { return }
        recordSpan(of: task, by: worker, isCrash: isCrash)
        let start = record.runStart ?? record.start
        statistics.add(
            PoolStatistics.SlowTask(
                name: record.name(task), runTime: .nanoseconds((record.encodeStart ?? now) - start),
                argumentSize: record.body.byteCount, worker: worker))
    }

    /// A worker has died; before its task is settled.
    mutating func countDeath(of worker: Int, with task: Int?, _ end: WorkerEnd, _ reason: DeathReason) {
        statistics.workers[worker].enter(.absent, at: now)
        var cause = end.name
        switch reason {
        case .ending(let ending):
            statistics.workers[worker].replacements.ended += 1
            if case .timeout = ending { cause = "time limit" }
        case .crash, .initializer, .failure: statistics.workers[worker].replacements.crashed += 1
        case .shutdown: break
        }
        guard let task else { return }
        statistics.workers[worker].crashed += 1
        // What was cancelled by force has not crashed.
        if case .ending(.cancel) = reason {} else { statistics.crashes[cause, default: 0] += 1 }
        countEnd(of: task, by: worker, isCrash: true)
    }
}

extension TaskRecord {
    /// The name it was submitted under, or its number in the trace.
    func name(_ number: Int) -> String { options.name ?? "task \(number)" }
}

extension WorkerEnd {
    /// What statistics call it.
    fileprivate var name: String {
        switch self {
        case .signal(let number): Self.name(ofSignal: number)
        case .exit(let code): "exit code \(code)"
        }
    }
}
