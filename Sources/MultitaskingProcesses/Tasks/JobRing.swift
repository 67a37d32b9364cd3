/// A queue of slots with one writing process and any number of claiming ones, none of which can block it by dying.
///
/// The ring itself is only an index. What decides is the slot's word: a claim is one compare-and-exchange of it from
/// "queued at this position" to "claimed by this member". Positions only grow, and anybody may move the head past an
/// entry that is not queued there (any more).
struct JobRing {
    let arena: Arena
    let isRetry: Bool

    private var tailCell: SharedWord {
        arena.header(isRetry ? ArenaLayout.Header.retryTail : ArenaLayout.Header.jobTail)
    }
    private var headCell: SharedWord {
        arena.header(isRetry ? ArenaLayout.Header.retryHead : ArenaLayout.Header.jobHead)
    }

    @inline(__always)
    private func entry(_ position: UInt64) -> SharedWord {
        let ring = isRetry ? arena.layout.retryRing : arena.layout.jobRing
        // The capacity is a power of two.
        return arena.word(ring + Int(position & UInt64(arena.layout.slotCapacity - 1)) * 8)
    }

    @inline(__always)
    var isEmpty: Bool {
        let head = headCell.load()
        return !isInside(tailCell.load() &- head)
    }

    /// Whether there can be so many entries; more than fit may seem to be there if the head was looked at long before.
    @inline(__always)
    private func isInside(_ count: UInt64) -> Bool { count &- 1 < UInt64(2 * arena.layout.slotCapacity) }

    /// How many entries there are, also of tasks that were cancelled and not passed over yet.
    var count: Int {
        let head = headCell.load()
        let count = tailCell.load() &- head
        return isInside(count) ? Int(count) : 0
    }

    /// Puts a slot at the end, changing its word from `expected`. Only one process may do this, one thread at a time.
    ///
    /// - Parameter room: how many more slots fit for sure, as the last call left it; 0 at first. The head moves with every
    ///   claim, so looking at it each time would cost a trip to another core.
    /// - Returns: false if the slot's word was not `expected`, or there is no room.
    func push(_ slot: TaskSlot, from expected: SlotWord, room: inout Int) -> Bool {
        let position = tailCell.loadRelaxed()
        if room <= 0 {
            guard position &- headCell.load() < UInt64(arena.layout.slotCapacity) || skipStale() else { return false }
            room = arena.layout.slotCapacity - Int(clamping: position &- headCell.load())
        }
        room -= 1
        entry(position).storeRelaxed(UInt64(slot.index))
        let queued = SlotWord(.queued, ticket: Ticket(position: position, isRetry: isRetry))
        guard slot.wordCell.compareExchange(expected.rawValue, queued.rawValue) else { return false }
        tailCell.store(position &+ 1)
        return true
    }

    /// Whether a slot that is queued with this ticket will be met by somebody. Only while it stays queued.
    func holds(_ ticket: Ticket) -> Bool {
        let (head, tail) = (headCell.load(), tailCell.load())
        // At the tail itself is one that is just being queued.
        return tail &- head <= UInt64(2 * arena.layout.slotCapacity) && ticket.position &- head <= tail &- head
    }

    /// Puts a slot at the end; see `push(_:from:room:)`.
    func push(_ slot: TaskSlot, from expected: SlotWord) -> Bool {
        var room = 0
        return push(slot, from: expected, room: &room)
    }

    /// Takes the first slot that is still queued. `announce` is told its index before each attempt.
    @inline(__always)
    func claim(by member: Int, announce: (Int) -> Void) -> (slot: TaskSlot, word: SlotWord)? {
        while true {
            let position = headCell.load()
            guard isInside(tailCell.load() &- position) else { return nil }
            let index = Int(truncatingIfNeeded: min(entry(position).loadRelaxed(), UInt64(Int.max)))
            if index < arena.layout.slotCapacity {
                let slot = TaskSlot(arena: arena, index: index)
                let queued = SlotWord(.queued, ticket: Ticket(position: position, isRetry: isRetry))
                let claimed = queued.with(.claimed, member: member)
                announce(index)
                if slot.wordCell.compareExchange(queued.rawValue, claimed.rawValue) {
                    _ = headCell.compareExchange(position, position &+ 1)
                    return (slot, claimed)
                }
            }
            _ = headCell.compareExchange(position, position &+ 1)
        }
    }

    /// Moves the head past entries whose tasks were cancelled; true if there is room now.
    private func skipStale() -> Bool {
        while true {
            let position = headCell.load()
            let count = tailCell.load() &- position
            guard isInside(count) else { return count == 0 }
            let index = entry(position).loadRelaxed()
            if index < UInt64(arena.layout.slotCapacity) {
                let slot = TaskSlot(arena: arena, index: Int(index))
                let queued = SlotWord(.queued, ticket: Ticket(position: position, isRetry: isRetry))
                guard slot.word != queued else { return count < UInt64(arena.layout.slotCapacity) }
            }
            _ = headCell.compareExchange(position, position &+ 1)
        }
    }

    /// Completes a `push` in whose middle its process died.
    func repairTail() {
        let position = tailCell.load()
        let slot = TaskSlot(arena: arena, index: Int(entry(position).load() % UInt64(arena.layout.slotCapacity)))
        if slot.word == SlotWord(.queued, ticket: Ticket(position: position, isRetry: isRetry)) {
            tailCell.store(position &+ 1)
        }
    }
}
