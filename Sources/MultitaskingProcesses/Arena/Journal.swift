import Glibc
import Synchronization

/// What one thread of a member is about to do, written before it does it.
///
/// If the member dies, the supervisor reads its journal and completes or takes back what was begun; see `Recovery`.
/// The client keeps no journal: if it dies, the whole pool goes.
struct JournalEntry {
    let arena: Arena
    /// Where the entry lies, or nil for the client.
    let offset: Int?

    init(arena: Arena, offset: Int?) {
        self.arena = arena
        self.offset = offset
    }

    /// The offset of the channel cell that is being written or read; 0 if none.
    @inline(__always)
    var cell: UInt64 {
        get { offset.map { arena.word($0).load() } ?? 0 }
        nonmutating set { if let offset { arena.word(offset).store(newValue) } }
    }

    /// The channel that `cell` or `segment` belongs to.
    @inline(__always)
    var channel: UInt64 {
        get { offset.map { arena.word($0 + 8).load() } ?? 0 }
        nonmutating set { if let offset { arena.word(offset + 8).store(newValue) } }
    }

    /// A block that was allocated and not yet handed over.
    @inline(__always)
    var block: BlockReference {
        get { BlockReference(rawValue: offset.map { arena.word($0 + 16).load() } ?? 0) }
        nonmutating set { if let offset { arena.word(offset + 16).store(newValue.rawValue) } }
    }

    /// A channel segment that was allocated and not yet linked, by its number plus 1.
    @inline(__always)
    var segment: UInt64 {
        get { offset.map { arena.word($0 + 24).load() } ?? 0 }
        nonmutating set { if let offset { arena.word(offset + 24).store(newValue) } }
    }
}

/// Hands the journal entries of this process to its threads, one to each operation under way.
final class Journal: Sendable {
    private let arena: Arena
    private let member: Int
    private let taken = Atomic<UInt32>(0)

    init(arena: Arena, member: Int) {
        self.arena = arena
        self.member = member
    }

    /// Runs `body` with an entry of its own; with more than 16 threads at once, waits for one to become free.
    @inline(__always)
    func withEntry<Result>(_ body: (JournalEntry) throws -> Result) rethrows -> Result {
        guard member != ArenaLayout.client else { return try body(JournalEntry(arena: arena, offset: nil)) }
        let entry = take()
        defer { giveBack(entry) }
        return try body(Member(arena: arena, index: member).journal(entry))
    }

    // ORDERING: acquiring the bit pairs with releasing it, so that entries are never shared by two threads.
    private func take() -> Int {
        while true {
            let bits = taken.load(ordering: .relaxed)
            let entry = (~bits).trailingZeroBitCount
            guard entry < Member.journalEntries else {
                sched_yield()
                continue
            }
            if taken.compareExchange(
                expected: bits, desired: bits | 1 << entry, ordering: .acquiringAndReleasing
            ).exchanged {
                return entry
            }
        }
    }

    private func giveBack(_ entry: Int) {
        taken.bitwiseAnd(~(1 << UInt32(entry)), ordering: .acquiringAndReleasing)
    }
}
