import Glibc
import MultitaskingCore

/// A process of the pool — the client, a worker, a copy-on-write child — as the others see it.
struct MemberRecord: Record {
    enum Field: Int, RecordField {
        case pid = 0
        case state = 8
        case phase = 16
        case slot = 24
        case doorbell = 32
        case finishedTasks = 40
        case deadline = 48
        case returnedSlot = 56
        case attention = 64
        case baseMemory = 72
        case tasksBefore = 80
        case endlessWaits = 88
        case endlessWaitsSoFar = 96
        case holds = 104
        case crashTime = 112
        case crashSignal = 120
        case freedBlocks = 128
        case journal = 256
        case call = 880
        case refusedThread = 888
        case cores = 896

        var size: Int {
            switch self {
            case .doorbell: 4
            case .freedBlocks: SizeClass.count * 8
            case .journal: MemberRecord.journalEntries * JournalEntry.size
            case .cores: CoreMask.wordCount * 8
            default: 8
            }
        }
    }

    static let size = ArenaLayout.memberStride

    let arena: Arena
    let index: Int

    var offset: Int { ArenaLayout.memberTable + index * Self.size }

    // MARK: Its process

    /// How far its life is.
    enum State: UInt64, SharedValue {
        case absent = 0
        case starting
        case ready
        /// Gone for good: it was told to leave, or could not start.
        case left
        /// Running the finalizer, until the member's deadline.
        case finalizing
        /// A copy that has left, whose memory the supervisor gives back; its number is not to be taken.
        case tidied

        init(word: UInt64) { self = Self(rawValue: word) ?? .absent }
    }

    var state: State {
        get { stateWord.load() }
        nonmutating set { stateWord.store(newValue) }
    }

    private var stateWord: Shared<State> { shared(.state) }

    /// Takes the number of a copy that has left, or of one that never was; false if the supervisor is at it.
    func take() -> Bool {
        stateWord.compareExchange(.left, .starting) || stateWord.compareExchange(.absent, .starting)
    }

    /// Runs `body` while nobody takes the number of this copy; not at all unless it has left.
    func whileGone(_ body: () -> Void) {
        guard stateWord.compareExchange(.left, .tidied) else { return }
        body()
        state = .left
    }

    /// Bits 0...31: the process id, 0 if there is none. Bits 32...63: a sum over it; see `process`.
    var pid: SharedWord { word(.pid) }

    /// The member's process, as far as the memory can be believed; nil if there is none.
    ///
    /// The word carries a sum over the id, so that a number which a task has written there by a bad pointer is not
    /// taken for a process. A task that means to can write any, so none is signalled because it is here: see
    /// `openProcess`.
    var process: pid_t? {
        let word = pid.load()
        let process = pid_t(truncatingIfNeeded: word)
        return process > 1 && word == Self.processWord(of: process) ? process : nil
    }

    static func processWord(of process: pid_t) -> UInt64 {
        let number = UInt64(UInt32(bitPattern: process))
        // Fibonacci hashing: the golden ratio's bits.
        return number | (number &* 0x9e37_79b9_7f4a_7c15) & 0xffff_ffff_0000_0000
    }

    /// The set of cores it is to run on; nil for all.
    var cores: CoreMask? {
        get {
            // Most have none, and the first arrays of a new process would take longer than all the rest of its start.
            guard (0..<CoreMask.wordCount).contains(where: { word(.cores, $0).load() != 0 }) else { return nil }
            return CoreMask(words: (0..<CoreMask.wordCount).map { word(.cores, $0).load() })
        }
        nonmutating set {
            for index in 0..<CoreMask.wordCount { word(.cores, index).store(newValue?.words[index] ?? 0) }
        }
    }

    // MARK: Its task

    /// The slot of the task it runs, or is about to claim.
    @inline(__always) var slot: Shared<SlotNumber> { shared(.slot) }
    /// How far it is with that; zero while it is idle.
    var phaseWord: SharedWord { word(.phase) }
    /// How far it is with its task; nil if nobody can tell.
    var phase: WorkerFailure.Phase? { WorkerFailure.Phase(rawValue: UInt8(truncatingIfNeeded: phaseWord.load())) }
    func enter(_ phase: WorkerFailure.Phase) { phaseWord.store(UInt64(phase.rawValue)) }
    /// How many tasks it ran.
    var finishedTasks: SharedWord { word(.finishedTasks) }
    /// How many tasks its predecessors ran.
    var tasksBefore: SharedWord { word(.tasksBefore) }
    /// The call of all workers that it makes without a task, plus 1; 0 if none.
    var call: SharedWord { word(.call) }
    /// When its task must end, in nanoseconds of CLOCK_MONOTONIC; 0 for no limit.
    var deadline: SharedWord { word(.deadline) }
    /// A slot that it hands back to the supervisor to be queued again.
    var returnedSlot: Shared<SlotNumber> { shared(.returnedSlot) }
    /// 1 once it has held elements that it had not reported, of channels that redeliver. It stays so, because another
    /// thread may be about to take one.
    var holds: SharedWord { word(.holds) }

    // MARK: Waiting

    @inline(__always) var doorbell: Doorbell { Doorbell(futex: futex(.doorbell)) }
    /// Wakes the member if it sleeps.
    @inline(__always) func wake() { doorbell.ring() }

    /// In how many waits without a limit it is, for something that others must do.
    var endlessWaits: SharedWord { word(.endlessWaits) }
    /// How many of them it has begun.
    var endlessWaitsSoFar: SharedWord { word(.endlessWaitsSoFar) }

    func beginEndlessWait() {
        endlessWaitsSoFar.add(1)
        endlessWaits.add(1)
    }

    func endEndlessWait() { endlessWaits.subtract(1) }

    // MARK: Its memory

    /// What it is to look at after its task: `Attention` bits.
    var attention: SharedWord { word(.attention) }

    enum Attention {
        /// Whether it holds too much memory.
        static let memory: UInt64 = 1
        /// Whether it is one too many.
        static let target: UInt64 = 2
        /// Shared values of which it keeps something are gone.
        static let shares: UInt64 = 4
        /// Another member needs the chunks that it has and does not use.
        static let chunks: UInt64 = 8
        /// What others ask it for.
        static let requests = shares | chunks
    }
    /// Whether another member needs the chunks that it has and does not use.
    var isAskedForChunks: Bool { attention.loadRelaxed() & Attention.chunks != 0 }
    /// How many bytes of memory it held when it started, without what it shares.
    var baseMemory: SharedWord { word(.baseMemory) }
    /// How many of its blocks of a class others have freed so far; a hint where to look, not the truth.
    func freedBlocks(_ sizeClass: Int) -> SharedWord { word(.freedBlocks, sizeClass) }

    // MARK: Its death

    /// When it began to die of a signal, in nanoseconds of CLOCK_MONOTONIC; 0 if it did not. The signal is in the next
    /// word.
    var crashTime: SharedWord { word(.crashTime) }
    var crashSignal: SharedWord { word(.crashSignal) }
    /// Where both are.
    var crashWords: Int { offset(of: .crashTime) }

    /// The error number with which the system refused this process its second thread, with which it has ended; 0 if it
    /// has one, or nobody knows yet.
    var refusedThread: SharedWord { word(.refusedThread) }

    static let journalEntries = 16
    @inline(__always)
    func journal(_ entry: Int) -> JournalEntry {
        JournalEntry(arena: arena, offset: offset(of: .journal) + entry * JournalEntry.size)
    }

    /// The number of the journal entry at an offset, among those of all members.
    static func entryNumber(at offset: Int) -> Int {
        let (member, within) = (offset - ArenaLayout.memberTable).quotientAndRemainder(dividingBy: size)
        return member * journalEntries + (within - Field.journal.rawValue) / JournalEntry.size
    }
}

extension Arena {
    @inline(__always)
    func member(_ index: Int) -> MemberRecord { MemberRecord(arena: self, index: index) }
}
