import Glibc
import MultitaskingCore
public import MultitaskingSerialization
import MultitaskingSystem
import Synchronization

/// This process's part in a pool: which member it is, and what it needs to act as one.
///
/// Channels and signals hold the membership rather than its parts: when the client forks a copy of itself for one task,
/// the handles that the task captured act for the copy from then on.
@usableFromInline
final class LocalMember: @unchecked Sendable {
    private let mapping: ArenaMapping
    let arena: Arena
    let compression: CompressionPolicy
    /// How many nanoseconds to spin before sleeping.
    let spinTime: Int64
    /// For how long spinning has recently paid off.
    let spinHistories = SpinHistories()
    let machineLoad = MachineLoad()
    /// Where this process notes what it is about to do. A constant: no references are counted to use it.
    let journal: Journal
    // SAFETY: these four change only in `adoptMember(_:)` and `goOnInFork()`, in a process that has just been forked
    // and has one thread.
    // For the same reason nothing is gained by checking each access for overlap with a change.
    @exclusivity(unchecked) private var currentMember: Int
    @exclusivity(unchecked) private var currentProcess = getpid()
    @exclusivity(unchecked) private var currentHeap: Heap
    @exclusivity(unchecked) private var generation = ForkGeneration.begin()
    // SAFETY: set once, before a worker has another thread that looks at it.
    @exclusivity(unchecked) private var taskThread: pthread_t = 0

    private let writers = WriterPool()
    private let sharesOrNil = Mutex<SharedValues?>(nil)
    /// What values find that this process reads outside of a task.
    private let environment: @Sendable (LocalMember) -> any TaskEnvironment
    private let watcherOrNil = Mutex<Watcher?>(nil)
    private let supervisorCheck = Mutex<SupervisorCheck?>(nil)
    let bell = SupervisorBell()

    /// Held while a thread of this process reports how far a task is.
    let reporting = Mutex(())

    /// What was received from channels that redeliver, and not reported.
    let holdings = UnacknowledgedElements()

    /// - Parameter environment: makes what values find that this process reads outside of a task.
    init(
        _ mapping: ArenaMapping, member: Int,
        environment: @escaping @Sendable (LocalMember) -> any TaskEnvironment
    ) {
        self.mapping = mapping
        self.environment = environment
        arena = mapping.arena
        unsafe currentMember = member
        compression = CompressionPolicy(rawValue: arena.header.compression.load())
        spinTime = arena.limits.spinTime
        unsafe currentHeap = Heap(arena: arena, member: member, ringSupervisor: bell.ring)
        journal = Journal(arena: arena, member: member)
    }

    /// Which member this process is.
    var member: Int { unsafe currentMember }
    /// This process.
    var process: pid_t { unsafe currentProcess }
    /// Where this process allocates.
    var heap: Heap { unsafe currentHeap }

    /// Whether this is the member's process, and not one that a program has forked from it: that would act as the same
    /// member at the same time, and nobody would mend what it leaves behind.
    @inline(__always)
    var isOfThisProcess: Bool { unsafe generation == ForkGeneration.current }

    /// Begins to note what this process does in the pool's memory.
    ///
    /// - Throws: `shutDown` in a process that was forked from the member's.
    @inline(__always)
    func beginEntry() throws -> JournalEntry {
        try checkProcess()
        return journal.begin()
    }

    @inline(__always)
    func checkProcess() throws {
        if !isOfThisProcess { throw Self.isParents }
    }

    /// Ends this process if the function that has just returned, or thrown, has forked it: two would go on as one
    /// member.
    @inline(__always)
    func leaveIfForked() {
        if !isOfThisProcess { _exit(0) }
    }

    /// For a process that was forked from one that has the pool.
    @inline(never)
    static var isParents: MultitaskingError {
        MultitaskingError(
            .shutDown, "this pool belongs to the parent process; make a pool of your own in this one")
    }

    /// Makes this process another member; only right after it was forked.
    func adoptMember(_ member: Int) {
        unsafe currentMember = member
        unsafe currentProcess = getpid()
        unsafe generation = ForkGeneration.current
        unsafe currentHeap = Heap(arena: arena, member: member, ringSupervisor: bell.ring)
        journal.adopt(member)
        watcherOrNil.withLock { $0 = nil }
        // Handles that were inherited belong to the client's.
        sharesOrNil.withLock { $0 = nil }
        supervisorCheck.withLock { $0 = nil }
    }

    /// Goes on as the same member in a process that was forked from the member's, which waits until this one has ended:
    /// tests that kill a process again and again begin so.
    func goOnInFork() { unsafe generation = ForkGeneration.current }

    /// Makes the calling thread the one that runs this worker's tasks.
    func becomeTaskThread() { unsafe taskThread = pthread_self() }

    /// Whether the calling thread is the one that runs this worker's tasks.
    var runsTasks: Bool { unsafe taskThread == pthread_self() }

    /// Runs `body` with an empty writer whose memory is reused.
    func withWriter<Result>(_ body: (inout PayloadWriter) throws -> Result) rethrows -> Result {
        var writer = takeWriter()
        // Given away at the end of each way, and not by a `defer`, which would count a reference.
        let result: Result
        do { result = try body(&writer) } catch {
            giveBack(writer)
            throw error
        }
        giveBack(writer)
        return result
    }

    /// An empty writer, to be given back.
    func takeWriter() -> PayloadWriter { writers.take() ?? PayloadWriter(home: shares) }

    /// Keeps a writer for the next caller that needs one.
    @usableFromInline
    func giveBack(_ writer: consuming PayloadWriter) {
        writer.reset()
        writers.put(writer)
    }

    /// A reader of values that belong to no task of this process.
    func makeReader() -> PayloadFieldReader { PayloadFieldReader(self.environment(self)) }

    /// The shared values of this process; made when first needed.
    var shares: SharedValues {
        sharesOrNil.withLock { shares in
            if let shares { return shares }
            let fresh = SharedValues(mapping, member: member, heap: heap)
            shares = fresh
            return fresh
        }
    }

    /// The thread that watches for events on behalf of asynchronous callers; started when first needed.
    var watcher: Watcher {
        watcherOrNil.withLock { watcher in
            if let watcher { return watcher }
            let fresh = Watcher(mapping, member: member) { [weak self] in self?.lookAfterSupervisor() }
            watcher = fresh
            ForkSafety.register(fresh)
            return fresh
        }
    }

    /// The watcher if it was ever needed.
    var startedWatcher: Watcher? { watcherOrNil.withLock { $0 } }

    /// Calls `check` now and then while this process waits; the client uses this to watch its supervisor.
    func setSupervisorCheck(_ check: (@Sendable () -> Void)?) {
        supervisorCheck.withLock { $0 = check.map(SupervisorCheck.init) }
    }

    /// Does what other members ask this one for; see `MemberRecord.Attention`.
    func answerRequests() {
        let attention = arena.member(member).attention
        if attention.load() & MemberRecord.Attention.shares != 0 {
            attention.formClear(MemberRecord.Attention.shares)
            shares.forget()
        }
        heap.giveBackEmptyChunksIfAsked()
    }

    func checkSupervisor() { supervisorCheck.withLock { $0 }?.body() }

    /// Says that cells name this member from now on that the supervisor must look for if it dies.
    @inline(__always)
    func noteHolding() {
        let holds = arena.member(member).holds
        if holds.loadRelaxed() == 0 { holds.store(1) }
    }

    var isClient: Bool { member == ArenaLayout.client }
}

/// A closure in a struct: a bare one would be wrapped once more by each access through the generic lock.
private struct SupervisorCheck: Sendable {
    let body: @Sendable () -> Void
}
