import MultitaskingCore
import MultitaskingSystem

// What the supervisor does with tasks that no worker holds.

extension Supervisor {
    func failQueuedTasks() {
        endQueuedTasks { slot, word in slot.end(from: word, as: .done) }
    }

    func settleQueuedTasks() {
        endQueuedTasks { slot, word in slot.end(from: word, as: .cancelled) }
    }

    private func endQueuedTasks(_ end: (TaskSlot, SlotWord) -> Void) {
        delayed.forEach { end($0.slot, $0.word) }
        for kind in TaskRing.Kind.allCases {
            // As between two attempts: a successor finds what was claimed and not ended when this process died.
            while let claim = TaskRing(arena: arena, kind).claim(by: ArenaLayout.supervisor, announce: { _ in }) {
                end(claim.slot, claim.word)
            }
        }
        CallTable(arena).forEachOwed(by: 1...arena.layout.workers, end)
    }

    // MARK: Retries

    /// Takes a task that a worker has handed back; false if it has not yet.
    private mutating func take(_ slot: TaskSlot) -> Bool {
        let word = slot.word.load()
        guard word.isHandedBack else { return false }
        guard slot.word.compareExchange(word, word.with(.claimed, member: ArenaLayout.supervisor)) else { return false }
        delayed.add(slot)
        return true
    }

    /// Takes the tasks that workers have handed back.
    mutating func takeHandedBack() {
        for index in 1...peak {
            let returnedSlot = arena.member(index).returnedSlot
            guard let slot = arena.slot(returnedSlot.load()), slot.word.load().isHandedBack else { continue }
            // First: once the task is taken, the worker writes the next one there. A successor finds it by the slot.
            returnedSlot.store(.none)
            _ = take(slot)
        }
    }

    /// Queues the tasks whose time has come; when the next one's comes.
    mutating func queueDueTasks() -> Int64 {
        let (retries, idle) = (arena.retries, arena.idleWorkers)
        let areCancelled = arena.header.cancelsRetries.load() != 0
        return delayed.look { task, isDue in
            // The client has ended it.
            guard task.slot.word.load() == task.word else { return true }
            if areCancelled || task.slot.requests.snapshot.isEndAskedFor {
                task.slot.end(from: task.word, as: .cancelled)
                return true
            }
            guard isDue, retries.push(task.slot, from: task.word) else { return false }
            idle.wakeOne()
            return true
        }
    }

    /// Finds the tasks that a supervisor which died had kept, and announces the ends of which it may not have told.
    mutating func takeOverDelayedTasks() {
        let count = min(Int(clamping: arena.header.slotCount.load()), arena.layout.slotCapacity)
        for index in 0..<count {
            let slot = arena.slot(index)
            if !take(slot) { delayed.add(slot) }
            guard slot.hasEnded else { continue }
            fence()
            slot.completion.signal(arena, slot: index)
        }
    }
}
