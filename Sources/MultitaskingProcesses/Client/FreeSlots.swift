import Synchronization

/// The client's slots that serve no task: those that have served one, chained through the slots themselves, and those
/// behind.
///
/// Giving back needs no lock. Taking is for one thread at a time: it takes all that was given back at once, so it does
/// not matter that a slot may have left and come back between a look at the head and its change.
final class FreeSlots: Sendable {
    /// The slots that one thread at a time takes from.
    struct Chain {
        /// The first slot, plus 1; 0 if there is none.
        fileprivate var first: UInt64 = 0
    }

    private let arena: Arena
    /// The slot that was given back last, plus 1; 0 if there is none.
    ///
    /// ORDERING: giving back releases and taking acquires, so that a process that takes a slot sees the next one's
    /// number in it.
    private let returned = Atomic<UInt64>(0)

    /// How many slots have ever served a task: the first ones. Not read from the arena, where a task may have written
    /// over it.
    ///
    /// ORDERING: raised (releasing) before a slot's first task is queued.
    private let usedCount = Atomic<Int>(0)

    init(arena: Arena) { self.arena = arena }

    /// Takes a slot that has served a task; nil if there is none.
    func takeReturned(from chain: inout Chain) -> TaskSlot? {
        if chain.first == 0 { chain.first = returned.exchange(0, ordering: .acquiring) }
        guard chain.first > 0 else { return nil }
        let used = UInt64(usedCount.load(ordering: .relaxed))
        let slot = chain.first <= used ? arena.slot(Int(chain.first - 1)) : nil
        guard let slot, slot.word.load().status == .free else {
            // Somebody has written over the chain: what is left of it is not used again.
            chain.first = 0
            return nil
        }
        chain.first = slot.nextFree
        return slot
    }

    /// Takes a slot that has never served a task; nil if there is none.
    ///
    /// Does not look at its ledger entry: memory that is first read takes longer to get than memory that is written.
    func takeUnused() -> TaskSlot? {
        let index = usedCount.load(ordering: .relaxed)
        guard index < arena.layout.slotCapacity else { return nil }
        usedCount.store(index + 1, ordering: .releasing)
        arena.header.slotCount.store(UInt64(index + 1))
        return arena.slot(index)
    }

    /// Calls `body` with each slot that has ever served a task; not with what others begin to use meanwhile.
    func forEachUsed(_ body: (TaskSlot) -> Void) {
        for index in 0..<usedCount.load(ordering: .acquiring) { body(arena.slot(index)) }
    }

    /// Gives a free slot back.
    func giveBack(_ slot: TaskSlot) {
        var head = returned.load(ordering: .relaxed)
        while true {
            slot.nextFree = head
            let (exchanged, original) = returned.weakCompareExchange(
                expected: head, desired: UInt64(slot.index + 1), successOrdering: .releasing,
                failureOrdering: .relaxed)
            if exchanged { return }
            head = original
        }
    }
}
