import MultitaskingCore

extension PoolCore {
    /// Whether a task that has not ended never will, because its slot says what it can say in no healthy pool.
    func isLost(_ slot: TaskSlot) -> Bool {
        let word = slot.word
        let isPossible: Bool
        switch word.status {
        case .free: isPossible = false
        case .queued: isPossible = JobRing(arena: arena, isRetry: word.ticket.isRetry).holds(word.ticket)
        case .claimed where word.isHeldBySupervisor: isPossible = true
        case .claimed, .condemnedByTimeout, .condemnedByCancel, .condemnedByMemory:
            // Whoever claims a slot has announced it before, and withdraws that when the word is another.
            isPossible = Member(arena: arena, index: word.member).slot.load() == UInt64(slot.index + 1)
        case .done, .cancelled, .expired: isPossible = true
        }
        // It may have gone on meanwhile.
        return !isPossible && slot.word == word
    }
}
