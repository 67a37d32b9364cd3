import CMultitaskingLinux
import Glibc
import Logging
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// Starts the pool's supervisor process and restarts it if it dies; runs in the client.
///
/// A process that waits for something of the pool holds this and not the pool: it knows nothing but the arena.
final class SupervisorHandle: Sendable {
    let mapping: ArenaMapping
    private let slots: FreeSlots
    /// An eventfd; writing to it makes the supervisor look at the arena.
    private let event: Descriptor
    var doorbell: Int32 { event.number }
    /// This process, for the supervisor.
    let client: ProcessHandle
    private let state = Mutex(State())
    private let functions = Mutex(FunctionTable.Extent())

    var arena: Arena { mapping.arena }

    struct State {
        var pid: pid_t = 0
        /// That process; nil if there is none, or it had ended before this could be opened.
        var process: ProcessHandle?
        /// The connection to that process.
        var link: SupervisorLink?
        /// Until when that process, if it was spawned, must have proved that it is a supervisor, in nanoseconds of
        /// CLOCK_MONOTONIC; nil once it has.
        var proofEnd: Int64?
        /// What it has said if it cannot be one.
        var refusal: MultitaskingError?
        var method: StartMethod = .automatic
        /// How the supervisor that there is was made; another one than the first may have to be spawned.
        var latestMethod: StartMethod = .automatic
        var setup = ForkedSetup()
        /// Where the workers stand among pools that are made inside of tasks.
        var nesting = mt_nesting()
        var lastCheck: Int64 = 0
        var isGone = false
        /// When it was last made, in nanoseconds of CLOCK_MONOTONIC, and how many before it lived too short.
        var launched: Int64 = 0
        /// Since when the system has refused another one, in nanoseconds of CLOCK_MONOTONIC.
        var refusedSince: Int64?
        var shortLives = 0
        /// Since when it is stopped; nil while it runs.
        var stopped: Int64?

        /// Whether there is no supervisor to look after: it has ended for good, or never started.
        var isOver: Bool { isGone || pid == 0 }
    }

    /// - Throws: `systemError` if the system has no descriptors.
    init(_ mapping: ArenaMapping, slots: FreeSlots) throws {
        self.mapping = mapping
        self.slots = slots
        let result = mt_eventfd()
        do throws(Refusal) {
            guard let event = Descriptor(result) else { throw Refusal(.openEventfd, -result) }
            self.event = event
            client = try ProcessHandle(of: getpid())
        } catch {
            throw error.error("open the pool's descriptors")
        }
        try Self.checkSystem(client)
    }

    /// Looks for what a pool cannot do without, and would otherwise miss in the middle of its work: a time limit that
    /// silently never ends a task is worse than no pool.
    ///
    /// - Throws: `systemError`, `permissionDenied`.
    private static func checkSystem(_ own: ProcessHandle) throws {
        let result = mt_pidfd_send_signal(own.descriptor, 0)
        guard result == 0 else {
            throw Refusal(.signalPidfd, -result).error("signal a process by its descriptor")
        }
        guard unsafe access("/proc/self/task", R_OK) == 0 else {
            throw MultitaskingError(
                .systemError,
                "/proc is missing, where a pool finds its processes, their threads, and their memory; mount it (mount "
                    + "-t proc proc /proc), or use a thread pool")
        }
        // There, other processes have the numbers of this pool's.
        guard SystemFiles().target("/proc/self") == "\(getpid())" else {
            throw MultitaskingError(
                .systemError,
                "/proc is that of another PID namespace, in which a pool does not find its processes; mount this one's "
                    + "(mount -t proc proc /proc), or use a thread pool")
        }
        let files = SystemFiles()
        let areElsewhere =
            files.target("/proc/self/ns/pid") != files.target("/proc/self/ns/pid_for_children")
            && files.entries("/proc/self/ns").contains("pid_for_children")
        if areElsewhere {
            throw MultitaskingError(
                .systemError,
                "what this process starts belongs to another PID namespace than itself (it was started by unshare -p, "
                    + "or has called unshare), so a pool does not find its processes; use unshare -p --fork, or make "
                    + "the pool in a process that was forked after the call")
        }
    }

    /// The supervisor's process id; 0 before it has started.
    var pid: pid_t { state.withLock { $0.pid } }
    /// That process; nil while there is none.
    var process: ProcessHandle? { state.withLock { $0.process } }
    /// Where the workers stand among pools that are made inside of tasks.
    var nesting: mt_nesting { state.withLock { $0.nesting } }
    /// How the first supervisor was made.
    var method: StartMethod { state.withLock { $0.method } }
    /// How the supervisor that there is was made.
    var latestMethod: StartMethod { state.withLock { $0.latestMethod } }
    /// Whether there is no supervisor to look after: it has ended for good, or never started.
    var isOver: Bool { state.withLock { $0.isOver } }

    func ringDoorbell() { SupervisorBell.ring(doorbell) }

    /// Adds a function to the function table.
    func add(_ address: FunctionAddress, typeName: String, attachment: [UInt8] = []) throws -> Int {
        try functions.withLock {
            try arena.functions.add(address, typeName: typeName, attachment: attachment, to: &$0)
        }
    }

    /// Starts the first supervisor.
    func start(_ method: StartMethod, _ workers: PoolWorkers) throws {
        do { try start(by: choose(method), workers) } catch let error as MultitaskingError
            where method == .automatic && error.code == .unsafeFork
        {
            // Threads have come since the choice.
            try start(by: choose(method), workers)
        }
    }

    private func start(by chosen: StartMethod, _ workers: PoolWorkers) throws {
        let nesting = try Nesting.ofNewPool()
        let setup = try functions.withLock { extent in
            try workers.store(in: arena.functions, &extent, isForked: chosen == .fork)
        }
        try state.withLock { state in
            state.method = chosen
            state.latestMethod = chosen
            state.setup = setup
            state.nesting = nesting
            try launchFirst(&state)
        }
        if chosen == .spawn { TopLevelVariables.warn() }
    }

    private func choose(_ method: StartMethod) throws(MultitaskingError) -> StartMethod {
        switch method {
        case .automatic:
            guard let obstacle = ForkSafety.obstacle else { return .fork }
            try Self.checkMaySpawn(insteadOf: obstacle)
            return .spawn
        case .fork:
            if let obstacle = ForkSafety.obstacle { throw obstacle.error }
            return .fork
        case .spawn:
            try Self.checkMaySpawn(insteadOf: nil)
            return .spawn
        }
    }

    // MARK: A supervisor that dies

    /// Starts a new supervisor if the old one has died; to be called now and then by every waiting process.
    func check() { check(after: 20_000_000) }

    /// Looks once more, however short the last look is ago.
    func checkNow() { check(after: -1) }

    /// Looks once more, and says what it found; nil if another thread is looking.
    func look() -> (isOver: Bool, process: ProcessHandle?)? {
        checkNow()
        return state.withLockIfAvailable { ($0.isOver, $0.process) }
    }

    private func check(after pause: Int64) {
        // Never waits for another thread that looks: that may be about to fork, and wait for this one to sleep.
        let found = state.withLockIfAvailable { state -> (notice: String?, isSpawned: Bool) in
            let now = monotonicNanoseconds()
            guard !state.isOver, now - state.lastCheck > pause else { return (nil, false) }
            state.lastCheck = now
            continueIfStopped(&state, now)
            restartIfDead(&state)
            giveUpIfUnproven(&state)
            // A worker that searches may have been stopped, and then those that sleep were not woken for its sake.
            if !TaskRings(arena).isEmpty { arena.idleWorkers.wakeSleeping() }
            return (arena.header.failure.newNotice, state.latestMethod == .spawn)
        }
        // Not under the lock: a log handler may ask this pool something.
        if let found, found.isSpawned { TopLevelVariables.warn() }
        if let notice = found?.notice {
            Logger.processes.warning(
                "\(notice). The pool continues with fewer workers while it has one, and tries again.")
        }
    }

    private func restartIfDead(_ state: inout State) {
        var signal: Int32 = 0
        if let process = state.process {
            guard let end = process.reap() else { return }
            signal = end
            state.process = nil
        }
        // An orderly end: the pool is over, or broken. It is asked of the arena, because a program that ignores SIGCHLD
        // or reaps all children itself takes the exit code from us.
        if arena.header.supervisorPid.load() == HeaderRecord.supervisorHasEnded {
            // ORDERING: the client queues a task, then looks for this end. It sees that, or this sees the task.
            fence()
            state.isGone = true
            endAllQueued(as: arena.header.phase.load() == .broken ? .done : .cancelled)
            closeChannels()
            return
        }
        let now = monotonicNanoseconds()
        if state.refusedSince == nil {
            if !Self.isFromOutside(signal), let obstacle = Self.proofMissing(&state) {
                // Another run of a program that isn't a supervisor would end like this one.
                arena.header.failure.reportEnd(with: obstacle)
                return giveUp(&state)
            }
            noteDeath(&state, signal, now)
        }
        guard state.shortLives < Self.supervisorAttempts else {
            arena.header.failure.reportEnd(
                with: MultitaskingError.memoryDamaged("one supervisor after another dies because of it"))
            return giveUp(&state)
        }
        // Threads may have started since, so the new one is forked only where that is safe still.
        let method: StartMethod =
            state.method == .fork && ForkSafety.obstacle == nil ? .fork : .spawn
        do throws(MultitaskingError) {
            if method == .spawn {
                try Self.checkMaySpawn(insteadOf: nil)
                if let obstacle = state.setup.spawnObstacle { throw obstacle }
            }
            try launch(method, &state)
            state.latestMethod = method
            state.refusedSince = nil
        } catch {
            // The dead one's workers may just be ending, and make room.
            let since = state.refusedSince ?? now
            state.refusedSince = since
            // Where threads have come just before a fork, the next one is spawned.
            let mayPass = error.code == .systemError || error.code == .unsafeFork
            guard !mayPass || now - since > Self.restartPatience else { return }
            arena.header.failure.reportEnd(with: error)
            giveUp(&state)
        }
    }

    /// Continues a supervisor that was stopped, not by a debugger: nobody else would keep time limits and replace
    /// workers. If it does not continue, it is killed, and replaced.
    private func continueIfStopped(_ state: inout State, _ now: Int64) {
        guard let process = state.process, mt_is_stopped(state.pid) else {
            state.stopped = nil
            return
        }
        let start = state.stopped ?? now
        state.stopped = start
        process.send(now - start > Self.stopPatience ? SIGKILL : SIGCONT)
    }

    /// How long a supervisor is told to continue before it is killed.
    private static let stopPatience: Int64 = 2_000_000_000

    /// For how long the system may refuse another supervisor.
    private static let restartPatience: Int64 = 2_000_000_000

    private func noteDeath(_ state: inout State, _ signal: Int32, _ now: Int64) {
        // SIGKILL and SIGTERM come from outside, so such a death does not count towards the limit.
        let mayHaveDiedOfItself = !Self.isFromOutside(signal)
        state.shortLives =
            mayHaveDiedOfItself && now - state.launched < Self.shortLife ? state.shortLives + 1 : 0
        state.launched = now
    }

    /// A supervisor that lived shorter than this, and was not killed, died of what it found.
    private static let shortLife: Int64 = 200_000_000
    /// How many such supervisors in a row are tried.
    static let supervisorAttempts = 50

    /// Ends a supervisor that was spawned anew, and the pool, if it does not prove in time that it is one.
    private func giveUpIfUnproven(_ state: inout State) {
        guard !state.isOver, let obstacle = Self.proofMissing(&state), let end = state.proofEnd,
            monotonicNanoseconds() > end
        else { return }
        if let process = state.process { _ = Self.end(process) }
        arena.header.failure.reportEnd(with: obstacle)
        giveUp(&state)
    }

    /// Ends the pool without a supervisor.
    private func giveUp(_ state: inout State) {
        arena.header.phase.advance(to: .broken)
        // ORDERING: the client queues a task, then looks at the phase. It sees that, or this sees the task.
        fence()
        state.isGone = true
        endAllQueued(as: .done)
        endAllClaimed()
        // The workers die with their supervisor, and nobody else says so anymore.
        for member in 1...arena.layout.workers { arena.member(member).state = .absent }
        closeChannels()
        ProcessMark(mapping).killAll(sparesLiving: true)
    }

    // MARK: The end

    /// Waits until the supervisor has ended for good; the pool's phase says that it is to.
    ///
    /// - Parameters:
    ///   - isKilled: whether it has little time for that.
    ///   - patience: how long to wait, in nanoseconds.
    /// - Returns: false if it has not ended by then.
    @discardableResult
    func awaitEnd(isKilled: Bool, within patience: Int64 = .max) -> Bool {
        let limit = monotonicNanoseconds().addingSaturated(patience)
        // Not under the lock: other waiting threads look after the supervisor as well.
        var killPatience = EndPatience(Self.killPatience)
        while case let (isOver, process) = state.withLock({ ($0.isOver, $0.process) }), !isOver {
            // Without one, another is to come; see `restartIfDead`. Not for long, as another may take its place.
            // Rounded up, or the last millisecond would be spent looking again and again.
            let left = max(0, limit - monotonicNanoseconds()) / 1_000_000 + 1
            if let process {
                _ = process.hasEnded(within: Int32(min(Int64(Self.glance), left)))
            } else {
                usleep(20_000)
            }
            if isKilled, killPatience.isOver(process.map { ProcessorTime(of: $0.id) }) {
                // It can't follow the structures in memory anymore. Its workers die with it.
                state.withLock { endLost(&$0) }
                // What they have started may still have living ones for parents.
                ProcessMark(mapping).killAll(sparesLiving: false, patience: ProcessMark.longPatience)
            }
            state.withLock { state in
                guard !state.isGone else { return }
                continueIfStopped(&state, monotonicNanoseconds())
                restartIfDead(&state)
                giveUpIfUnproven(&state)
            }
            if monotonicNanoseconds() > limit { return state.withLock { $0.isOver } }
        }
        return true
    }

    /// Ends every task that no worker has claimed, and those between two attempts.
    func endAllQueued(as status: SlotWord.Status) {
        slots.forEachUsed { slot in
            let word = slot.word.load()
            guard word.status == .queued || word.isDelayed, slot.end(from: word, as: status) else { return }
            slot.wakeForkedTask()
        }
    }

    /// How long the supervisor may take to kill all workers and leave, if it has a core.
    private static let killPatience: Int64 = 2_000_000_000

    /// Kills a supervisor that does not end by itself, and reaps it.
    private func endLost(_ state: inout State) {
        guard let process = state.process, Self.end(process) else { return }
        arena.header.failure.reportEnd(with: PoolCore.isShutDown)
        giveUp(&state)
    }

    /// Ends every task that a worker had, when there is nobody left to do it.
    private func endAllClaimed() {
        slots.forEachUsed { slot in
            let word = slot.word.load()
            if word.isClaimed { slot.end(from: word, as: .done) }
        }
    }

    /// Closes all channels: nobody is left to send or to receive, and a process that waits for that must wake.
    private func closeChannels() {
        arena.forEachChannel { $0.close(with: ChannelHeader.closedFlag | ChannelHeader.endedFlag) }
    }

    /// For how long to wait for a supervisor's end before looking again, in milliseconds.
    static let glance: Int32 = 200

    /// Kills a supervisor and reaps it; false if it takes its time to end.
    private static func end(_ process: ProcessHandle) -> Bool {
        process.send(SIGKILL)
        _ = process.hasEnded(within: glance)
        return process.reap() != nil
    }
}
