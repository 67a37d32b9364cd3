import MultitaskingCore

extension ChannelQueue {
    /// Claims the next cell, has `fill` write the element, and publishes it. What follows is ordered after that.
    ///
    /// - Parameters:
    ///   - byteCount: how many bytes the element counts as.
    ///   - fill: must be short and must not fail.
    @inline(__always)
    func send(journal: JournalEntry, byteCount: Int, fill: (Cell) -> Void) throws -> SendResult {
        if let position = sendAtOnce(journal: journal, fill: fill) { return .sent(position) }
        return try sendAnyhow(journal: journal, byteCount: byteCount, fill: fill)
    }

    /// Sends an element if the cell at the tail is free and there is room, as nearly always; at which position.
    ///
    /// - Returns: nil if it is not so simple; then ``sendAnyhow(journal:byteCount:fill:)`` finds out what is.
    @inline(__always)
    private func sendAtOnce(journal: JournalEntry, fill: (Cell) -> Void) -> UInt64? {
        let position = header.tail.load()
        guard byteCapacity == 0, !isFull(tail: position), !isClosed else { return nil }
        let (number, index) = Self.location(position)
        let link = header.tailSegment.load(near: number)
        guard link.number == number, let segment = Segment(arena: arena, link: link) else { return nil }
        let cell = segment.cell(index)
        // Nobody else looks at a cell behind the tail.
        if index + Self.sendLookahead < Segment.cells { cell.prefetchBack(ahead: Self.sendLookahead) }
        guard case .sent = put(in: cell, of: segment, at: position, number, journal, fill) else { return nil }
        return position
    }

    /// How many cells before it is their turn a sender fetches the lines that most of an element goes to.
    private static let sendLookahead = 2

    /// What has become of the attempt to put an element into a cell.
    private enum Putting {
        case sent
        /// Somebody else has claimed the cell, or it is gone.
        case taken
        /// It took too long, and somebody has made the cell void.
        case void
        case closed
    }

    /// Claims a cell if it is free, has `fill` write the element, publishes it, and moves the tail. What follows is
    /// ordered after that.
    @inline(__always)
    private func put(
        in cell: Cell, of segment: Segment, at position: UInt64, _ number: UInt64, _ journal: JournalEntry,
        _ fill: (Cell) -> Void
    ) -> Putting {
        announce(cell, of: number, in: journal)
        let tag = tag(number)
        let writing = CellWord(.writing, owner: membership.member, tag: tag)
        guard claim(cell, in: segment, writing) else { return .taken }
        // ORDERING: both in the one order of ordered accesses: a process that closes the channel sets the flag
        // and then, after a fence, looks at cells. It sees this cell claimed, or this sees the flag.
        if isClosedOrdered {
            abandon(cell, writing)
            return .closed
        }
        fill(cell)
        // ORDERING: ordered, as receivers that go to sleep look at this word; see `WaitQueue`.
        let full = CellWord(.full, owner: offerer, tag: tag)
        guard cell.word.compareExchangeOrdered(writing, full) else {
            leaveVoid(cell, number: number)
            return .void
        }
        // ORDERING: before the caller looks for sleepers. If another sender has moved the tail, a fence must do.
        if !header.tail.compareExchangeOrdered(position, position &+ 1) { fence() }
        return .sent
    }

    /// Sends an element whatever there is in between: other senders, the end of a segment, a count of bytes.
    @inline(never)
    private func sendAnyhow(journal: JournalEntry, byteCount: Int, fill: (Cell) -> Void) throws -> SendResult {
        var patience = LoopBudget()
        while true {
            if isClosed { return .closed }
            if patience.isSpent() { try mendTail(&patience) }
            let position = header.tail.load()
            if isFull(tail: position), !makeRoom(before: position) { return .full }
            let (number, index) = Self.location(position)
            guard let segment = try segmentForSending(number) else { continue }
            let cell = segment.cell(index)
            let tag = tag(number)
            var startBytes: UInt64 = 0
            if byteCapacity != 0 {
                guard let bytes = bytes(before: index, in: segment, number: number) else { continue }
                if isFull(bytes: bytes) { return .full }
                startBytes = bytes
            }
            let putting = put(in: cell, of: segment, at: position, number, journal) { cell in
                fill(cell)
                if byteCapacity != 0 { cell.endBytes.store(startBytes &+ UInt64(byteCount)) }
            }
            switch putting {
            case .sent: return .sent(position)
            case .closed: return .closed
            case .void: continue
            case .taken: break
            }
            let word = cell.word.load()
            // One that is free after all is tried again.
            guard word.tag == tag else { continue }
            if byteCapacity != 0, word.state == .writing {
                // Whether there is room behind it is not known before its size is.
                makeVoid(cell, word)
            } else {
                _ = header.tail.compareExchange(position, position &+ UInt64(span(of: word, at: index)))
            }
        }
    }

    /// The process that holds an element out that is in its cell, in a channel of capacity 0; nobody in others.
    @inline(__always)
    var offerer: Int { isRendezvous ? membership.member : 0 }

    /// Leaves a claimed cell empty, because the channel was closed meanwhile: a receiver that has found a closed
    /// channel empty may be gone.
    @inline(never)
    func abandon(_ cell: Cell, _ writing: CellWord) {
        let void = CellWord(.void, owner: writing.owner, span: writing.span, tag: writing.tag)
        // Unless somebody else has done so.
        _ = cell.word.compareExchange(writing, void)
        leaveVoid(cell, number: number(of: writing.tag), count: writing.span)
    }

    /// The segment with this number, linked now if it is the next one; nil if it is gone already.
    ///
    /// - Parameter cellsAreWritten: as in `Segment.initialize`.
    @inline(__always)
    func segmentForSending(_ number: UInt64, cellsAreWritten: Bool = true) throws -> Segment? {
        let link = header.tailSegment.load(near: number)
        if link.number == number, let segment = Segment(arena: arena, link: link) { return segment }
        return try nextSegmentForSending(number, cellsAreWritten)
    }

    @inline(never)
    private func nextSegmentForSending(_ number: UInt64, _ cellsAreWritten: Bool) throws -> Segment? {
        var patience = LoopBudget()
        while true {
            try patience.spend()
            let link = header.tailSegment.load(near: number)
            guard link.number <= number, let segment = Segment(arena: arena, link: link) else { return nil }
            if link.number == number { return segment }
            let next = segment.next.load(near: number)
            if next.isNone {
                guard next == SegmentLink(noneAfter: tag(link.number)) else { return nil }
                try append(after: segment, link: link, cellsAreWritten)
            } else if next.number == link.number &+ 1 {
                _ = header.tailSegment.compareExchange(link, next)
            } else {
                return nil
            }
        }
    }

    private func append(after segment: Segment, link: SegmentLink, _ cellsAreWritten: Bool) throws {
        // The outer entry may already name the element's own block; a segment needs an entry of its own.
        try membership.journal.withInnerEntry { journal in
            journal.channel = UInt64(header.index)
            journal.segment = link.number &+ 2
            let block = try membership.heap.allocate(sizeClass: SizeClass.segment, journal: journal)
            let fresh = Segment(arena: arena, offset: block.offset)
            // If this segment is not the last one anymore, the linking below fails.
            let bytes = byteCapacity == 0 ? 0 : bytes(before: Segment.cells, in: segment, number: link.number) ?? 0
            fresh.initialize(
                tag(link.number &+ 1), block: block, channel: header.index, startBytes: bytes,
                cellsAreWritten: cellsAreWritten)
            let linked = segment.next.compareExchange(
                SegmentLink(noneAfter: tag(link.number)), SegmentLink(number: link.number &+ 1, unit: fresh.unit))
            if !linked { membership.heap.free(block) }
            journal.clear()
        }
    }

    /// Links the first segment of a channel that nobody else knows yet.
    ///
    /// - Parameter number: of that segment; 0 but in tests.
    func begin(at number: UInt64 = 0) throws {
        let block = try membership.heap.allocate(
            sizeClass: SizeClass.segment, journal: JournalEntry(arena: arena, offset: nil))
        let segment = Segment(arena: arena, offset: block.offset)
        segment.initialize(tag(number), block: block, channel: header.index)
        let link = SegmentLink(number: number, unit: segment.unit)
        header.tailSegment.store(link)
        header.headSegment.store(link)
    }
}
