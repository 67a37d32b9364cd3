import Synchronization

// Spans: neighbouring cells of a segment that one word speaks for, the first one's. Elements of a batch that are plain
// bytes are claimed, published and taken so, with one exchange each instead of one for each element: between two
// processes, an exchange takes longer than the bytes.
//
// Numbers and vectors of numbers are all described by the first cell: their type and size, and what comes before each
// value. Writing that into each cell takes a second cache line of it, and a third of the time. A cell that is taken
// alone is told then what the first one knows, whose memory stays as it is until all elements of the segment are gone.
// Until then, the cell names the block of an earlier element, if any, which was freed; freeing that again is nothing.
// So a sender whose cell was made void, and who puts its block elsewhere, takes the block's name from that cell.
// Elements that may go back describe themselves, as they are found by their cells.
//
// Until a cell's own word is needed, it stays free, or has that of an earlier segment, whose tag says the same: who
// sends such values doesn't write the words of a new segment either. Whoever wants to take fewer than all elements of a
// span has the rest speak for itself first, by one exchange of the first of the rest, and then claims the front. Others
// may split at the same time, at other places. Then the first of a rest may be marked that is taken with the cells
// before it; nobody looks at a cell in the middle of what was taken. A cell is never free again under the same tag, so
// a member that splits too late changes nothing, or a word of an earlier segment, which says nothing more.

extension ChannelQueue {
    /// For how many cells a word speaks that is the one of a cell with this index.
    @inline(__always)
    func span(of word: CellWord, at index: Int) -> Int { min(word.span, Segment.cells &- index) }

    /// The bits of some cells of a segment.
    @inline(__always)
    func mask(_ index: Int, _ count: Int) -> UInt64 { (1 << UInt64(count) &- 1) << UInt64(index) }

    /// Makes the cells of a span speak for themselves from a place on, before those in front of it are taken.
    ///
    /// - Parameter count: how many are in front of it; fewer than all.
    @inline(never)
    func split(_ word: CellWord, of cell: Cell, after count: Int) {
        let (segment, index) = cell.location
        guard index &+ count < Segment.cells else { return }
        let next = cell.next(count).word
        let owner = word.describedBefore == nil ? word.owner : word.owner &+ count
        let rest = CellWord(word.state, owner: owner, span: word.span &- count, tag: word.tag)
        while true {
            let free = next.load()
            guard state(of: free, in: segment, word.tag) == .free else { return }
            // ORDERING: before the exchange that takes the front. If it fails, others have split here, or one that has
            // slept has changed the word of an earlier segment, and this cell would stay free.
            if next.compareExchange(free, rest) { return }
        }
    }

    /// The cell that describes the element in a full one.
    @inline(__always)
    func description(of cell: Cell, _ word: CellWord) -> Cell {
        // An element that is held out names its sender there.
        guard let distance = word.describedBefore, !isRendezvous else { return cell }
        return cell.previous(distance)
    }

    /// Claims cells at the tail, up to the end of their segment, has `fill` write elements into them, and publishes
    /// them as one. What follows is ordered after that.
    ///
    /// - Parameters:
    ///   - areDescribedByFirst: whether `fill` describes only the first element, for all.
    ///   - fill: gets the first cell and how many there are; must be short and must not fail.
    /// - Returns: how many were sent, and the position of the first. If it is none, `send` knows what is in the way.
    /// - Throws: `arenaLimitReached`.
    func sendSpan(
        upTo count: Int, journal: JournalEntry, areDescribedByFirst: Bool = false, fill: (Cell, Int) -> Void
    ) throws -> (count: Int, position: UInt64) {
        let position = header.tail.load()
        // Byte counts go from cell to cell.
        guard byteCapacity == 0, !isRendezvous, !isClosed else { return (0, position) }
        let (number, index) = Self.location(position)
        let span = min(count, Segment.cells - index, room(at: position, for: count))
        guard span > 0, let segment = try segmentForSending(number, cellsAreWritten: !areDescribedByFirst) else {
            return (0, position)
        }
        let cell = segment.cell(index)
        let tag = tag(number)
        let writing = CellWord(.writing, owner: membership.member, span: span, tag: tag)
        announce(cell, of: number, in: journal)
        // The others are free as well: nobody claims a cell while the one before it is free.
        guard claim(cell, in: segment, writing) else { return (0, position) }
        // ORDERING: as in `send`.
        if isClosedOrdered {
            abandon(cell, writing)
            return (0, position)
        }
        fill(cell, span)
        // ORDERING: as in `send`.
        let full =
            areDescribedByFirst
            ? CellWord(describedBefore: 0, span: span, tag: tag) : CellWord(.full, span: span, tag: tag)
        guard cell.word.compareExchangeOrdered(writing, full) else {
            leaveVoid(cell, number: number, count: span)
            return (0, position)
        }
        moveTail(to: position &+ UInt64(span))
        return (span, position)
    }

    /// How many elements fit behind the tail, up to `count`.
    private func room(at tail: UInt64, for count: Int) -> Int {
        guard capacity != 0 else { return count }
        // As in `isFull(tail:)`: what was seen of the head before may be enough.
        let (count, seen) = (UInt64(count), hints.head.load(ordering: .relaxed))
        if tail &- min(tail, seen) &+ count <= capacity { return Int(count) }
        let head = header.head.load().position
        hints.head.store(head, ordering: .relaxed)
        let used = tail &- min(tail, head)
        return Int(min(count, capacity &- min(capacity, used)))
    }

    /// Takes elements at the head that were sent as one, at most `count`, if those are there.
    ///
    /// - Parameters:
    ///   - word: that of the first cell, which is full.
    ///   - take: gets the first cell, how many there are, and what describes them if they don't themselves.
    /// - Returns: how many were received.
    func receiveSpan(
        _ word: CellWord, of cell: Cell, at head: HeadWord, upTo count: Int, journal: JournalEntry,
        take: (_ first: Cell, _ count: Int, _ description: Cell?) -> Void
    ) -> Int {
        let (number, index) = Self.location(head.position)
        let span = min(count, span(of: word, at: index))
        announce(cell, of: number, in: journal)
        if span < word.span { split(word, of: cell, after: span) }
        let reading = CellWord(.reading, owner: membership.member, span: span, tag: word.tag)
        guard cell.word.compareExchange(word, reading) else { return 0 }
        // First, so that others can go on.
        moveHead(from: head, by: UInt64(span))
        take(cell, span, word.describedBefore.map(cell.previous))
        finish(cell, in: cell.location.segment, index: index, number: number, count: span)
        return span
    }
}
