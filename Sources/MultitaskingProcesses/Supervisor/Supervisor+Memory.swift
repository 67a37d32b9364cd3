import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

// Memory limits: a worker that exceeds its limit during a task is killed; one that still exceeds it afterwards is
// replaced.

extension Supervisor {
    /// How often the memory of workers at work is looked at, in nanoseconds.
    private static let period: Int64 = 10_000_000

    /// Looks at the workers' memory if it is time; when to look again.
    ///
    /// While all are idle nobody looks: a worker that begins a task then rings.
    mutating func watchMemory() -> Int64 {
        let watch = arena.header.memoryWatch
        let now = monotonicNanoseconds()
        guard now >= nextGauging || watch.load() == 0 else { return nextGauging }
        watch.store(1)
        // Before they are gauged, so that each is gauged once more after its last task.
        let isBusy = hasBusyWorker
        for index in 1..<workers.count where workers[index] != nil { sampleMemory(index) }
        if !isBusy {
            watch.store(0)
            // ORDERING: a worker announces its task, then looks at the word. One of the two sees the other.
            fence()
            guard hasBusyWorker else { return .max }
            watch.store(1)
        }
        nextGauging = now + Self.period
        return nextGauging
    }

    private var hasBusyWorker: Bool {
        (1..<workers.count).contains { workers[$0] != nil && isBusy(arena.member($0)) }
    }

    private func isBusy(_ member: MemberRecord) -> Bool { !member.slot.load().isNone || isInitializing(member) }

    private func isInitializing(_ member: MemberRecord) -> Bool {
        member.phase == .initializing
    }

    private mutating func sampleMemory(_ index: Int) {
        let member = arena.member(index)
        let task = task(of: member)
        let holder = task.map { $0.slot.kind == .forked ? $0.slot.forkedMember : index } ?? index
        guard let held = heldMemory(holder) else { return }
        let isTooMuch = held > limits.memory ?? .max
        if isTooMuch, let (slot, word) = task {
            // From here on the task cannot finish anymore: either this or its own end comes first.
            let terminating = word.with(.terminatingForMemory, member: word.member)
            guard slot.word.compareExchange(word, terminating),
                let process = process(of: holder)
            else { return }
            process.send(SIGKILL)
        } else if isTooMuch, isInitializing(member), let process = workers[index]?.process {
            workers[index]?.isOverLimit = true
            process.send(SIGKILL)
        } else if holder == index, isTooMuch || held > limits.idleMemory ?? .max, hasRunTask(member) {
            // It may give the memory back, so it looks for itself when its task is over.
            member.attention.formUnion(MemberRecord.Attention.memory)
            if task == nil { member.wake() }
        }
    }

    /// Otherwise it would be replaced for what its initializer has loaded, again and again.
    private func hasRunTask(_ member: MemberRecord) -> Bool {
        !member.slot.load().isNone || member.finishedTasks.load() != workers[member.index]?.finishedBefore
    }

    /// The task that a worker runs, if the supervisor is not ending it yet.
    private func task(of member: MemberRecord) -> (slot: TaskSlot, word: SlotWord)? {
        guard let slot = arena.slot(member.slot.load()) else { return nil }
        let word = slot.word.load()
        guard word.status == .claimed, word.member == member.index else { return nil }
        return (slot, word)
    }

    /// How many bytes a member holds besides what it started with; nil if nobody knows.
    private mutating func heldMemory(_ index: Int) -> Int? {
        guard let held = gauge(of: index)?.privateMemory else { return nil }
        return held - Int(clamping: arena.member(index).baseMemory.load())
    }

    private mutating func gauge(of index: Int) -> MemoryGauge? {
        if index < workers.count {
            if let child = workers[index], child.gauge == nil { workers[index]?.gauge = MemoryGauge(of: child.pid) }
            return workers[index]?.gauge
        }
        if let copy = forkedTasks[index], copy.gauge == nil { forkedTasks[index]?.gauge = MemoryGauge(of: copy.pid) }
        return forkedTasks[index]?.gauge
    }
}
