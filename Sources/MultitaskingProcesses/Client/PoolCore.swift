import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem
import Synchronization

/// The client's side of a pool; it outlives the `ProcessPool` while futures and channels of it are held.
@usableFromInline
final class PoolCore: Sendable {
    /// Whether functions can be sent at all, which is the same for all pools of a program.
    private static let knowsFunctions = FunctionAddress.selfCheck()

    let mapping: ArenaMapping
    let arena: Arena
    @usableFromInline let membership: LocalMember
    let rings: TaskRings
    let idle: IdleWorkers
    let freeSlots: FreeSlots

    let systemKills = OOMKillCounter()
    let reader: PayloadFieldReader
    let state = Mutex(State())
    /// Whether a copy was ever made; most pools make none.
    ///
    /// ORDERING: relaxed; a process that made a copy, or learnt of it, sees it.
    let hasForkedTasks = Atomic<Bool>(false)
    let objects: Mutex<Objects>
    let supervision: SupervisorHandle
    /// What becomes of functions that capture.
    let captures: CapturePolicy
    /// Where functions that capture are in the function table.
    let closures = Mutex<[ClosureKey: Int]>([:])
    let modeAtExit: ShutdownMode
    /// How many tasks may wait for a worker; nil for no limit.
    let queueLimit: Int?
    let finalizers: FinalizerReports
    let logs = Mutex<LogRelay?>(nil)
    let interruptNotice = InterruptNotice()
    let functionNames = FunctionNames()
    let crashLog = CrashLog()
    /// See `peak`. ORDERING: relaxed; a hint how far to look.
    let peakWorkers: Atomic<Int>
    /// When the pool was made, in nanoseconds of CLOCK_MONOTONIC.
    let birth = monotonicNanoseconds()

    struct State {
        /// The slots to use next.
        var freeSlots = FreeSlots.Chain()
        /// The use of the rings for new tasks.
        var use = RingUses()
        /// What has left the rings without a worker, as far as it counts.
        var leavers = QueueLeavers()
        /// How many calls every worker was asked to make.
        var callCount = 0
        var functions = FunctionIndices()
        /// Slots whose futures were dropped before the task ended, with what the task still needs.
        var abandoned: [(slot: TaskSlot, companion: TaskCompanion?)] = []
        /// How many of them there must be before it is worth looking which have ended.
        var sweepCount = 16
        /// The processes forked for one task each, by member.
        var forkedTasks: [Int: ForkedTask] = [:]
        /// What has become of the tasks whose slots serve others now.
        var ended = SettledTasks()
        /// Which tasks it is looked at when they are submitted.
        var stamps = SubmitStamps()
        var names = TaskNames()
        /// When the pool ended, in nanoseconds of CLOCK_MONOTONIC; nil while it goes on.
        var end: Int64?
        /// Whether the supervisor has ended for good: nobody is left to take a task.
        var isShutDown = false
        /// Whether the pool takes no more tasks. A supervisor that sees the end's phase sees every task pushed before.
        var isEnding = false
    }

    init(
        workers: Int, arenaLimit: Int?, compression: CompressionPolicy, limits: WorkerLimits = .none,
        captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain,
        queueLimit: Int? = nil, capacity: Int? = nil, finalizer: WorkerFinalizer = .none
    ) throws {
        modeAtExit = atExit
        self.queueLimit = queueLimit
        peakWorkers = Atomic(workers)
        guard Self.knowsFunctions else {
            throw MultitaskingError(
                .functionNotFound,
                FunctionAddress.isOfAnotherCopy
                    ? "this process has two copies of the package, one in a library that it has loaded, and finds the "
                        + "types of one in the other; let both link one dynamic library, or use a thread pool"
                    : "this package doesn't know the function layout of this Swift compiler; use a thread pool")
        }
        let mapping = try ArenaPlan(workers: max(workers, capacity ?? 0), asked: arenaLimit).makeArena()
        let arena = mapping.arena
        arena.header.workerTarget.store(UInt64(workers))
        arena.header.spinningCores.store(UInt64(SpinningCores.code))
        arena.header.compression.store(compression.rawValue)
        arena.limits.store(limits)
        backtraces.store(in: arena)
        let objectOrigin = ObjectNumbers.makeOrigin()
        arena.header.objectOrigin.store(objectOrigin)
        objects = Mutex(Objects(origin: objectOrigin))
        // Free memory that is kept because fresh pages are slow: a quarter of the limit, 256 MiB at most.
        arena.header.warmLimit.store(UInt64(min(256, arena.layout.chunkCount / 4)))
        self.mapping = mapping
        self.captures = captures
        self.arena = arena
        let membership = LocalMember(mapping, member: ArenaLayout.client)
        self.membership = membership
        reader = membership.makeReader()
        rings = TaskRings(arena)
        idle = arena.idleWorkers
        freeSlots = FreeSlots(arena: arena)
        finalizers = FinalizerReports(finalizer)
        let supervision = try SupervisorHandle(mapping, slots: freeSlots)
        self.supervision = supervision
        // Does not capture `self` weakly: the first weak reference would slow down every later retain and release.
        // A process that was forked would find that a supervisor which is not its child is gone.
        membership.setSupervisorCheck { [generation = ForkGeneration.current] in
            if generation == ForkGeneration.current { supervision.check() }
        }
        membership.bell.set { supervision.ringDoorbell() }
    }

    deinit { membership.startedWatcher?.stop() }

    /// Whether this is the process that made the pool, not a copy of it.
    var belongsToThisProcess: Bool { membership.isClient && membership.isOfThisProcess }

    static var isShutDown: MultitaskingError {
        MultitaskingError(.shutDown, "the pool was shut down and takes no more tasks; make a new one")
    }

    /// For a process that was forked from the one that has the pool.
    static var isParents: MultitaskingError { LocalMember.isParents }

    /// Throws unless this process may use the pool now.
    func checkUsable() throws {
        guard belongsToThisProcess else { throw Self.isParents }
        switch arena.header.phase.load() {
        case .running: return
        case .broken: throw arena.header.failure.error
        case .draining, .killing:
            throw Self.isShutDown
        }
    }

    var workerProcessIDs: [Int32] {
        // The caller may signal them, so none is among them that only a task says is one.
        let mark = ProcessMark(mapping)
        return (1...peak).map { arena.member($0) }
            .filter { $0.state == .ready || $0.state == .starting }
            .compactMap(\.process).filter(mark.isMember)
    }
}
