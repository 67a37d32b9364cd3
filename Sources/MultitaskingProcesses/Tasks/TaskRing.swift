/// A queue of slots with one writing process and any number of claiming ones, none of which can block it by dying.
///
/// The ring itself is only an index. What decides is the slot's word: a claim is one compare-and-exchange of it from
/// "queued at this position" to "claimed by this member". Positions only grow, and anybody may move the head past an
/// entry that is not queued there (any more).
struct TaskRing {
    /// Which of the rings.
    enum Kind: UInt64, CaseIterable {
        /// Tasks of normal priority.
        case normal = 0
        /// Tasks that a worker has had; the supervisor puts them there.
        case retries
        case high
        case low
    }

    let arena: Arena
    let kind: Kind
    private let tail: SharedWord
    private let head: SharedWord
    /// The slot that was put in last, on the cache line of the tail: a process that sees the tail move sees this as
    /// well. Nothing is decided by it.
    private let last: SharedWord
    private let entries: Int

    @inline(__always)
    init(arena: Arena, _ kind: Kind) {
        self.arena = arena
        self.kind = kind
        let header = arena.header
        (tail, head, entries) =
            switch kind {
            case .normal: (header.taskTail, header.taskHead, arena.layout.taskRing)
            case .retries: (header.retryTail, header.retryHead, arena.layout.retryRing)
            case .high: (header.highTail, header.highHead, arena.layout.highRing)
            case .low: (header.lowTail, header.lowHead, arena.layout.lowRing)
            }
        last =
            switch kind {
            case .normal: header.lastTask
            case .retries: header.lastRetry
            case .high: header.lastHigh
            case .low: header.lastLow
            }
    }

    @inline(__always)
    private func entry(_ position: UInt64) -> SharedWord { arena.word(entryOffset(position)) }

    @inline(__always)
    private func entryOffset(_ position: UInt64) -> Int {
        // The capacity is a power of two.
        entries + Int(position & UInt64(arena.layout.slotCapacity - 1)) * 8
    }

    @inline(__always)
    var isEmpty: Bool {
        let head = self.head.load()
        return !isInside(tail.load() &- head)
    }

    /// Whether there can be so many entries; more than fit may seem to be there if the head was looked at long before.
    @inline(__always)
    private func isInside(_ count: UInt64) -> Bool { count &- 1 < UInt64(2 * arena.layout.slotCapacity) }

    /// How many entries there are, including those of tasks that were cancelled and not passed over yet.
    var count: Int { count(from: head.load()) }

    /// The position of the first entry, and how many there are.
    var extent: (head: UInt64, count: Int) {
        let head = head.load()
        return (head, count(from: head))
    }

    private func count(from head: UInt64) -> Int {
        let count = tail.load() &- head
        return isInside(count) ? Int(count) : 0
    }

    /// Puts a slot at the end, changing its word from `expected`. Only one process may do this, one thread at a time.
    ///
    /// - Parameter room: how many more slots fit for sure, as the last call left it; 0 at first. The head moves with
    ///   every claim, so looking at it each time would cost a trip to another core.
    /// - Returns: false if the slot's word was not `expected`, or there is no room.
    func push(_ slot: TaskSlot, from expected: SlotWord, room: inout Int) -> Bool {
        guard let (position, queued) = enter(slot, &room),
            slot.word.compareExchange(expected, queued)
        else {
            return false
        }
        moveTail(past: position, slot)
        return true
    }

    /// Puts a slot at the end that nobody else knows yet; false if there is no room. See `push(_:from:room:)`.
    ///
    /// Stores alone: an exchange would wait for the lines of entry and slot to come from other cores, one after the
    /// other.
    func push(fresh slot: TaskSlot, room: inout Int) -> Bool {
        guard let (position, queued) = enter(slot, &room) else { return false }
        slot.word.store(queued)
        moveTail(past: position, slot)
        return true
    }

    /// Writes the slot's number behind the tail; what the slot's word is when it is queued there, nil if there is no
    /// room.
    @inline(__always)
    private func enter(_ slot: TaskSlot, _ room: inout Int) -> (position: UInt64, queued: SlotWord)? {
        let position = tail.loadRelaxed()
        if room <= 0 {
            guard position &- head.load() < UInt64(arena.layout.slotCapacity) || skipStale() else { return nil }
            room = arena.layout.slotCapacity - Int(clamping: position &- head.load())
        }
        room -= 1
        entry(position).storeRelaxed(UInt64(slot.index))
        return (position, SlotWord(.queued, ticket: Ticket(position: position, ring: kind)))
    }

    @inline(__always)
    private func moveTail(past position: UInt64, _ slot: TaskSlot) {
        last.storeRelaxed(UInt64(slot.index))
        tail.store(position &+ 1)
    }

    /// Fetches what a claim will probably need, all at the same time, where the claim itself would wait for one after
    /// the other.
    @inline(__always)
    func prefetch() {
        arena.prefetch(entryOffset(head.loadRelaxed()))
        let last = self.last.loadRelaxed()
        if last < UInt64(arena.layout.slotCapacity) { arena.slot(Int(last)).prefetch() }
    }

    /// Whether a slot that is queued with this ticket will be met by somebody. Only while it stays queued.
    func holds(_ ticket: Ticket) -> Bool {
        let (head, tail) = (self.head.load(), self.tail.load())
        // At the tail itself is one that is just being queued.
        return tail &- head <= UInt64(2 * arena.layout.slotCapacity)
            && (ticket.position &- head) & Ticket.positionMask <= tail &- head
    }

    /// Puts a slot at the end; see `push(_:from:room:)`.
    func push(_ slot: TaskSlot, from expected: SlotWord) -> Bool {
        var room = 0
        return push(slot, from: expected, room: &room)
    }

    /// Takes the first slot that is still queued. `announce` is told its index before each attempt.
    @inline(__always)
    func claim(by member: Int, announce: (Int) -> Void) -> Claim? {
        var backoff = ClaimBackoff(member)
        while true {
            let position = head.load()
            guard isInside(tail.load() &- position) else { return nil }
            let index = Int(truncatingIfNeeded: min(entry(position).loadRelaxed(), UInt64(Int.max)))
            if index < arena.layout.slotCapacity {
                let slot = arena.slot(index)
                let queued = SlotWord(.queued, ticket: Ticket(position: position, ring: kind))
                let claimed = queued.with(.claimed, member: member)
                announce(index)
                if slot.word.compareExchange(queued, claimed) {
                    _ = head.compareExchange(position, position &+ 1)
                    return Claim(slot, claimed)
                }
            }
            // Looked at first: an exchange would take the line from all others.
            if head.load() == position, head.compareExchange(position, position &+ 1) { continue }
            backoff.pause()
        }
    }

    /// Moves the head past entries whose tasks were cancelled; true if there is room now.
    private func skipStale() -> Bool {
        while true {
            let position = head.load()
            let count = tail.load() &- position
            guard isInside(count) else { return count == 0 }
            let index = entry(position).loadRelaxed()
            if index < UInt64(arena.layout.slotCapacity) {
                let slot = arena.slot(Int(index))
                let queued = SlotWord(.queued, ticket: Ticket(position: position, ring: kind))
                guard slot.word.load() != queued else { return count < UInt64(arena.layout.slotCapacity) }
            }
            _ = head.compareExchange(position, position &+ 1)
        }
    }

    // MARK: Memory

    /// How many entries are given back to the system at a time: 16 KiB of them, less in a small ring.
    private var blockSize: UInt64 { UInt64(max(1, min(1 << 11, arena.layout.slotCapacity / 4))) }

    /// Whether the tail has come to a new block, so that it is worth looking for old ones.
    @inline(__always)
    var isAtBlock: Bool { tail.loadRelaxed() & (blockSize &- 1) == 0 }

    /// Gives the memory of blocks back that the head has passed, so that the ring takes up as much as is queued, and
    /// not all that it has room for. Called by the pushing member.
    ///
    /// Nobody needs what was there: a process that has slept in the middle of a claim finds another number, and in the
    /// word of that slot another ticket.
    /// - Parameter first: the first position that was not given back so far.
    /// - Returns: the first one now.
    func giveBackPassed(from first: UInt64) -> UInt64 {
        let (blockSize, capacity) = (blockSize, UInt64(arena.layout.slotCapacity))
        let (tail, end) = (self.tail.loadRelaxed(), head.load() & ~(blockSize &- 1))
        // The head never passes the tail, but what memory says may be anybody's.
        guard end <= tail, tail &- end <= capacity else { return first }
        // What is further behind lies in the places of what is queued now.
        let oldest = tail < capacity ? 0 : (tail &- capacity &+ blockSize &- 1) & ~(blockSize &- 1)
        var position = max(first, oldest)
        while position < end {
            arena.discard(entryOffset(position), count: Int(blockSize) * 8)
            position &+= blockSize
        }
        return max(first, end)
    }

    /// Completes a `push` in whose middle its process died.
    func repairTail() {
        let position = tail.load()
        let slot = arena.slot(Int(entry(position).load() % UInt64(arena.layout.slotCapacity)))
        if slot.word.load() == SlotWord(.queued, ticket: Ticket(position: position, ring: kind)) {
            tail.store(position &+ 1)
        }
    }
}

extension Arena {
    /// The tasks that were submitted.
    @inline(__always) var tasks: TaskRing { TaskRing(arena: self, .normal) }
    /// The tasks to be run again, which come first.
    @inline(__always) var retries: TaskRing { TaskRing(arena: self, .retries) }
}
