import MultitaskingCore

extension PoolCore {
    /// Whether a task that has not ended never will, because its slot says what it can say in no healthy pool.
    func isLost(_ slot: TaskSlot) -> Bool {
        let word = slot.word.load()
        let isPossible: Bool
        switch word.status {
        case .free: isPossible = false
        case .queued:
            // One without a ring waits for its worker.
            isPossible = word.member != 0 || TaskRing(arena: arena, word.ticket.ring).holds(word.ticket)
        case .claimed where word.isAwaitingRetry: isPossible = true
        case .claimed, .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory:
            // A process that claims a slot has announced it before, and withdraws that when the word is another. A copy
            // is ended also without its stand-in.
            isPossible =
                arena.member(word.member).slot.load() == slot.number
                || word.isTerminating && slot.kind == .forked
                    && arena.member(slot.forkedMember).slot.load() == slot.number
        case .done, .cancelled, .expired: isPossible = true
        }
        // It may have gone on meanwhile.
        return !isPossible && slot.word.load() == word
    }
}
