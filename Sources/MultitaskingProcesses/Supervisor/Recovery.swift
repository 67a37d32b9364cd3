import Glibc
import MultitaskingCore
import MultitaskingSystem

/// Makes the arena whole after a member has died, whatever instruction it died at.
///
/// Everything here may be repeated, because the supervisor may die as well and its successor begins again.
struct Recovery {
    let mapping: ArenaMapping
    let arena: Arena

    init(_ mapping: ArenaMapping) {
        self.mapping = mapping
        arena = mapping.arena
    }

    /// How a member ended.
    struct End {
        var status: EndStatus
        var peakMemory: Int64

        /// The supervisor died and took its workers with it.
        static let withSupervisor = End(status: .supervisor, peakMemory: 0)
        /// The client's own child: only the client can learn how it ended.
        static let clientChild = End(status: .clientChild, peakMemory: 0)

        /// The status of a worker that said which signal it was dying of, and was killed because that took too long.
        fileprivate func status(dyingOf member: MemberRecord) -> EndStatus {
            let signal = member.crashSignal.load()
            let wasKilled = status.subtracting([.timeout, .poolEnd]) == EndStatus(number: SIGKILL, isSignal: true)
            guard wasKilled, signal < 65 else { return status }
            // It may have begun to die after the task's time was up.
            return EndStatus(number: Int32(signal), isSignal: true).union(status.intersection(.timeout))
        }
    }

    /// Settles what `member` was doing and gives back what it held.
    ///
    /// - Returns: its task if it is to be run again; the supervisor holds it now.
    @discardableResult
    func recover(_ index: Int, _ end: End) -> TaskSlot? {
        let member = arena.member(index)
        // The inner entries first: recovering the others uses them again.
        for entry in (0..<MemberRecord.journalEntries).reversed() { recover(member.journal(entry), of: member) }
        // Before its task is settled: what goes back depends on whether the task has ended.
        settleHeldElements(of: member)
        let retry = settleTask(of: member, end)
        // Before the number serves for a successor, and after what the dead had in hand was freed.
        SharedTable(mapping: mapping, member: index, heap: nil).recover()
        arena.releaseRuns(of: index)
        if index <= arena.layout.workers {
            let idle = arena.idleWorkers
            idle.remove(index)
            // The dead may have been woken for a task it never claimed.
            if !TaskRings(arena).isEmpty {
                idle.wakeOne()
            }
        }
        wakeChannels()
        return retry
    }

    // MARK: The task

    private func settleTask(of member: MemberRecord, _ end: End) -> TaskSlot? {
        defer { member.slot.store(.none) }
        // Before anybody sees that it has ended.
        OutputLog(arena: arena, member: member.index).endLines()
        let slotOrNil = arena.slot(member.slot.load())
        let verdict = slotOrNil.map { remains(of: $0, $0.word.load(), member).verdict } ?? .leave
        if member.index <= arena.layout.workers { complete(arena.tally(member.index), of: member, verdict) }
        guard let slot = slotOrNil else { return nil }
        let word = slot.word.load()
        switch verdict {
        case .leave: break
        case .queueAgain: queueAgain(slot, word, member)
        case .retry:
            noteFailure(ofCall: slot)
            arena.crashes.add(end.status)
            arena.crashes.retried.increase()
            let held = word.with(.claimed, member: ArenaLayout.supervisor)
            return slot.word.compareExchange(word, held) ? slot : nil
        case .crash(let status):
            noteFailure(ofCall: slot)
            arena.crashes.add(end.status.union(status))
            fail(slot, word, member, End(status: end.status.union(status), peakMemory: end.peakMemory))
        case .cancel:
            noteFailure(ofCall: slot)
            slot.end(from: word, as: .cancelled)
        case .crashQueued:
            arena.crashes.add(end.status)
            failQueued(slot, word, member, end)
        case .announceEnd:
            fence()
            slot.completion.signal(arena, slot: slot.index)
        }
        return nil
    }

    /// Completes what a worker has counted and timed, at its end.
    private func complete(_ tally: WorkerTally, of member: MemberRecord, _ verdict: TaskVerdict) {
        let now = monotonicNanoseconds()
        // It had begun a task, and not counted it.
        let hasBegun = member.phase != .idle && member.phase != .initializing
        var task: SlowTaskRecord.Task?
        switch verdict {
        // The task has ended, or even serves another client's turn: it only had to be counted.
        case .leave, .announceEnd: if hasBegun { member.finishedTasks.store(tally.begun.load()) }
        case .crash, .retry, .cancel:
            tally.crashed.increase()
            guard tally.taskStart.load() != 0, let slot = arena.slot(member.slot.load()) else { break }
            let lost = SlowTaskRecord.Task(of: slot, isTimed: true)
            task = lost
            if arena.header.recording.load() != 0 {
                tally.record(
                    tally.span(of: lost, pid: member.process ?? 0, end: now, hasCrashed: true))
            }
        case .queueAgain, .crashQueued: break
        }
        tally.end(at: now, task)
    }

    private func remains(of slot: TaskSlot, _ word: SlotWord, _ member: MemberRecord) -> TaskRemains {
        let isForked = member.index > arena.layout.workers
        let isOwn = isForked ? slot.kind == .forked && slot.forkedMember == member.index : word.member == member.index
        return TaskRemains(
            role: isForked ? .forked : slot.kind == .forked ? .standIn : .worker, status: word.status, isOwn: isOwn,
            hasBegun: isForked || member.phase != .idle, retriesCrash: slot.control.retriesCrash,
            crashedInTime: member.crashedInTime)
    }

    /// Ends a copy's task as crashed that no worker has claimed.
    private func failQueued(_ slot: TaskSlot, _ word: SlotWord, _ member: MemberRecord, _ end: End) {
        // Claimed for the dead first: as long as it is queued, the client may cancel it and use the slot for another
        // task.
        let held = word.with(.claimed, member: member.index)
        if slot.word.compareExchange(word, held) { return fail(slot, held, member, end) }
        // A worker may have claimed it to stand in for the copy, and waits for the task's end.
        let now = slot.word.load()
        if now.status == .claimed, now.ticket == word.ticket { fail(slot, now, member, end) }
    }

    /// Makes another worker take a task that had not begun; one of a call is its successor's.
    private func queueAgain(_ slot: TaskSlot, _ word: SlotWord, _ member: MemberRecord) {
        guard let call = CallTable(arena).call(of: slot) else {
            _ = retries.push(slot, from: word)
            return
        }
        // First: a process that finds the slot there looks whether it waits.
        call.slot(of: member.index).store(slot.number)
        _ = slot.word.compareExchange(word, call.queuedWord(for: member.index))
    }

    /// Prevents later workers from making a call that has ended one.
    private func noteFailure(ofCall slot: TaskSlot) {
        CallTable(arena).call(of: slot)?.fail()
    }

    private var retries: TaskRing { arena.retries }

    /// Marks as crashed a task claimed by the dead member or by its stand-in.
    ///
    /// `word` proves the claim, so nobody else can settle it.
    private func fail(_ slot: TaskSlot, _ word: SlotWord, _ member: MemberRecord, _ end: End) {
        // A result that came too late has been stored, and the journal does not name it anymore.
        arena.free(slot.result.block.load(), by: member.index)
        slot.result.clear()
        let journal = member.journal(0)
        defer { journal.clear() }
        keepRemains(of: member, in: slot, journal)
        let record = slot.crashRecord
        record.pid.store(member.pid.load())
        record.member.store(UInt64(member.index))
        record.phase = member.phase ?? .running
        record.status.store(member.crashTime.load() == 0 ? end.status : end.status(dyingOf: member))
        record.peakMemory.store(UInt64(max(0, end.peakMemory)))
        slot.finish(from: word, as: .crashed)
    }

    /// Stores the member's last output and its stack in place of the result, if there is room.
    private func keepRemains(of member: MemberRecord, in slot: TaskSlot, _ journal: JournalEntry) {
        let remains = CrashRemains(
            output: OutputLog(arena: arena, member: member.index).tail, stack: CrashArea(member).stack)
        guard !remains.isEmpty, let sizeClass = SizeClass.holding(CrashRemains.byteLimit) else { return }
        let bytes = remains.bytes
        // The dead one's own heap, since nobody else has one that is not in use. If the supervisor asked others, it
        // would wait for itself.
        let heap = Heap(arena: arena, member: member.index, ringSupervisor: nil)
        guard let block = try? heap.allocate(sizeClass: sizeClass, journal: journal) else { return }
        unsafe arena.withBytes(at: block.offset, count: bytes.count) { unsafe $0.copyBytes(from: bytes) }
        slot.result.adopt(block, length: bytes.count)
    }
}

extension MemberRecord {
    /// Whether it began to die before its task's time was up.
    fileprivate var crashedInTime: Bool {
        let time = crashTime.load()
        return time != 0 && time < deadline.load()
    }
}
