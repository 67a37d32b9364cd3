import CMultitaskingLinux
import Glibc
import MultitaskingSystem

// Ending a task that runs for too long, or was cancelled by force: ask it, then SIGTERM, then SIGKILL.

extension Supervisor {
    /// How far the ending of one task has come.
    struct Teardown {
        enum Step {
            case asked
            case terminated
            case killed
        }

        /// The slot's word while the task ran untroubled; another word means that the task is over.
        var word: SlotWord
        var slot: TaskSlot
        var reason: SlotWord.Status
        var step: Step
        /// When the next step is due, in nanoseconds of CLOCK_MONOTONIC.
        var due: Int64
    }

    /// Begins and goes on with the ending of tasks; when to look again.
    mutating func advanceTeardowns() -> Int64 {
        var next = Int64.max
        for index in 1..<workers.count where workers[index] != nil {
            let now = monotonicNanoseconds()
            if teardowns[index] == nil { next = min(next, beginTeardown(index, now: now)) }
            if let teardown = teardowns[index] { next = min(next, advance(teardown, of: index, now: now)) }
        }
        for (index, copy) in forkedTasks {
            let now = monotonicNanoseconds()
            if teardowns[index] == nil { takeOverTeardown(of: index, copy.process, now: now) }
            if let teardown = teardowns[index] { next = min(next, advance(teardown, of: index, now: now)) }
        }
        return next
    }

    /// Goes on with the ending of a copy whose stand-in has died since, or the supervisor that began it.
    ///
    /// How much of its time has passed is not known anymore, so it begins with SIGTERM again. From then on its stand-in
    /// has no part in it.
    private mutating func takeOverTeardown(of index: Int, _ process: ProcessHandle, now: Int64) {
        guard let slot = arena.slot(arena.member(index).slot.load()), slot.kind == .forked,
            slot.forkedMember == index
        else { return }
        let word = slot.word.load()
        guard word.isTerminating, teardowns[word.member]?.slot.index != slot.index else { return }
        // Of one that holds too much memory nothing is asked.
        let isAsked = word.status != .terminatingForMemory
        process.send(isAsked ? SIGTERM : SIGKILL)
        teardowns[index] = Teardown(
            word: word.with(.claimed, member: word.member), slot: slot, reason: word.status,
            step: isAsked ? .terminated : .killed, due: now.addingSaturated(slot.control.gracePeriod))
    }

    /// Begins to end the task of a worker if it is time; when it will be.
    private mutating func beginTeardown(_ index: Int, now: Int64) -> Int64 {
        let member = arena.member(index)
        let number = member.slot.load()
        guard let slot = arena.slot(number) else { return .max }
        let word = slot.word.load()
        guard word.status == .claimed, word.member == index, !isDying(slot, index) else { return .max }
        let deadline = Int64(clamping: member.deadline.load())
        let asked = slot.requests.snapshot
        let isForced = asked.isEndAskedFor
        // Both were the same before and after, so what was read in between is this task's.
        guard slot.word.load() == word, member.slot.load() == number else { return now }
        guard isForced || deadline != 0 else { return .max }
        guard isForced || now >= deadline else { return deadline }
        guard slot.requests.requestEnd(after: asked) else { return now }
        teardowns[index] = Teardown(
            word: word, slot: slot, reason: isForced ? .terminatingForCancel : .terminatingForTimeout, step: .asked,
            due: now.addingSaturated(slot.control.gracePeriod))
        return .max
    }

    private mutating func advance(_ teardown: Teardown, of index: Int, now: Int64) -> Int64 {
        var teardown = teardown
        let terminating = teardown.word.with(teardown.reason, member: teardown.word.member)
        guard teardown.slot.word.load() == (teardown.step == .asked ? teardown.word : terminating) else {
            teardowns[index] = nil
            return now
        }
        // What it is dying of is what ends the task.
        if teardown.step == .asked, isDying(teardown.slot, index) { return .max }
        guard now >= teardown.due else { return teardown.due }
        switch teardown.step {
        case .asked:
            // From here on the task cannot finish anymore: either this or its own end comes first.
            guard teardown.slot.word.compareExchange(teardown.word, terminating) else { return now }
            _ = send(SIGTERM, to: teardown, of: index)
            teardown.step = .terminated
        case .terminated:
            // A copy that was forked just now is not watched yet.
            guard send(SIGKILL, to: teardown, of: index) else { return now + 1_000_000 }
            teardown.step = .killed
        case .killed:
            return .max
        }
        teardown.due = now.addingSaturated(teardown.slot.control.gracePeriod)
        // From here on a copy ends by itself, and its stand-in may have the next task, which may be to end as well.
        teardowns[index] = nil
        teardowns[copy(of: teardown.slot) ?? index] = teardown
        return teardown.step == .killed ? .max : teardown.due
    }

    /// The copy that runs a task, if it is watched by now.
    private func copy(of slot: TaskSlot) -> Int? {
        guard slot.kind == .forked, forkedTasks[slot.forkedMember] != nil else { return nil }
        return slot.forkedMember
    }

    /// Whether the process that runs a task is dying of a signal, so that the task's time has stopped.
    private func isDying(_ slot: TaskSlot, _ index: Int) -> Bool {
        dying[slot.kind == .forked ? slot.forkedMember : index] != nil
    }

    /// False if the task's process is not known.
    private func send(_ signal: Int32, to teardown: Teardown, of index: Int) -> Bool {
        guard let process = process(of: teardown.slot.kind == .forked ? teardown.slot.forkedMember : index) else {
            return false
        }
        process.send(signal)
        return true
    }
}
