import MultitaskingCore
import MultitaskingSystem

/// What has become of tasks, as far as their slots do not say it any more because they serve others.
///
/// The slots are the ledger: each task is in one of them and in one state, whatever dies. A slot that is free keeps how
/// its last task ended until it is taken again, by the client alone and under its lock; then that is counted here. So
/// the counts always balance, and no task has to be counted when it ends.
struct SettledTasks {
    /// How many tasks were queued.
    var submitted = 0
    var succeeded = 0
    var failed = 0
    var cancelled = 0
    /// The slots whose tasks were lost in damaged memory: these have failed, whatever the slots say.
    var lost: Set<Int> = []

    /// Counts how the last task of a slot ended that is about to serve another one.
    @inline(__always)
    mutating func count(_ slot: TaskSlot) {
        guard Counting.isOn else { return }
        let kind = slot.resultKind.loadRelaxed()
        if kind == .value { succeeded &+= 1 } else { count(kind) }
        // A process that looks at the slot before it is queued must not count it once more.
        slot.resultKind.storeRelaxed(.none)
    }

    private mutating func count(_ kind: TaskSlot.ResultKind) {
        switch kind {
        case .value: succeeded += 1
        case .none: break
        case .cancelled: cancelled += 1
        case .thrown, .failure, .outOfMemory, .crashed: failed += 1
        }
    }

    /// Adds what the slots say; the counts of the pool.
    func tasks(with slots: FreeSlots) -> PoolStatistics.Tasks {
        var all = self
        var (queued, running) = (0, 0)
        all.failed += lost.count
        slots.forEachUsed { slot in
            guard !lost.contains(slot.index) else { return }
            let word = slot.word.load()
            switch word.status {
            case .queued: queued += 1
            case .claimed where word.isAwaitingRetry: queued += 1
            case .claimed, .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory: running += 1
            case .done, .expired, .cancelled: all.count(slot.outcome(word))
            case .free: all.count(slot.resultKind.loadRelaxed())
            }
        }
        return PoolStatistics.Tasks(
            submitted: submitted, queued: queued, running: running, succeeded: all.succeeded, failed: all.failed,
            cancelled: all.cancelled)
    }
}

extension TaskSlot {
    /// How the task ended whose word says that it has.
    fileprivate func outcome(_ word: SlotWord) -> ResultKind {
        guard word.status == .done else { return word.status == .cancelled ? .cancelled : .failure }
        let kind = resultKind.loadRelaxed()
        // Ended with the pool, without a result.
        return kind == .none ? .failure : kind
    }

    /// Keeps how the task ended while the slot is free.
    ///
    /// - Parameter word: the slot's word before it becomes free; of a task that was never queued, it says free.
    @inline(__always)
    func keepOutcome(_ word: SlotWord) {
        guard Counting.isOn else { return }
        guard word.status != .done || resultKind.loadRelaxed() == .none else { return }
        resultKind.storeRelaxed(word.hasEnded ? outcome(word) : .none)
    }
}

/// Decides which tasks it is noted of when they were submitted: all, or one of several where they come fast.
struct SubmitStamps {
    /// How many tasks are passed over before the next one.
    private var skipped = 0
    /// How many tasks were passed over since one was noted.
    private var passed = 0
    private var last: Int64 = 0
    private var rate = SamplingRate.submissions

    /// Of how many tasks it is noted in any case, because they are recorded.
    var recorded = 0

    /// When the next task was submitted; nil if nobody looked.
    @inline(__always)
    mutating func next() -> TaskSlot.Stamp? {
        guard Counting.isOn else { return nil }
        guard skipped == 0 || recorded > 0 else {
            skipped &-= 1
            passed &+= 1
            return nil
        }
        return look()
    }

    @inline(never)
    private mutating func look() -> TaskSlot.Stamp {
        let now = eventNanoseconds()
        let count = passed + 1
        if recorded > 0 { recorded -= 1 }
        let passedOver = rate.passOver(afterTasksComingIn: (now - last) / Int64(count))
        skipped = min(passedOver, TaskSlot.Stamp.mostTasks - 1)
        passed = 0
        last = now
        return TaskSlot.Stamp(now, count: count)
    }
}
