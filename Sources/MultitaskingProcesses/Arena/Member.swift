import Glibc
import MultitaskingCore

/// A process of the pool — the client, a worker, a copy-on-write child — as the others see it.
struct Member {
    enum State: UInt64 {
        case absent = 0
        case starting
        case ready
        /// Gone for good: it was told to leave, or could not start.
        case left
    }

    let arena: Arena
    let index: Int

    private var base: Int { ArenaLayout.memberTable + index * ArenaLayout.memberStride }

    /// Bits 0...31: the process id, 0 if there is none. Bits 32...63: a sum over it; see `process`.
    var pid: SharedWord { arena.word(base) }

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
    var stateWord: SharedWord { arena.word(base + 8) }
    /// A `WorkerFailure.Phase`.
    var phase: SharedWord { arena.word(base + 16) }
    func enter(_ phase: WorkerFailure.Phase) { self.phase.store(UInt64(phase.rawValue)) }

    /// The slot of the task it runs, plus 1; 0 if none.
    var slot: SharedWord { arena.word(base + 24) }
    /// Raised to wake it.
    var doorbell: SharedFutex { arena.futex(base + 32) }
    /// Wakes the member if it sleeps.
    @inline(__always)
    func ring() {
        doorbell.increment()
        doorbell.wake()
    }

    /// How many tasks it ran.
    var finishedTasks: SharedWord { arena.word(base + 40) }
    /// When its task must end, in nanoseconds of CLOCK_MONOTONIC; 0 for no limit.
    var deadline: SharedWord { arena.word(base + 48) }
    /// A slot, plus 1, that it hands back to the supervisor to be queued again; 0 if none.
    var handback: SharedWord { arena.word(base + 56) }

    /// Not 0 when it is to look, after its task, whether it holds too much memory.
    var memoryCheck: SharedWord { arena.word(base + 64) }
    /// How many bytes of memory it held when it started, without what it shares.
    var baseMemory: SharedWord { arena.word(base + 72) }

    /// In how many waits without a limit it is, for something that others must do.
    var endlessWaits: SharedWord { arena.word(base + 88) }
    /// How many of them it has begun.
    var endlessWaitsSoFar: SharedWord { arena.word(base + 96) }

    func beginEndlessWait() {
        endlessWaitsSoFar.add(1)
        endlessWaits.add(1)
    }

    func endEndlessWait() { endlessWaits.subtract(1) }

    /// When it began to die of a signal, in nanoseconds of CLOCK_MONOTONIC; 0 if it did not. The signal is in the next
    /// word.
    var crashTime: SharedWord { arena.word(base + Self.crashOffset) }
    var crashSignal: SharedWord { arena.word(base + Self.crashOffset + 8) }
    private static let crashOffset = 112
    /// Where both are.
    var crashWords: Int { base + Self.crashOffset }

    /// Part of the set of cores it is to run on; all are 0 for no set.
    func coreWord(_ index: Int) -> SharedWord { arena.word(base + 896 + index * 8) }

    /// 1 while it may hold elements that it has not reported, of channels that redeliver.
    var holds: SharedWord { arena.word(base + 104) }

    /// How many of its blocks of a class others have freed so far; a hint where to look, not the truth.
    func freedBlocks(_ sizeClass: Int) -> SharedWord { arena.word(base + 128 + sizeClass * 8) }

    static let journalEntries = 16
    func journal(_ entry: Int) -> JournalEntry { JournalEntry(arena: arena, offset: base + 256 + entry * 32) }

    /// The number of the journal entry at an offset, among those of all members.
    static func entryNumber(at offset: Int) -> Int {
        let (member, within) = (offset - ArenaLayout.memberTable).quotientAndRemainder(
            dividingBy: ArenaLayout.memberStride)
        return member * journalEntries + (within - 256) / 32
    }

    var state: State {
        get { State(rawValue: stateWord.load()) ?? .absent }
        nonmutating set { stateWord.store(newValue.rawValue) }
    }
}
