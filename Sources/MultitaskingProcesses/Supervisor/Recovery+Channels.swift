// What a member that has died was in the middle of: channel calls, allocations, and elements that it had not reported.

extension Recovery {
    func recover(_ entry: JournalEntry, of member: MemberRecord) {
        defer { entry.clear() }
        if entry.cell != 0 { return recoverCell(entry, of: member) }
        if entry.segment != 0 { return recoverSegment(entry, of: member) }
        let block = entry.block
        guard !block.isNone else { return }
        // A result: it stays if the task's end was published with it.
        if let slot = arena.slot(member.slot.load()), slot.word.load().status == .done,
            slot.result.block.load() == block
        {
            return
        }
        arena.free(block, by: member.index)
    }

    private func recoverCell(_ entry: JournalEntry, of member: MemberRecord) {
        guard let cell = Cell(arena: arena, untrusted: entry.cell), let header = channel(entry) else { return }
        let (segment, index) = cell.location
        // ORDERING: before the cell's word. If that says the dead was done with the cell, and the segment's tag that it
        // has not served again since, the bit is of the same time.
        let isGone = segment.consumed.load() & 1 << UInt64(index) != 0
        let word = cell.word.load()
        let number = entry.channel >> 17
        let queue = queue(header, as: member)
        // A batch moves the ends once for many.
        defer { queue.catchUp() }
        // ORDERING: the segment's tag last. A cell keeps its word when the segment serves again, until it is claimed.
        let tag = queue.tag(number)
        let isOfThatTime = word.tag == tag && segment.tag.load() == tag.rawValue
        let span = queue.span(of: word, at: index)
        let position = number * UInt64(Segment.cells) + UInt64(index)
        let remains = CellRemains(
            state: word.state, isOwn: word.owner == member.index && isOfThatTime, isOfThatTime: isOfThatTime,
            isGivenBack: isGone, holdsBlock: cell.payload.block.load() == entry.block)
        switch remains.verdict {
        case .void(let isCounted):
            // Somebody else may be about to make it void as well.
            let void = CellWord(.void, owner: word.owner, span: word.span, tag: word.tag)
            _ = cell.word.compareExchange(word, void)
            arena.free(entry.block, by: member.index)
            // Last: it says that all this is done. Once more is once too often, if the segment serves again.
            if isCounted {
                retireIfConsumed(segment, number, queue)
            } else {
                queue.leaveVoid(cell, number: number, count: span)
            }
        case .drop:
            arena.free(cell.payload.block.load(), by: member.index)
            queue.moveHead(past: position, count: span)
            DroppedElementCount(header: header).add(for: entry, span)
            queue.finish(cell, in: segment, index: index, number: number, count: span)
        case .finish:
            queue.moveHead(past: position, count: span)
            queue.finish(cell, in: segment, index: index, number: number, count: span)
        case .retire: retireIfConsumed(segment, number, queue)
        case .leave(let movesTail, let freesBlock):
            if movesTail { _ = header.tail.compareExchange(position, position &+ UInt64(span)) }
            if freesBlock { arena.free(entry.block, by: member.index) }
        }
    }

    /// Gives a segment back if the dead has emptied it and may not have come to this.
    private func retireIfConsumed(_ segment: Segment, _ number: UInt64, _ queue: ChannelQueue) {
        if segment.consumed.load() == Segment.allConsumed { queue.retireIfLeft(segment, number: number) }
    }

    private func recoverSegment(_ entry: JournalEntry, of member: MemberRecord) {
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

    // MARK: Elements of channels that redeliver

    /// Gives back what the dead had received and not reported, if it died in its task.
    func settleHeldElements(of member: MemberRecord) {
        guard member.holds.load() != 0 else { return }
        let isInTask = isInTask(member)
        var held: [(queue: ChannelQueue, claim: ChannelQueue.Claim)] = []
        var queues: [Int: ChannelQueue] = [:]
        arena.forEachSegment { segment in
            let index = Int(clamping: segment.channel.load())
            let tag = SegmentTag(rawValue: segment.tag.load())
            guard index < ArenaLayout.channelLimit else { return }
            for cell in (0..<Segment.cells).map(segment.cell)
            where cell.word.load().owner == member.index && cell.word.load().tag == tag {
                let state = cell.word.load().state
                guard state == .taken || state == .full || state == .void else { continue }
                let queue = queues[index] ?? queue(arena.channel(index), as: member)
                queues[index] = queue
                // What another channel, or nobody, counts as so many would be far beyond the head.
                let number = queue.number(of: tag)
                guard number <= queue.headNumber &+ 1 else { continue }
                let claim = ElementClaim(offset: cell.offset, number: number)
                guard state == .taken else {
                    // In other channels a full cell names no process, and a void one is the business of the journal.
                    if queue.isRendezvous { queue.withdrawForDead(claim) }
                    continue
                }
                held.append((queue, claim))
            }
        }
        let entry = member.journal(0)
        for (queue, claim) in held {
            if isInTask {
                queue.giveBack(claim, journal: entry)
            } else {
                queue.settle(claim, journal: entry, isDone: false)
            }
            entry.clear()
        }
        // Of all channels that redeliver: a supervisor that died in the midst of this may have given back to any of
        // them.
        arena.forEachChannel { if $0.redelivers.load() != 0 { $0.returns.add(1) } }
        member.holds.store(0)
    }

    /// Whether the member had begun a task and not ended it.
    private func isInTask(_ member: MemberRecord) -> Bool {
        guard let slot = arena.slot(member.slot.load()) else { return false }
        let word = slot.word.load()
        guard member.index > arena.layout.workers else { return word.isClaimed && word.member == member.index }
        return slot.kind == .forked && slot.forkedMember == member.index && (word.isClaimed || word.status == .queued)
    }

    private func channel(_ entry: JournalEntry) -> ChannelHeader? {
        let index = Int(entry.channel & ((1 << 17) - 1))
        return arena.channel(index)
    }

    private func queue(_ header: ChannelHeader, as member: MemberRecord) -> ChannelQueue {
        ChannelQueue(
            header: header, serial: header.state.load() >> 8,
            membership: LocalMember(mapping, member: member.index))
    }

    /// The dead may have been woken for something that another sleeper must do now.
    func wakeChannels() {
        arena.forEachChannel { channel in
            // The dead may have been among those that waited.
            if channel.rendezvous.load() != 0 { channel.attendance.reset() }
            channel.wakeAll()
        }
        // The dead may have been about to tell the client's watcher of a channel or signal.
        ChangedObjects(arena: arena).noteAll()
        arena.event.signal()
    }
}
