/// Which tasks have ended that somebody watches: so the watcher asks for those alone, however many it watches.
///
/// A bit for each slot, and one for each 64 of these. A bit that is set once too often, as the supervisor does on
/// behalf of the dead, costs a look at a slot. The client alone takes them: other processes look at all that they
/// watch.
struct EndedTasks {
    let arena: Arena

    private func bits(_ index: Int) -> SharedWord { arena.word(arena.layout.endedTasks + index * 8) }
    private func groups(_ index: Int) -> SharedWord { arena.word(arena.layout.endedTaskGroups + index * 8) }

    /// Notes that the task of a slot has ended; the event must be raised afterwards.
    ///
    /// ORDERING: the slot's bit, then the group's. Taking clears them in the other order, so a bit that is set behind
    /// its back is found by the next look.
    func note(_ slot: Int) {
        bits(slot / 64).formUnion(1 << UInt64(slot % 64))
        groups(slot / 4096).formUnion(1 << UInt64(slot / 64 % 64))
    }

    /// Takes what was noted.
    ///
    /// - Parameter slotCount: how many slots have ever served a task.
    func take(slotCount: Int, _ body: (Int) -> Void) {
        let count = ArenaLayout.wordsOfBits(ArenaLayout.wordsOfBits(min(slotCount, arena.layout.slotCapacity)))
        for group in 0..<count {
            Self.take(groups(group)) { bit in
                let word = group * 64 + bit
                // A broken task may have written there.
                guard word * 64 < arena.layout.slotCapacity else { return }
                Self.take(bits(word)) { body(word * 64 + $0) }
            }
        }
    }

    /// Clears a word's bits, and calls `body` with the place of each.
    private static func take(_ word: SharedWord, _ body: (Int) -> Void) {
        guard word.loadRelaxed() != 0 else { return }
        var set = word.formClear(.max)
        while set != 0 {
            body(set.trailingZeroBitCount)
            set &= set - 1
        }
    }
}
