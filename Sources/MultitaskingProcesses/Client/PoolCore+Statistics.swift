import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

extension PoolCore {
    /// What the pool has done and what it does, as the shared memory says.
    var statistics: PoolStatistics {
        let (ended, end) = state.withLock { ($0.ended, $0.end) }
        let now = end ?? monotonicNanoseconds()
        var tasks = ended.tasks(with: freeSlots)
        let tallies = (1...peak).map { arena.tally($0) }
        // What the words say is anything, if a task has written over them.
        let retried = tallies.reduce(Int64(arena.crashes.retried.hint)) { $0.addingSaturated(Int64($1.retried.hint)) }
        tasks.retried = Int(retried)
        var (queueTimes, runTimes) = (TimeHistogram(), TimeHistogram())
        for tally in tallies {
            queueTimes.add(tally.queueTimes.histogram)
            runTimes.add(tally.runTimes.histogram)
        }
        return PoolStatistics(
            maxWorkers: arena.workerTarget, age: .nanoseconds(now - birth), tasks: tasks, queueTime: queueTimes.times,
            runTime: runTimes.times, slowestTasks: slowestTasks(of: tallies), crashes: crashes,
            workers: tallies.map { worker($0, now: monotonicNanoseconds()) },
            memory: PoolStatistics.Memory(
                used: min(arena.header.usedChunks.hint, arena.layout.chunkCount) * ArenaLayout.chunkSize,
                limit: arena.layout.chunkCount * ArenaLayout.chunkSize))
    }

    private var crashes: [PoolStatistics.Crashes] {
        let counts = arena.crashes.counts { signal in
            unsafe mt_signal_name(Int32(signal)).map { unsafe String(cString: $0) } ?? "signal \(signal)"
        }
        return PoolStatistics.Crashes.sorted(counts)
    }

    private func slowestTasks(of tallies: [WorkerTally]) -> [PoolStatistics.SlowTask] {
        let all = tallies.flatMap { tally in tally.slowTasks.compactMap(\.task).map { (tally.index - 1, $0, $1) } }
        return all.sorted { $0.2 > $1.2 }.prefix(PoolStatistics.slowTaskLimit).map { worker, task, runTime in
            PoolStatistics.SlowTask(
                name: name(of: task.serial, function: task.function), runTime: .nanoseconds(Int64(clamping: runTime)),
                argumentSize: task.function == SlowTaskRecord.Task.copy ? nil : Int(clamping: task.argumentSize),
                worker: worker)
        }
    }

    // MARK: Workers

    private func worker(_ tally: WorkerTally, now: Int64) -> PoolStatistics.Worker {
        let member = arena.member(tally.index)
        let isThere = member.state == .ready || member.state == .starting
        let slot = isThere ? arena.slot(member.slot.load()) : nil
        let start = Int64(clamping: tally.taskStart.loadRelaxed())
        let state = isThere ? Self.state(of: member, isTimed: start != 0) : .absent
        let isBusy = [.decoding, .running, .encoding].contains(state)
        var current: PoolStatistics.Worker.CurrentTask?
        if isBusy, let slot {
            current = .init(
                name: name(of: slot),
                runTime: start == 0 ? nil : .nanoseconds(max(0, now - start)))
        }
        return PoolStatistics.Worker(
            index: tally.index - 1, pid: isThere ? member.process : nil, state: state, currentTask: current,
            tasksDone: member.finishedTasks.hint, tasksFailed: tally.failed.hint, tasksCrashed: tally.crashed.hint,
            replacements: .init(
                crashed: tally.replaced(.crash).hint, ended: tally.replaced(.ending).hint,
                memory: tally.replaced(.memory).hint, retired: tally.replaced(.retirement).hint),
            bytesIn: tally.bytesIn.hint, bytesOut: tally.bytesOut.hint,
            times: tally.times(now: now, isBusy: isBusy))
    }

    private static func state(of member: MemberRecord, isTimed: Bool) -> PoolStatistics.Worker.State {
        if member.state == .starting { return .starting }
        return switch member.phase {
        case .initializing: .starting
        case .decoding: .decoding
        case .encoding: .encoding
        case .running: .running
        // One that stands in for a copy of the client is at work, too.
        case .idle, nil: isTimed ? .running : .waiting
        }
    }

    // MARK: Names

    /// The name of the task that a slot holds.
    func name(of slot: TaskSlot) -> String {
        name(of: slot.serial, function: slot.kind == .forked ? SlowTaskRecord.Task.copy : UInt64(slot.function))
    }

    /// The name that a task was given, or that its function has in the program's symbols.
    func name(of serial: UInt64, function number: UInt64) -> String {
        if let name = state.withLock({ $0.names[serial] }) { return name }
        guard number < UInt64(1 << 31) - 1 else { return "a function in a copy of this process" }
        guard number < UInt64(ArenaLayout.functionLimit) else { return "?" }
        return functionNames.name(of: Int(number), in: arena.functions)
    }

    /// Notes that a task was lost in damaged memory.
    func noteLost(_ slot: TaskSlot) { state.withLock { _ = $0.ended.lost.insert(slot.index) } }

    /// When a task is submitted of which that is always noted.
    var stampNow: TaskSlot.Stamp { TaskSlot.Stamp(monotonicNanoseconds(), count: 1) }
}

extension WorkerTally {
    /// What the worker has spent its time on.
    ///
    /// - Parameters:
    ///   - now: in nanoseconds of CLOCK_MONOTONIC.
    ///   - isBusy: whether it has a task now.
    fileprivate func times(now: Int64, isBusy: Bool) -> PoolStatistics.Worker.Times {
        func duration(_ nanoseconds: Int64) -> Duration { .nanoseconds(max(0, nanoseconds)) }
        func load(_ word: SharedWord) -> Int64 { Int64(clamping: word.loadRelaxed()) }
        let (ready, start) = (load(readySince), load(taskStart))
        let inHand = isBusy && start != 0 ? max(0, now - start) : 0
        let busy = load(decoding).addingSaturated(load(running)).addingSaturated(load(encoding))
            .addingSaturated(inHand)
        let there = load(served).addingSaturated(ready == 0 ? 0 : now.addingSaturated(-ready))
        return PoolStatistics.Worker.Times(
            starting: duration(load(starting)), initializing: duration(load(initializing)),
            waiting: duration(there.addingSaturated(-busy)), decoding: duration(load(decoding)),
            running: duration(load(running).addingSaturated(inHand)), encoding: duration(load(encoding)))
    }
}
