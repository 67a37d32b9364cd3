import CMultitaskingLinux
import Glibc
import Logging
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem
import Synchronization

/// A worker process: claims one task after the other, runs it, and stores its outcome.
struct Worker: ~Copyable {
    private let membership: LocalMember
    private let me: MemberRecord
    private let tally: WorkerTally
    private let rings: TaskRings
    private let calls: CallTable
    private let idle: IdleWorkers
    private let functions: FunctionTable
    private let doorbell: Int32
    private let output: OutputLog
    private let current: CurrentTask
    private let reader: PayloadFieldReader
    private let isMemoryWatched: Bool
    private var retirement: WorkerLifetime
    private var timer: TaskTimer
    /// How many tasks it has taken by priority.
    private var turn: UInt = 0
    /// How many of the calls that every worker makes it has made.
    private var callsMade = 0
    /// By their numbers in the function table.
    private var callers: [(any TaskCaller)?] = []
    /// Whether it was noted which function they lead to.
    private var named: [Bool] = []

    /// - Parameter doorbell: an eventfd that makes the supervisor look at the arena.
    init(_ mapping: ArenaMapping, member: Int, doorbell: Int32) {
        self.doorbell = doorbell
        output = OutputLog(arena: mapping.arena, member: member)
        let arena = mapping.arena
        membership = LocalMember(mapping, member: member)
        membership.bell.set { SupervisorBell.ring(doorbell) }
        let current = CurrentTask(membership)
        self.current = current
        reader = PayloadFieldReader(current.environment)
        me = arena.member(member)
        tally = arena.tally(member)
        timer = TaskTimer(tally, now: 0)
        rings = TaskRings(arena)
        calls = CallTable(arena)
        idle = arena.idleWorkers
        functions = arena.functions
        let limits = arena.limits
        retirement = WorkerLifetime(me, limits)
        isMemoryWatched = limits.watchesMemory
    }

    private var arena: Arena { membership.arena }

    /// Runs until the pool shuts down, and returns the process's exit code.
    ///
    /// - Parameter setup: what to run first and last, as far as it is not in the function table.
    mutating func run(_ setup: ForkedSetup) -> Int32 {
        mt_use_crash_stack()
        mt_end_with_this_thread()
        membership.becomeTaskThread()
        membership.relayLogs()
        me.tasksBefore.store(me.finishedTasks.load())
        let parent = getppid()
        let start = monotonicNanoseconds()
        tally.starting.increase(by: UInt64(clamping: start - Int64(clamping: tally.forked.loadRelaxed())))
        do {
            me.endlessWaits.store(0)
            if isMemoryWatched { requestMemoryMonitoring() }
            try initialize(setup)
            // Again: the system forgets it when a process changes its user or group.
            guard mt_die_with_parent(parent) else { return 1 }
        } catch {
            arena.header.failure.reportStart(failing: error)
            return PoolPhase.initializerFailedExitCode
        }
        let ready = monotonicNanoseconds()
        tally.initializing.increase(by: UInt64(clamping: ready - start))
        tally.readySince.storeRelaxed(UInt64(clamping: ready))
        timer = TaskTimer(tally, now: ready)
        arena.header.startFailures.store(0)
        me.state = .ready
        // A process that has changed the number of workers may have looked for this one before it was there.
        var isOver = retirement.isOneTooMany
        while true {
            // ORDERING: relaxed; a process that sets the word rings this worker afterwards.
            if me.attention.loadRelaxed() & MemberRecord.Attention.requests != 0 { membership.answerRequests() }
            if calls.hasMore(than: callsMade) {
                wakeNext(besides: 0)
                makeCalls()
            }
            if isOver || retirement.isDue {
                // It may have been woken for a task at this moment.
                wakeNext(besides: 0)
                // Nobody else makes what calls this worker still has to make.
                isOver = true
                guard !calls.hasMore(than: callsMade) else { continue }
                leave(setup)
                return 0
            } else if let claim = claim() {
                run(claim)
                retirement.countTask()
            } else if arena.header.phase.isEnding {
                isOver = true
            } else {
                waitForWork()
            }
        }
    }

    private mutating func initialize(_ setup: ForkedSetup) throws {
        let header = arena.header
        let call = StoredCall(at: header.initializer, header.initializerPayload)
        // A worker that is killed without one has not failed to initialize.
        guard setup.initializer != nil || call != nil else { return }
        me.enter(.initializing)
        try membership.withWriter { writer in
            if let initializer = setup.initializer {
                try initializer.call(in: current.environment, into: &writer)
            } else if let call {
                try make(call, into: &writer)
            }
        }
        membership.leaveIfForked()
        me.enter(.idle)
    }

    /// Leaves for good, after the finalizer.
    private mutating func leave(_ setup: ForkedSetup) {
        if arena.header.phase.load() != .killing { finalize(setup) }
        me.state = .left
    }

    private mutating func finalize(_ setup: ForkedSetup) {
        current.end()
        let header = arena.header
        let stored = StoredCall(at: header.finalizer, header.finalizerPayload)
        guard setup.finalizer != nil || stored != nil else { return }
        if let limit = arena.limits.finalizerTimeout {
            me.deadline.store(UInt64(monotonicNanoseconds().addingSaturated(limit)))
            me.state = .finalizing
            ringDoorbell()
        }
        var report = FinalizerReport(isError: false, bytes: [])
        membership.withWriter { writer in
            do {
                do {
                    if let finalizer = setup.finalizer {
                        try finalizer.call(in: current.environment, into: &writer)
                    } else if let stored {
                        try make(stored, into: &writer)
                    }
                } catch {
                    writer.reset()
                    report.isError = true
                    try writer.encode(error: error)
                }
                mt_flush_output()
                report.bytes = try writer.bytes()
                let reference = SharedObjectID(rawValue: header.finalizerChannel.load())
                _ = try current.environment.channel(reference).send(report, wait: .never)
            } catch {
                // Nobody waits for it: without memory for the report there is none.
                Logger.processes.warning("a finalizer's result is lost: \(error)")
            }
        }
    }

    /// Makes a call that belongs to no task.
    private mutating func make(_ call: StoredCall, into writer: inout PayloadWriter) throws {
        let caller = try caller(of: call.function)
        let bytes = try functions.bytes(at: call.payload)
        let environment = current.environment
        // SAFETY: the reader is gone before the closure returns the array's bytes.
        try unsafe bytes.withUnsafeBytes { bytes in
            var reader = unsafe PayloadReader(bytes, environment: environment)
            try caller.call(&reader, in: environment, into: &writer)
        }
    }

    // MARK: Calls of all workers

    /// Makes the calls that every worker makes and this one has not made yet.
    private mutating func makeCalls() {
        while callsMade < calls.count {
            let call = calls[callsMade]
            callsMade += 1
            if !call.slot(of: me.index).load().isNone {
                if let (slot, queued) = call.owed(by: me.index) { take(call, slot, queued) }
            } else if !call.hasFailed {
                repeatCall(call)
            }
        }
    }

    /// Runs this worker's task of a call.
    private mutating func take(_ call: CallTable.Call, _ slot: TaskSlot, _ queued: SlotWord) {
        let claimed = queued.with(.claimed, member: me.index)
        me.slot.store(slot.number)
        guard slot.word.compareExchange(queued, claimed) else { return me.slot.store(.none) }
        call.slot(of: me.index).store(.none)
        run(Claim(slot, claimed), call)
    }

    /// Makes a call that others have made before this worker was there.
    private mutating func repeatCall(_ call: CallTable.Call) {
        // If it ends this process, the supervisor sees that, and no later worker makes it.
        me.call.store(UInt64(call.number + 1))
        current.end()
        defer { me.call.store(0) }
        do {
            let caller = try caller(of: Int(clamping: call.function.load()))
            let environment = current.environment
            try membership.withWriter { writer in
                try reader.read(call.arguments) { try caller.call(&$0, in: environment, into: &writer) }
            }
            membership.leaveIfForked()
            mt_flush_output()
        } catch {
            call.fail()
        }
    }

    // MARK: Finding work

    private mutating func claim() -> Claim? {
        let me = me
        // What the supervisor finds if we die between the claim and the next line: the slot we meant to take.
        let announce = { (index: Int) in me.slot.store(SlotNumber(index: index)) }
        return rings.claim(by: me.index, turn: &turn, announce: announce)
    }

    private var hasWork: Bool {
        !rings.isEmpty || arena.header.phase.isEnding || calls.hasMore(than: callsMade)
    }

    private mutating func waitForWork() {
        me.slot.store(.none)
        retirement.becomeIdle()
        if membership.maySpin, idle.beginSearch(me.index) {
            let isFound = membership.spin(for: .work, until: { hasWork })
            if isFound { rings.normal.prefetch() }
            idle.endSearch(me.index)
            if isFound { return wakeNext(besides: 1) }
        }
        let ticket = me.doorbell.ticket
        idle.park(me.index)
        fence()
        let mustSleep =
            !hasWork && me.attention.loadRelaxed() & MemberRecord.Attention.requests == 0 && !retirement.isDue
        if mustSleep {
            membership.sleep(for: .work) { me.doorbell.sleep(while: ticket, nanoseconds: retirement.sleep) }
            timer.slept()
        }
        idle.unpark(me.index)
        // Somebody may have woken it for a task besides the one that it has seen.
        if !mustSleep { wakeNext(besides: 1) }
        wakeSupervisor()
    }

    /// Makes the supervisor look after the pool again, if it has rested because all workers slept.
    ///
    /// ORDERING: as in `Supervisor.rest`.
    private func wakeSupervisor() {
        fence()
        let rest = arena.header.supervisorRest
        if rest.loadRelaxed() != 0, rest.compareExchange(1, 0) { ringDoorbell() }
    }

    /// Wakes another worker if there is more to do than what this one does now: `submit` wakes nobody while a worker
    /// searches, and one worker for each task otherwise.
    private func wakeNext(besides own: Int) {
        guard rings.count > own, !idle.wakeOne() else { return }
        if arena.header.absentWorkers.loadRelaxed() > 0,
            arena.header.growth.compareExchange(0, 1)
        {
            ringDoorbell()
        }
    }

    // MARK: Running

    private mutating func run(_ claim: Claim, _ call: CallTable.Call? = nil) {
        let slot = claim.slot
        let number = me.finishedTasks.loadRelaxed() &+ 1
        // A process that finds this process dead after the task has ended counts it by this.
        tally.begun.store(number)
        let isTimed = timer.begin(slot)
        let task = SlowTaskRecord.Task(of: slot, call, isTimed: isTimed)
        // Of a copy's task, the copy decides: it may have begun, whichever worker stands in for it now.
        if slot.control.isExpired, slot.kind != .forked {
            slot.end(from: claim.word, as: .expired)
            leaveIfTerminating(claim)
        } else {
            output.begin()
            switch claim.kind {
            case .portable, .call:
                // First: a task whose worker dies before this was not begun, so this attempt must not be counted yet.
                me.enter(.decoding)
                slot.beginAttempt()
                requestMonitoring(for: slot)
                if Counting.isOn { tally.bytesIn.increase(by: task.argumentSize) }
                runPortable(claim, call, isTimed: isTimed)
            case .forked:
                requestMonitoring(for: slot)
                waitForForkedTask(claim)
            case nil:
                break
            }
            leaveIfTerminating(claim)
            membership.holdings.release(as: membership)
            me.deadline.store(0)
        }
        timer.end(isTimed: isTimed, task)
        // In this order: as long as the phase says that there is a task, the supervisor completes the count.
        me.finishedTasks.store(number)
        me.slot.store(.none)
        me.enter(.idle)
    }

    /// Ends this process if its task could not end because the supervisor has decided to kill it; it settles the task
    /// when this process is gone.
    private func leaveIfTerminating(_ claim: Claim) {
        let now = claim.slot.word.load()
        // The ticket tells whether the slot still serves this task; a copy's death is not its stand-in's.
        if now.isTerminating, now.ticket == claim.word.ticket, claim.slot.kind != .forked { _exit(0) }
    }

    /// Makes the supervisor watch the task's time and memory if there are limits.
    private func requestMonitoring(for slot: TaskSlot) {
        if isMemoryWatched { requestMemoryMonitoring() }
        guard let limit = slot.control.timeLimit else { return }
        me.deadline.store(UInt64(monotonicNanoseconds().addingSaturated(limit)))
        ringDoorbell()
    }

    /// Makes the supervisor look at this process's memory from now on, if it doesn't yet.
    ///
    /// ORDERING: the slot was announced before. Either this sees that the supervisor has stopped, or the supervisor,
    /// which looks once more after it has said so, sees a task.
    private func requestMemoryMonitoring() {
        fence()
        if arena.header.memoryWatch.load() == 0 { ringDoorbell() }
    }

    private func ringDoorbell() { SupervisorBell.ring(doorbell) }

    private mutating func runPortable(_ claim: Claim, _ call: CallTable.Call?, isTimed: Bool) {
        let slot = claim.slot
        let arguments = slot.arguments.block.load()
        let isSharing = slot.arguments.isSharing
        let runner = TaskRunner(membership: membership, claim: claim, call: call, isTimed: isTimed)
        do {
            let caller = try caller(of: slot.function)
            current.set(slot)
            if slot.function >= named.count || !named[slot.function] { name(slot.function, caller) }
            let end = caller.run(runner, in: current.environment, reader: reader)
            switch end {
            case .settled: break
            case .failed: tally.failed.increase()
            case .retry:
                tally.retried.increase()
                return handBack(claim)
            }
        } catch {
            runner.settle(failing: MultitaskingError(.functionNotFound, of: error))
            tally.failed.increase()
        }
        // The task is over: if we die here, the client gives the block back instead.
        membership.release(arguments, isSharing: isSharing)
    }

    /// Gives a task that is to be retried to the supervisor, which queues it again when it is due.
    private func handBack(_ claim: Claim) {
        // The supervisor takes what is named there, unless a task has written over it.
        while let last = arena.slot(me.returnedSlot.load()), last.word.load().isHandedBack { usleep(50) }
        me.returnedSlot.store(claim.slot.number)
        let held = claim.word.with(.claimed, member: ArenaLayout.handedBack)
        // Too late: the supervisor has decided to end this process, and settles the task when it is gone.
        guard claim.slot.word.compareExchange(claim.word, held) else { _exit(0) }
        ringDoorbell()
    }

    /// Holds a worker's place while a copy of the client runs a task that captures.
    private func waitForForkedTask(_ claim: Claim) {
        let (slot, word) = (claim.slot, claim.word)
        slot.wakeForkedTask()
        _ = membership.wait(.forever, for: slot.completion) { slot.word.load() != word }
    }

    /// Notes what a function is called.
    private mutating func name(_ index: Int, _ caller: any TaskCaller) {
        functions.note(caller.namedCode, of: index)
        while named.count <= index { named.append(false) }
        named[index] = true
    }

    private mutating func caller(of index: Int) throws -> any TaskCaller {
        if index < callers.count, let caller = callers[index] { return caller }
        let caller = try functions.caller(of: index)
        while callers.count <= index { callers.append(nil) }
        callers[index] = caller
        return caller
    }
}

extension SlowTaskRecord.Task {
    /// What is said of a task, while its slot serves it. Of one that is not timed the serial is left out, which lies on
    /// a cache line that the worker may not need otherwise.
    ///
    /// - Parameter call: the call that every worker makes, if it is one worker's.
    @inline(__always)
    init(of slot: TaskSlot, _ call: CallTable.Call? = nil, isTimed: Bool) {
        self.init(
            function: slot.kind == .forked ? Self.copy : UInt64(slot.function),
            argumentSize: (call?.arguments ?? slot.arguments).byteCount, serial: isTimed ? slot.serial : 0)
    }
}

/// Which task a worker runs, for the values that are read meanwhile.
private final class CurrentTask: Sendable {
    private let membership: LocalMember
    /// ORDERING: relaxed; it is looked at by the thread that sets it.
    private let slot = Atomic<Int>(-1)

    init(_ membership: LocalMember) { self.membership = membership }

    @inline(__always)
    func set(_ slot: TaskSlot) { self.slot.store(slot.index, ordering: .relaxed) }

    /// No task runs.
    func end() { slot.store(-1, ordering: .relaxed) }

    /// What it can ask of the pool.
    var environment: WorkerEnvironment {
        let index = slot.load(ordering: .relaxed)
        return WorkerEnvironment(
            membership: membership, slot: index < 0 ? nil : membership.arena.slot(index))
    }
}
