import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

/// The process that forks the workers, reaps them, settles what they held, and replaces them.
///
/// It has one thread and never uses Dispatch, Swift concurrency or Foundation, so that forking it is always safe. It
/// takes no part in the passing of tasks: it sleeps unless somebody dies, a task's time is up, or the pool's phase
/// changes.
struct Supervisor {
    let mapping: ArenaMapping
    let arena: Arena
    let doorbell: Int32
    let client: Int32
    /// A socket that ends when the client does, or executes another program; -1 if there is none.
    let link: Int32
    /// Where the workers stand among pools that are made inside of tasks.
    let nesting: mt_nesting
    /// What the workers have that cannot be read from the arena.
    let setup: ForkedSetup
    let limits: LimitsRecord
    /// Of the process that runs it.
    private(set) var pid: pid_t = 0
    /// How many descriptors the client may have open, and so its workers; 0 for as many as this process.
    private(set) var openFiles: UInt64 = 0
    /// The workers by member; the first place is the client's and stays empty.
    var workers: [Child?]
    /// The highest number that a worker may have so far.
    var peak: Int
    /// The client's process id: this process's parent.
    private(set) var clientPid: pid_t = 0
    /// The copies of the client, by member.
    var forkedTasks: [Int: ForkedTask] = [:]
    /// The tasks that are being ended, by the member that runs them, which may be a copy's stand-in.
    var teardowns: [Int: Teardown] = [:]
    /// The members that die of a signal, and when that was seen, in nanoseconds of CLOCK_MONOTONIC.
    var dying: [Int: Int64] = [:]
    /// Whether what tasks have started, and whose parents have ended, is this process's.
    var adoptsOrphans = true
    /// Whether the end has waited for backtraces that were being printed.
    var hasAwaitedBacktraces = false
    /// The tasks that wait for their next attempt.
    var delayed = DelayedTasks()
    var pace = RespawnBackoff()
    var refusals = StartRefusals()
    /// When the workers' memory is to be looked at next, in nanoseconds of CLOCK_MONOTONIC.
    var nextGauging: Int64 = 0
    var stops = Stops(client: 0)

    /// A copy of the client, as this process has found it.
    struct ForkedTask {
        let process: ProcessHandle
        /// What its memory is read from, once it was asked for.
        var gauge: MemoryGauge?

        var pid: pid_t { process.id }
    }

    struct Child {
        let process: ProcessHandle
        /// What its memory is read from, once it was asked for.
        var gauge: MemoryGauge?
        /// When it was made, in nanoseconds of CLOCK_MONOTONIC.
        let start: Int64
        /// For how long it was stopped with the client before it was ready, in nanoseconds.
        var stopTime: Int64 = 0
        /// How many tasks its predecessors had finished.
        var finishedBefore: UInt64
        /// Whether it is being killed because of the memory it held in the initializer.
        var isOverLimit = false
        /// Whether it is being killed because its initializer has taken too long.
        var isOutOfTime = false

        var pid: pid_t { process.id }
    }

    /// - Parameters:
    ///   - doorbell: an eventfd that others write to when the supervisor should look at the arena.
    ///   - client: a pidfd of the client.
    ///   - link: the supervisor's end of its link to the client; -1 for none.
    ///   - nesting: where the workers stand among pools that are made inside of tasks.
    ///   - setup: what the workers have that cannot be read from the arena.
    init(
        _ mapping: ArenaMapping, doorbell: Int32, client: Int32, link: Int32, nesting: mt_nesting,
        setup: ForkedSetup = ForkedSetup()
    ) {
        self.mapping = mapping
        arena = mapping.arena
        self.doorbell = doorbell
        self.client = client
        self.link = link
        self.nesting = nesting
        self.setup = setup
        limits = arena.limits
        peak = mapping.arena.workerTarget
        workers = Array(repeating: nil, count: arena.layout.workers + 1)
    }

    /// Runs until the pool ends, and returns the process's exit code.
    mutating func run() -> Int32 {
        pid = getpid()
        clientPid = getppid()
        // Not on the way to the first task.
        stops = Stops(client: clientPid, nextLook: monotonicNanoseconds() + Stops.busyPause)
        // The workers inherit what is known here, and need not look for it on the way to their first task.
        SpinningCores.adopt(Int(min(arena.header.spinningCores.load(), 1 << 17)))
        mt_reset_signals()
        // The terminal's Ctrl-C is the client's to handle; in a group of their own the pool's processes do not see it.
        setpgid(0, 0)
        mt_null_stdin()
        // A descriptor a worker, whatever the client was content with; workers get the client's limit back.
        openFiles = mt_raise_open_files()
        adoptsOrphans = mt_adopt_orphans()
        mt_watch_children(doorbell)
        mt_find_main_queue()
        let hadPredecessor = arena.header.supervisorPid.load() != 0
        arena.header.supervisorPid.store(UInt64(pid))
        // There may have been more workers than are wanted now.
        if hadPredecessor { peak = arena.layout.workers }
        recoverAfterPredecessor(peak)
        // Its workers have ended by now, some so early perhaps that it was just about to kill what they had started. A
        // copy that runs keeps what it has started.
        if hadPredecessor {
            ProcessMark(mapping).killAll(sparesLiving: true)
            // It may have been about to tell of a channel that it has closed.
            Recovery(mapping).wakeChannels()
        }
        while true {
            if let exitCode = superviseOnce() { return exitCode }
        }
    }

    /// What ps shows.
    static let processName: StaticString = "mt-supervisor"

    // MARK: The loop

    private mutating func superviseOnce() -> Int32? {
        let nextLook = tendStops()
        if isStoppedWithClient { return sleep(until: nextLook) ? nil : clientIsGone() }
        let interruptEnd = continueInterruptShutdown()
        let phase = arena.header.phase.load()
        let nextWatch = watchForkedTasks()
        if phase == .killing { signalMembers(SIGKILL) }
        if phase == .broken {
            failQueuedTasks()
            // A worker that sleeps leaves when it looks again, and the pool ends, with its channels, only then.
            arena.idleWorkers.wakeAll(peak)
        }
        takeHandedBack()
        var wakeUp = min(nextLook, interruptEnd, nextWatch, queueDueTasks())
        wakeUp = min(wakeUp, endDying())
        wakeUp = min(wakeUp, advanceTeardowns(), endSlowSetUps())
        if limits.watchesMemory { wakeUp = min(wakeUp, watchMemory()) }
        let mayWork = phase == .running || phase == .draining && (hasQueuedTasks || !delayed.isEmpty)
        if mayWork { wakeUp = min(wakeUp, startWorkers(isRunning: phase == .running)) }
        giveBackChunksOfTheAbsent()
        giveBackChunksOfForkedTasks()
        reapOrphans()
        let isAlone = workers.allSatisfy { $0 == nil } && forkedTasks.isEmpty && nextWatch == .max
        if phase != .running, !mayWork, isAlone {
            if phase != .killing, areBacktracesPrinted {
                hasAwaitedBacktraces = true
                return sleep(until: monotonicNanoseconds() + 20_000_000) ? nil : clientIsGone()
            }
            if phase == .killing { settleQueuedTasks() }
            killOrphans()
            // Their printers may have been children of the client's, or of nobody, and what they started is as well.
            if hasAwaitedBacktraces { ProcessMark(mapping).killAll(sparesLiving: true) }
            closeChannelsIfInterrupted()
            arena.header.supervisorPid.store(HeaderRecord.supervisorHasEnded)
            return 0
        }
        endRestIfAwake()
        return sleep(until: min(wakeUp, stops.nextLook)) ? nil : clientIsGone()
    }

    /// Sleeps until something happens, and deals with deaths; false if the client is gone.
    private mutating func sleep(until wakeUp: Int64) -> Bool {
        var descriptors = [
            pollfd(fd: doorbell, events: Int16(POLLIN), revents: 0),
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: link, events: 0, revents: 0),
        ]
        let others = descriptors.count
        var members: [Int] = []
        for case (let index, let child?) in workers.enumerated() {
            members.append(index)
            descriptors.append(pollfd(fd: child.process.descriptor, events: Int16(POLLIN), revents: 0))
        }
        for (index, copy) in forkedTasks {
            members.append(index)
            descriptors.append(pollfd(fd: copy.process.descriptor, events: Int16(POLLIN), revents: 0))
        }
        let milliseconds: Int32 =
            if wakeUp == .max { -1 } else {
                Int32(clamping: (max(0, wakeUp - monotonicNanoseconds()) + 999_999) / 1_000_000)
            }
        let count = unsafe descriptors.withUnsafeMutableBufferPointer {
            unsafe mt_poll($0.baseAddress, $0.count, milliseconds)
        }
        guard count > 0 else { return true }
        if descriptors[1].revents != 0 || descriptors[2].revents != 0 { return false }
        if descriptors[0].revents != 0 {
            var value: UInt64 = 0
            _ = unsafe read(doorbell, &value, 8)
            if value >= InterruptWatch.message { handleInterrupt() }
        }
        var hasTold = false
        for (offset, index) in members.enumerated() where descriptors[offset + others].revents != 0 {
            if index < workers.count { workerEnded(index) } else { forkedTaskEnded(index) }
            hasTold = true
        }
        // One that was told of a death may be on this core: it goes first, then the successor is forked. By a short
        // sleep: a yield would put this process behind all others of the machine, for a slice each.
        if hasTold, !arena.header.phase.isEnding { usleep(20) }
        return true
    }

    /// Nobody is left to work for: the client has ended, or has become another program.
    private mutating func clientIsGone() -> Int32 {
        // Those that cannot be watched are found by their marks, with the descriptors that this gives back.
        _ = watchForkedTasks()
        signalMembers(SIGKILL)
        workers = workers.map { _ in nil }
        forkedTasks = [:]
        killOrphans()
        ProcessMark(mapping).killAll(sparesLiving: false, patience: ProcessMark.longPatience)
        return 1
    }

    var hasQueuedTasks: Bool {
        !TaskRings(arena).isEmpty || CallTable(arena).isOwed(by: 1...arena.layout.workers)
    }
}

/// Where a re-executed supervisor begins, before `main`; what it is given was checked.
@c(mt_supervisor_main)
func supervisorMain(_ bootstrap: UnsafePointer<mt_bootstrap>) -> Int32 {
    // SAFETY: the caller's, which waits for this function.
    unsafe beginSupervisor(bootstrap.pointee)
}

// Not inlined: the optimizer of Swift 6.3 crashes on the body in a function that C calls.
@inline(never)
private func beginSupervisor(_ bootstrap: mt_bootstrap) -> Int32 {
    Supervisor.processName.nameThread()
    let link = Int32(mt_spawn_link_fd)
    let mapping: ArenaMapping
    do { mapping = try ArenaMapping.attach(Int32(mt_spawn_arena_fd), try ArenaLayout(bootstrap)) } catch {
        unsafe "\(error)".withCString { unsafe mt_prove_supervisor(link, $0) }
        return 1
    }
    mt_prove_supervisor(link, nil)
    return leaveToSupervise(mapping, link, bootstrap.nesting)
}

@inline(never)
private func leaveToSupervise(_ mapping: ArenaMapping, _ link: Int32, _ nesting: mt_nesting) -> Int32 {
    CrashArea.catchCrashes(ofSupervisorIn: mapping.arena)
    // Workers begin as copies of the thread that forks them, so it is one that has done nothing else.
    FreshThread.leave(serving: nil) {
        var supervisor = Supervisor(
            mapping, doorbell: Int32(mt_spawn_doorbell_fd), client: Int32(mt_spawn_client_fd), link: link,
            nesting: nesting)
        return supervisor.run()
    }
}

extension ArenaLayout {
    /// What the client says; thrown out if it cannot be that of an arena of its size.
    fileprivate init(_ bootstrap: mt_bootstrap) throws {
        let isPlausible =
            (1...UInt64(Self.workerLimit)).contains(bootstrap.workers) && bootstrap.slot_capacity <= 1 << 28
            && bootstrap.slot_capacity.nonzeroBitCount == 1 && bootstrap.chunk_count <= 1 << 28
        if isPlausible {
            self.init(
                workers: Int(bootstrap.workers), slotCapacity: Int(bootstrap.slot_capacity),
                chunkCount: Int(bootstrap.chunk_count))
            if UInt64(size) <= bootstrap.arena_size { return }
        }
        throw MultitaskingError(.systemError, "descriptor \(mt_spawn_arena_fd) is not a pool's shared memory")
    }
}
