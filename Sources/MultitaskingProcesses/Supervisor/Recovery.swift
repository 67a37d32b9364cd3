import MultitaskingCore

/// Makes the arena whole after a member has died, whatever instruction it died at.
///
/// Everything here may be repeated, because the supervisor may die as well and its successor begins again.
struct Recovery {
    private let mapping: ArenaMapping
    private let arena: Arena

    init(_ mapping: ArenaMapping) {
        self.mapping = mapping
        arena = mapping.arena
    }

    /// How a member ended.
    struct End {
        var status: UInt64
        var peakMemory: Int64

        /// The supervisor died and took its workers with it.
        static let withSupervisor = End(status: CrashRecord.supervisorFlag, peakMemory: 0)
        /// The client's own child: only the client can learn how it ended.
        static let clientChild = End(status: CrashRecord.clientChildFlag, peakMemory: 0)
    }

    /// Settles what `member` was doing and gives back what it held.
    ///
    /// - Returns: its task if it is to be run again; the supervisor holds it now.
    @discardableResult
    func recover(_ index: Int, _ end: End) -> TaskSlot? {
        let member = Member(arena: arena, index: index)
        // The inner entries first: recovering the others uses them again.
        for entry in (0..<Member.journalEntries).reversed() { recover(member.journal(entry), of: member) }
        let retry = settleTask(of: member, end)
        arena.releaseRuns(of: index)
        if index <= arena.layout.workers {
            let parked = ParkedWorkers(arena: arena)
            parked.remove(index)
            // The dead may have been woken for a job it never claimed.
            if !JobRing(arena: arena, isRetry: false).isEmpty || !JobRing(arena: arena, isRetry: true).isEmpty {
                parked.wakeOne()
            }
        }
        wakeChannels()
        return retry
    }

    // MARK: The task

    private func settleTask(of member: Member, _ end: End) -> TaskSlot? {
        defer { member.slot.store(0) }
        let index = Int(clamping: member.slot.load()) - 1
        guard index >= 0, index < arena.layout.slotCapacity else { return nil }
        let slot = TaskSlot(arena: arena, index: index)
        let word = slot.word
        let isCopy = member.index > arena.layout.workers
        let isMine =
            isCopy ? slot.kind == .copy && slot.copyMember == member.index : word.member == member.index
        guard isMine else { return nil }
        switch word.status {
        case .claimed:
            let hasBegun = isCopy || WorkerFailure.Phase(rawValue: UInt8(member.phase.load() & 0xff)) != .idle
            guard hasBegun else {
                _ = retries.push(slot, from: word)
                return nil
            }
            if !isCopy, slot.orders.retriesCrash {
                let held = word.with(.claimed, member: ArenaLayout.supervisor)
                return slot.wordCell.compareExchange(word.rawValue, held.rawValue) ? slot : nil
            }
            fail(slot, word, member, end)
        case .condemnedByTimeout where isCopy || slot.kind == .portable,
            .condemnedByMemory where isCopy || slot.kind == .portable:
            var end = end
            end.status |= word.status == .condemnedByMemory ? CrashRecord.memoryFlag : CrashRecord.timeoutFlag
            fail(slot, word, member, end)
        case .condemnedByCancel where isCopy || slot.kind == .portable:
            slot.end(from: word, as: .cancelled)
        case .queued where isCopy:
            fail(slot, word, member, end)
        case .done, .cancelled, .expired:
            // It may have died before it told anybody.
            slot.completion.signal(arena)
        case .free, .queued, .condemnedByTimeout, .condemnedByCancel, .condemnedByMemory:
            break
        }
        return nil
    }

    private var retries: JobRing { JobRing(arena: arena, isRetry: true) }

    private func fail(_ slot: TaskSlot, _ word: SlotWord, _ member: Member, _ end: End) {
        // A result that came too late has been stored, and the journal does not name it any more.
        arena.free(slot.result.block, by: member.index)
        slot.result.clear()
        let journal = member.journal(0)
        defer { journal.clear() }
        keepOutput(of: member, in: slot, journal)
        let record = slot.crashRecord
        record.pid.store(member.pid.load())
        record.member.store(UInt64(member.index))
        record.phase.store(member.phase.load())
        record.status.store(end.status)
        record.peakMemory.store(UInt64(max(0, end.peakMemory)))
        slot.finish(from: word, as: .crashed)
    }

    /// Puts the last that the dead has printed where its result would be; there is none if there is no room.
    private func keepOutput(of member: Member, in slot: TaskSlot, _ journal: JournalEntry) {
        let output = OutputLog(arena: arena, member: member.index).tail
        guard !output.isEmpty else { return }
        // The dead one's own heap, since nobody else has one that is not in use.
        let heap = Heap(arena: arena, member: member.index)
        guard let block = try? heap.allocate(output.count, journal: journal) else { return }
        unsafe arena.withBytes(at: block.offset, count: output.count) { unsafe $0.copyBytes(from: output) }
        slot.result.adopt(block, length: output.count)
    }

    // MARK: What was under way

    private func recover(_ entry: JournalEntry, of member: Member) {
        defer { entry.clear() }
        if entry.cell != 0 { return recoverCell(entry, of: member) }
        if entry.segment != 0 { return recoverSegment(entry, of: member) }
        let block = entry.block
        guard !block.isNone else { return }
        // A result: it stays if the task's end was published with it.
        let index = Int(clamping: member.slot.load()) - 1
        if index >= 0, index < arena.layout.slotCapacity {
            let slot = TaskSlot(arena: arena, index: index)
            if slot.word.status == .done, slot.result.block == block { return }
        }
        arena.free(block, by: member.index)
    }

    private func recoverCell(_ entry: JournalEntry, of member: Member) {
        guard let cell = Cell(arena: arena, untrusted: entry.cell), let header = channel(entry) else { return }
        let (segment, index) = cell.place
        // ORDERING: before the cell's word. If that says the dead was done with the place, the bit is of the same time.
        let isGone = segment.consumed.load() & 1 << UInt64(index) != 0
        let word = cell.word
        let number = entry.channel >> 17
        let queue = queue(header, as: member)
        let isMine = word.owner == member.index && word.tag == queue.tag(number)
        let position = number * UInt64(Segment.cells) + UInt64(index)
        switch word.state {
        case .writing where isMine:
            // The place counts as sent, so that it may count as dropped.
            _ = header.tail.compareExchange(position, position &+ 1)
            DropCount(header: header).add(for: entry)
            arena.free(entry.block, by: member.index)
            // Last: it says that all this is done.
            cell.wordCell.store(CellWord(.void, tag: word.tag).rawValue)
        case .reading where isMine:
            arena.free(cell.payload.block, by: member.index)
            _ = header.head.compareExchange(position, position &+ 1)
            DropCount(header: header).add(for: entry)
            queue.finish(cell, in: segment, index: index, number: number)
        case .consumed where isMine && !isGone:
            _ = header.head.compareExchange(position, position &+ 1)
            queue.finish(cell, in: segment, index: index, number: number)
        case .consumed where isMine && segment.consumed.load() == Segment.allConsumed:
            queue.retireIfLeft(segment, number: number)
        default:
            // Published, or never claimed: then the block is still the dead member's own.
            if cell.payload.block != entry.block { arena.free(entry.block, by: member.index) }
        }
    }

    private func recoverSegment(_ entry: JournalEntry, of member: Member) {
        let block = entry.block
        guard !block.isNone, let header = channel(entry), arena.isLive(block), arena.isSegment(block) else { return }
        let number = (entry.segment & ~JournalEntry.retiring) &- 1
        let queue = queue(header, as: member)
        let segment = Segment(arena: arena, offset: block.offset)
        if entry.segment & JournalEntry.retiring != 0 {
            queue.completeRetiring(segment, number: number, block)
        } else if !queue.isLinked(segment, number: number) {
            arena.free(block, by: member.index)
        }
    }

    private func channel(_ entry: JournalEntry) -> ChannelHeader? {
        let index = Int(entry.channel & ((1 << 17) - 1))
        return ChannelHeader(arena: arena, index: index)
    }

    private func queue(_ header: ChannelHeader, as member: Member) -> ChannelQueue {
        ChannelQueue(
            header: header, serial: header.state.load() >> 8,
            membership: Membership(mapping, member: member.index))
    }

    /// The dead may have been woken for something that another sleeper must do now.
    private func wakeChannels() {
        let count = min(Int(clamping: arena.header(ArenaLayout.Header.channelCount).load()), ArenaLayout.channelLimit)
        for index in 0..<count {
            let header = ChannelHeader(arena: arena, index: index)
            guard header.state.load() & ChannelHeader.liveFlag != 0 else { continue }
            header.wakeAll()
        }
    }
}
