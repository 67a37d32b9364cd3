import MultitaskingCore
import MultitaskingSystem

/// Tasks between two attempts, which the supervisor holds.
struct DelayedTasks {
    struct Entry {
        let slot: TaskSlot
        /// What the slot says as long as the task is this process's: it never says that of a later wait, or task.
        let word: SlotWord
        /// When it is to be queued again, in nanoseconds of CLOCK_MONOTONIC.
        let due: Int64
    }

    private var entries: [Int: Entry] = [:]
    /// When those that are due are looked for at the earliest.
    private var nextLook: Int64 = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Keeps a task until its next attempt is due.
    ///
    /// The client may have ended it already. It may be told twice, by a supervisor's death.
    mutating func add(_ slot: TaskSlot) {
        let word = slot.word.load()
        guard word.isDelayed, entries[slot.index]?.word != word else { return }
        let due = monotonicNanoseconds().addingSaturated(slot.control.pause)
        entries[slot.index] = Entry(slot: slot, word: word, due: due)
    }

    func forEach(_ body: (Entry) -> Void) { entries.values.forEach(body) }

    /// Hands out each task, unless it was just done for so many that it would take more than a tenth of the time.
    ///
    /// - Parameter isOver: whether a task is to be forgotten.
    /// - Returns: when to look again.
    mutating func look(_ isOver: (Entry, _ isDue: Bool) -> Bool) -> Int64 {
        guard !entries.isEmpty else { return .max }
        let now = monotonicNanoseconds()
        guard now >= nextLook else { return nextLook }
        entries = entries.filter { !isOver($0.value, $0.value.due <= now) }
        let end = monotonicNanoseconds()
        let pause = Duration.pause(afterLookOf: .nanoseconds(end - now), every: .zero)
        nextLook = end.addingSaturated(pause.nanoseconds)
        return max(nextLook, entries.values.reduce(.max) { min($0, $1.due) })
    }
}
