import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

extension Supervisor {
    /// Starts the workers that are always there, and as many others as there are tasks that wait for one; when to look
    /// again.
    mutating func startWorkers(isRunning: Bool) -> Int64 {
        let absence = arena.header.absentWorkers
        var absent = countAbsent()
        absence.store(absent)
        arena.header.growth.store(0)
        // ORDERING: a process that queues a task and does not see that a worker is absent has queued it before this
        // looks.
        fence()
        // A fork says nothing about the thread that a worker needs besides: as long as threads are refused, one worker
        // at a time is started.
        if let trial = refusals.trial {
            guard hasItsThread(trial) else { return monotonicNanoseconds() + StartRefusals.shortestPause }
            refusals.succeeded()
        }
        guard absent > 0 || CallTable(arena).count > 0 else {
            refusals.end()
            return .max
        }
        let now = monotonicNanoseconds()
        var extra = waitingTasks - idleWorkers
        for index in 1..<workers.count where workers[index] == nil {
            // One that is too many comes back for the calls that it still has to make.
            let isKept = isRunning && index <= limits.minimumWorkers || CallTable(arena).isOwed(by: index...index)
            guard isKept || extra > 0 && index <= arena.workerTarget else { continue }
            if let due = pace.notBefore, now < due { return due }
            if let due = refusals.notBefore, now < due { return due }
            if let refusal = start(index) { return startWasRefused(refusal) }
            if refusals.mustAwaitThread(of: index) {
                absence.store(countAbsent())
                return monotonicNanoseconds() + StartRefusals.shortestPause
            }
            refusals.succeeded()
            extra -= 1
        }
        refusals.end()
        absent = countAbsent()
        absence.store(absent)
        return .max
    }

    /// Says so once, and ends what waits in vain: the pool, if nobody is left to run what is queued, and the calls of
    /// workers that are refused for long; when to try again.
    private mutating func startWasRefused(_ refusal: Refusal, _ detail: String = "") -> Int64 {
        arena.header.failure.note(
            refusal.error(
                "start a worker of the pool" + detail, or: "make the pool with fewer workers (maxWorkers)"))
        let hasWorkers = workers.contains { $0 != nil }
        let hasTasks = hasQueuedTasks || !delayed.isEmpty
        let mustGiveUp = refusals.refused(hasWorkers: hasWorkers, hasTasks: hasTasks)
        if mustGiveUp { arena.header.phase.advance(to: .broken) }
        if refusals.areLasting { endCallsOfTheAbsent() }
        arena.header.absentWorkers.store(countAbsent())
        return mustGiveUp ? 0 : refusals.notBefore ?? 0
    }

    /// As `startWasRefused`, of a worker that was forked and has ended because it got no second thread.
    private mutating func threadWasRefused(to index: Int, _ code: Int32) {
        guard refusals.threadWasRefused(to: index) else { return }
        _ = startWasRefused(Refusal(.createThread, code), ", which needs a second thread")
    }

    /// Whether a worker that is there does more than to wait for its second thread.
    private func hasItsThread(_ index: Int) -> Bool {
        let member = arena.member(index)
        return member.state != .starting || member.phase != .idle
    }

    /// Ends the tasks that wait for workers that the system refuses, with what it was refused for. A worker that comes
    /// after all makes these calls without a task.
    private func endCallsOfTheAbsent() {
        let calls = CallTable(arena)
        for index in 1..<workers.count where workers[index] == nil {
            for number in 0..<calls.count {
                guard let (slot, word) = calls[number].owed(by: index) else { continue }
                // In this order: should this process die in between, a call is left out, and no task waits forever.
                slot.end(from: word, as: .done)
                calls[number].slot(of: index).store(.none)
            }
        }
    }

    private func countAbsent() -> UInt64 { UInt64((1...arena.workerTarget).count { workers[$0] == nil }) }

    /// How many tasks are queued, or were: some may have been cancelled.
    private var waitingTasks: Int { TaskRings(arena).count }

    /// How many workers sleep, or look for a task, or are about to.
    ///
    /// Only of those that there are: one that dies with its supervisor may say so after its end was settled.
    private var idleWorkers: Int {
        let idle = arena.idleWorkers
        return workers.indices.count {
            workers[$0] != nil && (arena.member($0).state == .starting || idle.contains($0))
        }
    }

    /// Forks a worker; what the system has refused, if it cannot make a process now.
    mutating func start(_ index: Int) -> Refusal? {
        let member = arena.member(index)
        member.slot.store(.none)
        member.enter(.idle)
        member.deadline.store(0)
        member.returnedSlot.store(.none)
        member.attention.store(0)
        member.call.store(0)
        member.crashTime.store(0)
        member.refusedThread.store(0)
        // Until the worker says what it started with, nothing is too much.
        member.baseMemory.store(UInt64(Int64.max))
        member.state = .starting
        // Before there is a worker that may finish a task.
        let finished = member.finishedTasks.load()
        let start = monotonicNanoseconds()
        arena.tally(index).begin(forkedAt: start)
        let child = mt_fork_afresh()
        if child == 0 {
            CrashArea(member).catchCrashes(doorbell: doorbell, asParent: true)
            mt_forget_children()
            unsafe arena.withBytes(at: arena.header.workerName, count: HeaderRecord.workerNameSize) { name in
                unsafe mt_set_worker_name(name.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(index - 1))
            }
            // Both go from thread to thread, so they are set where all other threads come from.
            let obstacle = WorkerResourceLimits(member, limits).applyToThread()
            FreshThread.leave(serving: member) { runWorker(index, obstacle) }
        }
        guard child > 0 else {
            member.state = .absent
            return Refusal(.fork, -child)
        }
        let process: ProcessHandle
        do { process = try ProcessHandle(of: child) } catch {
            kill(child, SIGKILL)
            var info = mt_exit_info()
            _ = unsafe mt_reap(child, true, &info)
            // It may have begun a task already.
            if let retry = Recovery(mapping).recover(
                index, .init(status: EndStatus(number: SIGKILL, isSignal: true), peakMemory: 0))
            {
                delayed.add(retry)
            }
            member.state = .absent
            return error
        }
        ProcessMark(mapping).set(on: child)
        member.setProcess(child)
        record(.born, index, process: child)
        peak = max(peak, index)
        workers[index] = Child(process: process, start: start, finishedBefore: finished)
        letGo(member)
        return nil
    }

    /// Lets a worker that was just forked have this core for a moment, if it has not begun: the system may have put it
    /// here, and a task may wait for it. With a core for each process of the pool it is somewhere else.
    ///
    /// By a short sleep: a yield would put this process behind all others of the machine, for a slice each.
    private func letGo(_ member: MemberRecord) {
        guard arena.workerTarget >= SpinningCores.count else { return }
        for _ in 0..<3 where member.state == .starting && member.phase == .idle { usleep(20) }
    }

    /// What a forked worker does; the exit code it must leave with.
    ///
    /// - Parameter obstacle: what stood in the way of the pool's limits so far.
    private mutating func runWorker(_ index: Int, _ obstacle: MultitaskingError?) -> Int32 {
        guard mt_die_with_parent(pid) else { return 1 }
        // The supervisor does this as well, but may die first, and its successor waits for the processes it finds here.
        let member = arena.member(index)
        // Its own group, so that whatever it starts can be killed with it, and a mark for what leaves the group.
        setpgid(0, 0)
        ProcessMark(mapping).set()
        member.setProcess(getpid())
        // The supervisor's descriptors are open here as well.
        workers = []
        forkedTasks = [:]
        _ = Descriptor(client)
        _ = Descriptor(link)
        mt_limit_open_files(openFiles)
        mt_set_nesting(nesting)
        OutputLog(arena: arena, member: index).capture()
        if let obstacle = obstacle ?? WorkerResourceLimits(member, limits).applyToProcess() {
            arena.header.failure.reportStart(failing: obstacle)
            return PoolPhase.initializerFailedExitCode
        }
        if let error = setEnvironment() {
            arena.header.failure.reportStart(failing: error)
            return PoolPhase.initializerFailedExitCode
        }
        var worker = Worker(mapping, member: index, doorbell: doorbell)
        let code = worker.run(setup)
        fflush(nil)
        return code
    }

    /// Sets the variables that workers have besides the client's; why that was not possible.
    private func setEnvironment() -> (any Error)? {
        let place = arena.header.environment.range
        guard place.count > 0 else { return nil }
        do {
            let variables = try decodePayload(
                [String: String].self, from: try arena.functions.bytes(at: place))
            for (name, value) in variables { unsafe setenv(name, value, 1) }
            return nil
        } catch {
            return error
        }
    }

    /// Kills the workers whose initializers or finalizers take too long; when to look again.
    mutating func endSlowSetUps() -> Int64 {
        guard limits.initializerTimeout != nil || limits.finalizerTimeout != nil else { return .max }
        let now = monotonicNanoseconds()
        var next = Int64.max
        for index in 1..<workers.count {
            guard let child = workers[index], !child.isOutOfTime, let end = endOfSetUp(child, index) else { continue }
            guard end <= now else {
                next = min(next, end)
                continue
            }
            workers[index]?.isOutOfTime = true
            child.process.send(SIGKILL)
        }
        return next
    }

    /// When a worker's initializer or finalizer must have returned; nil if it runs neither, or without a limit.
    private func endOfSetUp(_ child: Child, _ index: Int) -> Int64? {
        switch arena.member(index).state {
        case .starting:
            limits.initializerTimeout.map { child.start.addingSaturated($0).addingSaturated(child.stopTime) }
        case .finalizing where limits.finalizerTimeout != nil:
            Int64(clamping: arena.member(index).deadline.load())
        default: nil
        }
    }

    mutating func workerEnded(_ index: Int) {
        guard let child = workers[index] else { return }
        // Whatever the task started dies with its worker. Before that is reaped, while nobody else can have its number.
        kill(-child.pid, SIGKILL)
        var info = mt_exit_info()
        guard unsafe mt_reap(child.pid, false, &info) != 0 else { return }
        workers[index] = nil
        let member = arena.member(index)
        let phase = member.phase
        // A call that others have made before it, and that it cannot make.
        let call = Int(clamping: member.call.load()) - 1
        if (0..<ArenaLayout.callLimit).contains(call) { CallTable(arena)[call].fail() }
        // What a task may have written there says nothing.
        let gotNoThread = !info.signaled && info.status == PoolPhase.threadRefusedExitCode && phase == .idle
        let refusedThread = gotNoThread ? Int32(clamping: member.refusedThread.load()) : 0
        // Killed before it could begin, it may have been anybody's victim; what it does to itself, its successor will
        // too. What a pool that ends at once has killed has not failed.
        let failedToStart =
            member.state == .starting && refusedThread == 0
            && (phase == .initializing || !(info.signaled && info.status == SIGKILL))
            && arena.header.phase.load() != .killing
        let left = member.state == .left || member.state == .finalizing
        // One that was refused a thread is tried again at the pace of refusals.
        if left || phase != .idle || member.finishedTasks.load() != child.finishedBefore {
            pace.reset()
        } else if refusedThread == 0 {
            pace.workerDied(after: monotonicNanoseconds() - child.start)
        }
        var status = EndStatus(number: info.status, isSignal: info.signaled)
        if status.signalNumber == SIGKILL, arena.header.phase.load() == .killing { status.insert(.poolEnd) }
        record(.died, index, process: child.pid, status)
        if refusedThread == 0 { countReplacement(of: index, child, hasLeft: left) }
        takeHandedBack()
        // What it could not hand back is settled below. Its slot may be another worker's to hand back soon.
        member.returnedSlot.store(.none)
        let retry = Recovery(mapping).recover(index, .init(status: status, peakMemory: info.peak_memory))
        if let retry { delayed.add(retry) }
        giveBackChunks(of: index)
        teardowns[index] = nil
        dying[index] = nil
        member.state = .absent
        member.pid.store(0)
        if refusedThread != 0 {
            threadWasRefused(to: index, refusedThread)
        } else if refusals.trial == index {
            refusals.succeeded()
        }
        if failedToStart {
            workerFailedToStart(info, isInitializing: phase == .initializing, child)
        }
    }

    /// Counts a worker that has ended and whose place is taken by another one.
    private func countReplacement(of index: Int, _ child: Child, hasLeft: Bool) {
        guard arena.header.phase.load() == .running else { return }
        let status = arena.slot(arena.member(index).slot.load())?.word.load()
        let isOwn = status?.member == index
        let reason: WorkerTally.Replacement =
            if hasLeft { .retirement } else if child.isOverLimit || isOwn && status?.status == .terminatingForMemory {
                .memory
            } else if child.isOutOfTime || isOwn && status?.isTerminating == true { .ending } else { .crash }
        arena.tally(index).replaced(reason).increase()
    }

    private func workerFailedToStart(_ info: mt_exit_info, isInitializing: Bool, _ child: Child) {
        if info.status != PoolPhase.initializerFailedExitCode || info.signaled {
            let name = unsafe info.signaled ? mt_signal_name(info.status).map { unsafe String(cString: $0) } : nil
            let end = info.signaled ? "signal \(name ?? String(info.status))" : "exit code \(info.status)"
            let place = isInitializing ? "in its initializer" : "before it was ready"
            let reason =
                if child.isOverLimit {
                    ", because it held more than its limit of \(limits.memory ?? 0) bytes"
                } else if child.isOutOfTime {
                    ", because that did not return within its timeout of "
                        + "\(Duration.nanoseconds(limits.initializerTimeout ?? 0))"
                } else if info.signaled, info.status != SIGKILL, info.status != SIGTERM,
                    let limit = [ResourceLimit.addressSpace, .data].first(where: { $0.current != nil })
                {
                    // Code that isn't a task's also ends a process that is refused memory.
                    ", perhaps for lack of memory, because the limit \(limit.name) is \(limit.current ?? 0) bytes: "
                        + "raise it (\(limit.command))"
                } else {
                    ""
                }
            arena.header.failure.reportStart(
                failing: MultitaskingError(.initializerFailed, "a worker ended with \(end) \(place)\(reason)"))
        }
        if arena.header.startFailures.add(1) >= PoolPhase.startAttempts {
            arena.header.phase.advance(to: .broken)
        }
    }

    /// The process of a worker or copy, if this one knows it.
    func process(of member: Int) -> ProcessHandle? {
        member < workers.count ? workers[member]?.process : forkedTasks[member]?.process
    }

    /// Settles what the workers of a supervisor that died were doing. They die with it; this waits until they have.
    ///
    /// - Parameter count: how many workers there may have been.
    mutating func recoverAfterPredecessor(_ count: Int) {
        // First: what is requeued below would take the place of a task that the predecessor was just queueing.
        TaskRing(arena: arena, .retries).repairTail()
        for index in 1...count {
            let member = arena.member(index)
            arena.idleWorkers.remove(index)
            guard member.state != .absent else { continue }
            // One of which nothing is known is killed by the system, as all are whose supervisor dies.
            if let process = try? member.openProcess(ProcessMark(mapping), client: clientPid, isForked: false) {
                process.send(SIGKILL)
                _ = process.hasEnded(within: 5000)
            }
            if let process = member.process { record(.died, index, process: process, .supervisor) }
            // What it has handed back is found by the slot.
            member.returnedSlot.store(.none)
            if let retry = Recovery(mapping).recover(index, .withSupervisor) { delayed.add(retry) }
            member.state = .absent
            member.pid.store(0)
        }
        recoverForkedTasksAfterPredecessor()
        takeOverDelayedTasks()
        beginInterruptShutdown()
    }
}

extension Supervisor {
    /// Gives back the chunks of small blocks of workers that have left, if another member has asked for them.
    func giveBackChunksOfTheAbsent() {
        for index in 1...peak where workers[index] == nil && arena.member(index).isAskedForChunks {
            giveBackChunks(of: index)
        }
    }

    /// Gives back the chunks of small blocks of a member that is gone, and with that answers those who asked for them.
    func giveBackChunks(of index: Int) {
        arena.member(index).attention.formClear(MemberRecord.Attention.chunks)
        Heap(arena: arena, member: index).giveBackEmptyChunks()
    }
}
