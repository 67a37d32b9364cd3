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
        for task in delayed where task.slot.word.load().isAwaitingRetry { end(task.slot, task.slot.word.load()) }
        for kind in TaskRing.Kind.allCases {
            while let claim = TaskRing(arena: arena, kind).claim(by: 0, announce: { _ in }) {
                end(claim.slot, claim.word)
            }
        }
        CallTable(arena).forEachOwed(by: 1...arena.layout.workers, end)
    }

    // MARK: Retries

    /// A task between two attempts.
    struct DelayedTask {
        var slot: TaskSlot
        /// When it is to be queued again, in nanoseconds of CLOCK_MONOTONIC.
        var due: Int64
    }

    /// Keeps a task, which the supervisor holds, until its next attempt is due.
    ///
    /// It may be told twice: by what a worker has handed back just before it died, and by that death.
    mutating func delay(_ slot: TaskSlot) {
        guard !delayed.contains(where: { $0.slot.index == slot.index }) else { return }
        delayed.append(DelayedTask(slot: slot, due: monotonicNanoseconds().addingSaturated(slot.control.pause)))
    }

    /// Takes the tasks that workers have handed back.
    mutating func takeHandedBack() {
        for index in 1...peak {
            let returnedSlot = arena.member(index).returnedSlot
            guard let slot = arena.slot(returnedSlot.load()), slot.word.load().isAwaitingRetry else { continue }
            delay(slot)
            returnedSlot.store(.none)
        }
    }

    /// Queues the tasks whose time has come; when the next one's comes.
    mutating func queueDueTasks() -> Int64 {
        guard !delayed.isEmpty else { return .max }
        let now = monotonicNanoseconds()
        var next = Int64.max
        let (retries, idle) = (arena.retries, arena.idleWorkers)
        delayed.removeAll { task in
            let word = task.slot.word.load()
            guard word.isAwaitingRetry else { return true }
            if task.slot.requests.snapshot.isEndAskedFor { return task.slot.end(from: word, as: .cancelled) }
            guard task.due <= now else {
                next = min(next, task.due)
                return false
            }
            guard retries.push(task.slot, from: word) else { return false }
            idle.wakeOne()
            return true
        }
        return next
    }

    /// Finds the tasks that a supervisor which died had kept.
    mutating func takeOverDelayedTasks() {
        let count = min(Int(clamping: arena.header.slotCount.load()), arena.layout.slotCapacity)
        for index in 0..<count {
            let slot = arena.slot(index)
            if slot.word.load().isAwaitingRetry { delay(slot) }
        }
    }
}
