import Glibc
import Synchronization

/// What one thread of a member is about to do, written before it does it.
///
/// If the member dies, the supervisor reads its journal and completes or takes back what was begun; see `Recovery`.
/// The client keeps no journal: if it dies, the whole pool goes.
struct JournalEntry {
    enum Field: Int, RecordField {
        case cell = 0
        case channel = 8
        case block = 16
        case segment = 24
    }

    static let size = 32

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
        get { word(.cell)?.load() ?? 0 }
        nonmutating set { word(.cell)?.store(newValue) }
    }

    /// Bits 0...16: the channel that `cell` or `segment` belongs to. From bit 17: the number of the cell's segment.
    @inline(__always)
    var channel: UInt64 {
        get { word(.channel)?.load() ?? 0 }
        nonmutating set { word(.channel)?.store(newValue) }
    }

    /// A block that was allocated and not yet handed over.
    @inline(__always)
    var block: BlockReference {
        get { word(.block).map { Shared($0).load() } ?? .none }
        nonmutating set { word(.block).map { Shared($0).store(newValue) } }
    }

    /// The number, plus 1, of a channel segment that is `block` and is being linked, or with `retiring` set, taken out.
    /// Beside a cell: how far the counting of its element is; see `DroppedElementCount`.
    @inline(__always)
    var segment: UInt64 {
        get { segmentWord?.load() ?? 0 }
        nonmutating set { segmentWord?.store(newValue) }
    }

    @inline(__always)
    var segmentWord: SharedWord? { word(.segment) }

    @inline(__always)
    private func word(_ field: Field) -> SharedWord? { offset.map { arena.word($0 + field.rawValue) } }

    static let retiring: UInt64 = 1 << 63
    static let counting: UInt64 = 1 << 62
    static let counted: UInt64 = 1 << 61

    /// A number for this entry, unlike any other entry's; 0 for the client.
    var identity: UInt64 {
        offset.map { UInt64(MemberRecord.entryNumber(at: $0)) } ?? 0
    }

    static let identityMask = UInt64(ArenaLayout.memberLimit * MemberRecord.journalEntries - 1)

    init(arena: Arena, identity: UInt64) {
        let (member, entry) = Int(identity).quotientAndRemainder(dividingBy: MemberRecord.journalEntries)
        self =
            identity == 0
            ? JournalEntry(arena: arena, offset: nil) : arena.member(member).journal(entry)
    }

    /// Reports that everything that was begun is complete.
    ///
    /// The block goes first: it has a new holder or is free by now, and the cell or segment beside it says that it is
    /// not to be freed by itself.
    @inline(__always)
    func clear() {
        guard offset != nil else { return }
        block = .none
        cell = 0
        segment = 0
    }
}

/// Hands the journal entries of this process to its threads, one to each operation under way.
///
/// The first entry is that of the thread that came first, which takes it without an exchange.
final class Journal: @unchecked Sendable {
    /// The entry of the first thread.
    private static let ownEntry = 0
    private static let outerEntries = 1..<12
    /// The entries for operations that begin and end within another one, so that those can always go on.
    private static let innerEntries = 12..<MemberRecord.journalEntries

    private let arena: Arena
    // SAFETY: changes in `adopt(_:)` alone, in a process that has just been forked and has one thread.
    @exclusivity(unchecked) private var member: Int
    private let first = FirstThread()
    // SAFETY: touched by the first thread alone, which begins and ends its operations itself.
    /// Whether the first thread is in an operation.
    @exclusivity(unchecked) private var isInUse = false
    private let taken = Atomic<UInt32>(0)

    init(arena: Arena, member: Int) {
        self.arena = arena
        unsafe self.member = member
    }

    /// Goes on as another member's; only right after a fork.
    func adopt(_ member: Int) {
        unsafe self.member = member
        unsafe isInUse = false
        taken.store(0, ordering: .relaxed)
    }

    /// Runs `body` with an entry of its own; with more threads at once than there are entries, waits for one.
    @inline(__always)
    func withEntry<Result>(_ body: (JournalEntry) throws -> Result) rethrows -> Result {
        let entry = begin()
        defer { end(entry) }
        return try body(entry)
    }

    /// Like ``withEntry(_:)``, inside the body of it. Must not be nested further.
    @inline(__always)
    func withInnerEntry<Result>(_ body: (JournalEntry) throws -> Result) rethrows -> Result {
        guard unsafe member != ArenaLayout.client else { return try body(JournalEntry(arena: arena, offset: nil)) }
        let entry = self.entry(takeBit(Self.innerEntries))
        defer { end(entry) }
        return try body(entry)
    }

    /// Takes an entry for one operation, at whose end it must be given back by ``end(_:)`` on the same thread.
    @inline(__always)
    func begin() -> JournalEntry {
        guard unsafe member != ArenaLayout.client else { return JournalEntry(arena: arena, offset: nil) }
        guard first.isCaller, unsafe !isInUse else { return entry(takeBit(Self.outerEntries)) }
        unsafe isInUse = true
        return entry(Self.ownEntry)
    }

    @inline(__always)
    private func entry(_ number: Int) -> JournalEntry { unsafe arena.member(member).journal(number) }

    /// Gives an entry back that has been cleared.
    @inline(__always)
    func end(_ entry: JournalEntry) {
        guard let offset = entry.offset else { return }
        if offset == self.entry(Self.ownEntry).offset {
            unsafe isInUse = false
        } else {
            giveBack(MemberRecord.entryNumber(at: offset) % MemberRecord.journalEntries)
        }
    }

    // ORDERING: acquiring the bit pairs with releasing it, so that entries are never shared by two threads.
    @inline(never)
    private func takeBit(_ entries: Range<Int>) -> Int {
        let reserved = UInt32(truncatingIfNeeded: (1 << entries.upperBound) - (1 << entries.lowerBound))
        var rest: useconds_t = 0
        while true {
            let bits = taken.load(ordering: .relaxed)
            let free = ~bits & reserved
            guard free != 0 else {
                // One that holds an entry may need this core. Not a yield: that would give it to strangers.
                rest = min(1000, rest + 20)
                usleep(rest)
                continue
            }
            let entry = free.trailingZeroBitCount
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
