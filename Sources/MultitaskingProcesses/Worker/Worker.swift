import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem
import Synchronization

/// A worker process: claims one task after the other, runs it, and stores its outcome.
struct Worker {
    private let membership: Membership
    private let me: Member
    private let jobs: JobRing
    private let retries: JobRing
    private let idle: IdleWorkers
    private let functions: FunctionTable
    private let doorbell: Int32
    private let output: OutputLog
    private let current: CurrentTask
    private let reader: PlaceReader
    private let isMemoryWatched: Bool
    private var retirement: Retirement
    /// By their numbers in the function table.
    private var callers: [(any TaskCaller)?] = []

    /// - Parameter doorbell: an eventfd that makes the supervisor look at the arena.
    init(_ mapping: ArenaMapping, member: Int, doorbell: Int32) {
        self.doorbell = doorbell
        output = OutputLog(arena: mapping.arena, member: member)
        let arena = mapping.arena
        membership = Membership(mapping, member: member)
        let current = CurrentTask(membership)
        self.current = current
        reader = PlaceReader(current.environment)
        me = arena.member(member)
        jobs = arena.jobs
        retries = arena.retries
        idle = arena.idleWorkers
        functions = arena.functions
        let limits = arena.limits
        retirement = Retirement(me, limits)
        isMemoryWatched = limits.watchesMemory
    }

    private var arena: Arena { membership.arena }

    /// Runs until the pool shuts down, and returns the process's exit code.
    ///
    /// - Parameter initializer: what to run first; nil if it is in the function table.
    mutating func run(initializer: WorkerInitializer?) -> Int32 {
        mt_use_crash_stack()
        do {
            me.enter(.initializing)
            me.endlessWaits.store(0)
            if isMemoryWatched { askToBeWatched() }
            try initialize(initializer)
            me.enter(.idle)
        } catch {
            arena.header.failure.reportStart(failing: error)
            return PoolPhase.initializerFailedExitCode
        }
        arena.header.startFailures.store(0)
        me.state = .ready
        while true {
            if retirement.isDue {
                me.state = .left
                return 0
            } else if let (slot, word) = claim() {
                run(slot, word)
                retirement.countTask()
            } else if arena.header.phase.isEnding {
                me.state = .left
                return 0
            } else {
                waitForWork()
            }
        }
    }

    private mutating func initialize(_ initializer: WorkerInitializer?) throws {
        if let initializer { return try initializer.call((), in: current.environment) }
        let index = arena.header.initializer.load()
        guard index > 0 else { return }
        try functions.initializer(at: Int(clamping: index - 1))?.call((), in: current.environment)
    }

    // MARK: Finding work

    private func claim() -> (slot: TaskSlot, word: SlotWord)? {
        // What the supervisor finds if we die between the claim and the next line: the slot we meant to take.
        let announce = { (index: Int) in me.slot.store(SlotNumber(index: index)) }
        return retries.claim(by: me.index, announce: announce) ?? jobs.claim(by: me.index, announce: announce)
    }

    private var hasWork: Bool { !jobs.isEmpty || !retries.isEmpty || arena.header.phase.isEnding }

    private mutating func waitForWork() {
        me.slot.store(.none)
        retirement.becomeIdle()
        if membership.maySpin {
            idle.beginSearch(me.index)
            let isFound = membership.spin(until: { hasWork })
            if isFound { jobs.prefetch() }
            idle.endSearch(me.index)
            if isFound { return wakeNext() }
        }
        let ticket = me.doorbell.ticket
        idle.park(me.index)
        fence()
        if !hasWork, !retirement.isDue { me.doorbell.sleep(while: ticket, nanoseconds: retirement.sleep) }
        idle.unpark(me.index)
    }

    /// While this worker searched, `submit` woke nobody; there may be more than one worker can do.
    private func wakeNext() {
        guard jobs.count + retries.count > 1, !idle.wakeOne() else { return }
        if arena.header.absentWorkers.loadRelaxed() > 0,
            arena.header.growth.compareExchange(0, 1)
        {
            ringDoorbell()
        }
    }

    // MARK: Running

    private mutating func run(_ slot: TaskSlot, _ word: SlotWord) {
        if slot.orders.isExpired {
            slot.end(from: word, as: .expired)
            leaveIfCondemned(slot, word)
        } else {
            output.begin()
            switch slot.kind(of: word) {
            case .portable:
                // First: a task whose worker dies before this was not begun, so this attempt must not be counted yet.
                me.enter(.decoding)
                slot.orders.beginAttempt()
                beWatched(for: slot)
                runPortable(slot, word)
            case .copy:
                beWatched(for: slot)
                standIn(slot, word)
            case nil:
                break
            }
            leaveIfCondemned(slot, word)
            membership.holdings.release(as: membership)
            me.deadline.store(0)
        }
        me.slot.store(.none)
        me.enter(.idle)
        me.finishedTasks.storeRelaxed(me.finishedTasks.loadRelaxed() + 1)
    }

    /// Ends this process if its task could not end because the supervisor has decided to kill it; it settles the task
    /// when this process is gone.
    private func leaveIfCondemned(_ slot: TaskSlot, _ word: SlotWord) {
        let now = slot.word.load()
        // The ticket tells whether the slot still serves this task; a copy's death is not its stand-in's.
        if now.isCondemned, now.ticket == word.ticket, slot.kind == .portable { _exit(0) }
    }

    /// Has the supervisor watch the task's time and memory if there are limits.
    private func beWatched(for slot: TaskSlot) {
        if isMemoryWatched { askToBeWatched() }
        guard let limit = slot.orders.timeLimit else { return }
        me.deadline.store(UInt64(monotonicNanoseconds().addingSaturated(limit)))
        ringDoorbell()
    }

    /// Has the supervisor look at this process's memory from now on, if it does not yet.
    ///
    /// ORDERING: the slot was announced before. Either this sees that the supervisor has stopped, or the supervisor,
    /// which looks once more after it has said so, sees a task.
    private func askToBeWatched() {
        fence()
        if arena.header.memoryWatch.load() == 0 { ringDoorbell() }
    }

    private func ringDoorbell() {
        var one: UInt64 = 1
        _ = unsafe write(doorbell, &one, 8)
    }

    private mutating func runPortable(_ slot: TaskSlot, _ word: SlotWord) {
        let arguments = slot.arguments.block.load()
        let runner = TaskRunner(membership: membership, slot: slot)
        do {
            let caller = try caller(of: slot.function)
            current.become(slot)
            let end = caller.run(runner, word, in: current.environment, reader: reader)
            if case .retry = end { return handBack(slot, word) }
        } catch {
            runner.fail(error, as: .functionNotFound) { word }
        }
        // The task is over: if we die here, the client gives the block back instead.
        membership.heap.free(arguments)
    }

    /// Gives a task that is to be retried to the supervisor, which queues it again when it is due.
    private func handBack(_ slot: TaskSlot, _ word: SlotWord) {
        while !me.handback.load().isNone { usleep(50) }
        me.handback.store(slot.number)
        let held = word.with(.claimed, member: ArenaLayout.supervisor)
        // Too late: the supervisor has decided to end this process, and settles the task when it is gone.
        guard slot.word.compareExchange(word, held) else { _exit(0) }
        ringDoorbell()
    }

    /// Holds a worker's place while a copy of the client runs a task that captures.
    private func standIn(_ slot: TaskSlot, _ word: SlotWord) {
        slot.wakeCopy()
        _ = membership.wait(.forever, for: slot.completion) { slot.word.load() != word }
    }

    private mutating func caller(of index: Int) throws -> any TaskCaller {
        if index < callers.count, let caller = callers[index] { return caller }
        let caller = try functions.caller(of: index)
        while callers.count <= index { callers.append(nil) }
        callers[index] = caller
        return caller
    }
}

/// Which task a worker runs, for the values that are read meanwhile.
private final class CurrentTask: Sendable {
    private let membership: Membership
    /// ORDERING: relaxed; it is looked at by the thread that sets it.
    private let slot = Atomic<Int>(-1)

    init(_ membership: Membership) { self.membership = membership }

    @inline(__always)
    func become(_ slot: TaskSlot) { self.slot.store(slot.index, ordering: .relaxed) }

    /// What it can ask of the pool.
    var environment: WorkerEnvironment {
        let index = slot.load(ordering: .relaxed)
        return WorkerEnvironment(
            membership: membership, slot: index < 0 ? nil : membership.arena.slot(index))
    }
}
