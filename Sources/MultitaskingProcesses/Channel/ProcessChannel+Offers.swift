public import MultitaskingCore
import MultitaskingSerialization

// Channels of capacity 0. An element that is held out is in a cell like others, which is full and names its sender.
// A process that receives it changes the cell as ever; its sender makes the cell void to take it back; and the
// supervisor does so for a sender that has died, which it finds by looking for cells that name it.

extension ProcessChannel {
    /// Whether the capacity is 0, so that each element passes directly from a sender to a receiver.
    public var isRendezvous: Bool { queue.isRendezvous }

    /// Offers an element, if the capacity is 0.
    public func offer<Element: Codable & Sendable>(_ element: Element) throws -> any ChannelOffer {
        try membership.withWriter { writer in
            try writer.encode(element)
            return try offer(writer, TypeFingerprint.of(Element.self))
        }
    }

    func handOver(_ writer: PayloadWriter, _ fingerprint: UInt64, _ wait: WaitLimit) throws -> Bool {
        try membership.checkProcess()
        let isPatient = Deadline(wait).left > 0
        if !isPatient, queue.header.attendance.isEmpty {
            if queue.isClosed { throw MultitaskingError.channelIsClosed }
            membership.lookAfterSupervisor()
            return false
        }
        let offer = try offer(writer, fingerprint)
        _ = membership.wait(
            isPatient ? wait : .upTo(.rendezvousPatience), for: .room, on: header.senders, isReady: { offer.isSettled }
        ) { offer.isSettled ? true : nil }
        guard offer.withdraw() else { return true }
        if queue.isClosed { throw MultitaskingError.channelIsClosed }
        return false
    }

    private func offer(_ writer: PayloadWriter, _ fingerprint: UInt64) throws -> ProcessOffer {
        if queue.isClosed { throw MultitaskingError.channelIsClosed }
        try membership.checkProcess()
        if !membership.isClient { membership.noteHolding() }
        let journal = membership.journal.begin()
        defer { end(journal) }
        let count = writer.byteCount
        let payload: PayloadBlock? =
            count <= Cell.inlineCapacity && !writer.hasExports
            ? nil
            : try PayloadBlock(
                writer, arena: membership.arena, heap: membership.heap, journal: journal,
                compression: membership.compression)
        let start = membership.messageStart
        var sent: (cell: Cell, tag: SegmentTag)?
        let result: ChannelQueue.SendResult
        do {
            result = try queue.send(journal: journal, byteCount: count) { cell in
                // Inline bytes cannot fail to be stored.
                if let payload { cell.payload.adopt(payload) } else { try? cell.payload.store(writer, count) }
                cell.fingerprint.storeRelaxed(fingerprint)
                sent = (cell, cell.word.load().tag)
            }
        } catch {
            if let payload { membership.heap.free(payload.block) }
            throw error
        }
        guard case .sent(let position) = result, let sent else {
            if let payload { membership.heap.free(payload.block) }
            throw MultitaskingError.channelIsClosed
        }
        header.receivers.wakeOne()
        header.notifyWatcher()
        if start != 0 { membership.record(.sent, queue.reference, position, count: 1, since: start) }
        return ProcessOffer(queue: queue, offset: sent.cell.offset, tag: sent.tag, block: payload?.block ?? .none)
    }
}

/// An element that this process holds out.
struct ProcessOffer: ChannelOffer {
    let queue: ChannelQueue
    let offset: Int
    let tag: SegmentTag
    /// Where its bytes are, if not in the cell itself.
    let block: BlockReference

    private var cell: Cell { Cell(arena: queue.arena, offset: offset) }
    private var full: CellWord { CellWord(.full, owner: queue.offerer, tag: tag) }

    /// Whether it was taken, or the channel is closed.
    var isSettled: Bool { cell.word.load() != full || queue.isClosed }

    func whenSettled(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        let header = queue.header
        return try queue.membership.watch(
            object: header.changeNumber,
            until: {
                header.watched.store(1)
                fence()
                return isSettled
            }, body)
    }

    func withdraw() -> Bool {
        let isWithdrawn = queue.membership.journal.withEntry { journal in
            defer { journal.clear() }
            return queue.withdraw(cell, full, block: block, journal: journal)
        }
        guard isWithdrawn else { return false }
        // Nobody may ever come to receive, and what is not passed keeps its memory.
        queue.passVoids()
        fence()
        queue.header.joiners.wakeAll()
        queue.header.notifyWatcher()
        return true
    }
}

extension ChannelQueue {
    /// Makes a cell void whose element its sender holds out no more; false if it was taken.
    ///
    /// - Parameters:
    ///   - full: the cell's word as long as it was not taken.
    ///   - block: the sender's own note of where the bytes are: the cell may serve for another element by now.
    fileprivate func withdraw(
        _ cell: Cell, _ full: CellWord, block: BlockReference, journal: JournalEntry
    ) -> Bool {
        let number = number(of: full.tag)
        announce(cell, of: number, in: journal)
        journal.block = block
        let void = CellWord(.void, owner: full.owner, tag: full.tag)
        guard cell.word.compareExchange(full, void) else {
            // It is somebody else's to free.
            journal.block = .none
            return false
        }
        // It may lead to shared values.
        membership.release(block, isSharing: !block.isNone)
        leaveVoid(cell, number: number)
        return true
    }

    /// Takes back what a dead member held out; may be repeated.
    func withdrawForDead(_ claim: ElementClaim) {
        let cell = cell(claim)
        let full = CellWord(.full, owner: membership.member, tag: tag(claim.number))
        let void = CellWord(.void, owner: membership.member, tag: tag(claim.number))
        _ = cell.word.compareExchange(full, void)
        let (segment, index) = cell.location
        guard cell.word.load() == void, segment.consumed.load() & 1 << UInt64(index) == 0 else { return }
        membership.release(cell.payload)
        // Last: it says that all this is done.
        leaveVoid(cell, number: claim.number)
    }
}
