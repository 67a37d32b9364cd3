// Batches. A run of neighbouring cells is filled or emptied with one journal entry and one move of the tail or head.
//
// Each cell is claimed, filled and published for itself, as a single element's is, and the entry always names the one
// that is in hand. So a death leaves one cell in the middle, as ever. What it leaves besides is an end that lags by up
// to a segment; a process that sees that moves it on, and the supervisor does so for the dead.
//
// Elements that are plain bytes go faster: see `ChannelQueue+Spans.swift`.
//
// An end never lags behind the segment that its link leads to: a run ends with its segment at the latest.

extension ChannelQueue {
    /// How many cells ahead to fetch from the core that had them last.
    static let lookahead = 4

    /// Sends elements into the cells at the tail, as many as are free, at most `count`. What follows is ordered after
    /// that.
    ///
    /// - Parameters:
    ///   - prepare: makes the next element ready to be written; false ends the run.
    ///   - fill: must be short and must not fail.
    ///   - sent: the element is in the channel.
    /// If none is sent, `send` knows what is in the way.
    /// - Returns: the position of the first one.
    func sendRun(
        upTo count: Int, journal: JournalEntry, prepare: () -> Bool, fill: (Cell) -> Void, sent: () -> Void
    ) -> UInt64 {
        let position = header.tail.load()
        let (number, index) = Self.location(position)
        let link = header.tailSegment.load(near: number)
        // Byte counts go from cell to cell.
        guard byteCapacity == 0, !isRendezvous, link.number == number, let segment = Segment(arena: arena, link: link)
        else { return position }
        let tag = tag(number)
        let writing = CellWord(.writing, owner: membership.member, tag: tag)
        let full = CellWord(.full, tag: tag)
        var done = 0
        defer { if done > 0 { moveTail(to: position &+ UInt64(done)) } }
        while done < min(count, Segment.cells - index), !isFull(tail: position &+ UInt64(done)), prepare() {
            let cell = segment.cell(index + done)
            if index + done + Self.lookahead < Segment.cells { cell.prefetch(ahead: Self.lookahead) }
            announce(cell, of: number, in: journal)
            guard claim(cell, in: segment, writing) else { break }
            // ORDERING: as in `send`.
            if isClosedOrdered {
                abandon(cell, writing)
                break
            }
            fill(cell)
            // ORDERING: as in `send`.
            guard cell.word.compareExchangeOrdered(writing, full) else {
                leaveVoid(cell, number: number)
                break
            }
            done += 1
            sent()
        }
        return position
    }

    /// Receives the elements at the head, of one type and at most `count`. What follows is ordered after that.
    ///
    /// - Parameters:
    ///   - take: reads an element; it is gone whatever comes of that. False ends the run.
    ///   - takeAll: reads so many elements that were sent as one, from a cell on, and what describes them if they don't
    ///     themselves.
    /// - Returns: how many were received, and the position of the first. If it is none, `receive` knows what is in the
    ///   way.
    func receiveRun(
        upTo count: Int, journal: JournalEntry, fingerprint: UInt64, take: (PayloadField) -> Bool,
        takeAll: (_ first: Cell, _ count: Int, _ description: Cell?) -> Void
    ) -> (count: Int, position: UInt64) {
        let head = header.head.load()
        let (number, index) = Self.location(head.position)
        guard !redelivers, !isRendezvous, isLive, let segment = segmentForReceiving(number) else {
            return (0, head.position)
        }
        let tag = tag(number)
        let full = CellWord(.full, tag: tag)
        let first = segment.cell(index)
        let word = first.word.load()
        if word.span > 1 || word.describedBefore != nil {
            guard word.state == .full, word.tag == tag,
                description(of: first, word).fingerprint.loadRelaxed() == fingerprint
            else { return (0, head.position) }
            let count = receiveSpan(word, of: first, at: head, upTo: count, journal: journal, take: takeAll)
            return (count, head.position)
        }
        let reading = CellWord(.reading, owner: membership.member, tag: tag)
        // Cells behind the tail may be about to be written to: fetching those would take them from their sender.
        let tail = header.tail.load()
        let sent = Int(clamping: tail &- min(tail, head.position))
        // The client, which keeps no journal, says once for all that their cells are done with.
        let isClient = membership.isClient
        var consumed: UInt64 = 0
        var done = 0
        var goesOn = true
        while goesOn, done < min(count, Segment.cells - index) {
            let cell = segment.cell(index + done)
            if done + Self.lookahead < sent, index + done + Self.lookahead < Segment.cells {
                cell.prefetch(ahead: Self.lookahead)
            }
            guard cell.word.load() == full, cell.fingerprint.loadRelaxed() == fingerprint else { break }
            announce(cell, of: number, in: journal)
            guard cell.word.compareExchange(full, reading) else { break }
            goesOn = take(cell.payload)
            membership.release(cell.payload)
            if isClient {
                cell.word.store(CellWord(.consumed, owner: membership.member, tag: tag))
                consumed |= 1 << UInt64(index + done)
            } else {
                finish(cell, in: segment, index: index + done, number: number)
            }
            done += 1
        }
        if consumed != 0 { setConsumed(mask: consumed, in: segment, number: number) }
        if done > 0 { moveHead(from: head, by: UInt64(done)) }
        return (done, head.position)
    }

    /// Moves the tail to a cell before which all have been sent.
    func moveTail(to target: UInt64) {
        while true {
            let tail = header.tail.load()
            // ORDERING: as in `send`, before the caller looks for sleepers.
            guard tail < target else { return fence() }
            if header.tail.compareExchangeOrdered(tail, target) { return }
        }
    }

    /// Moves the head past cells that this process has received from, and the tail before it.
    func moveHead(from head: HeadWord, by count: UInt64) {
        let target = head.position &+ count
        if mayBeBehind(target &- 1) {
            moveTail(to: target)
            noteTail()
        }
        var now = head
        // ORDERING: as in `moveHead(past:)`, before the caller looks for senders that sleep.
        while now.position < target {
            let next = now.advanced(by: target &- now.position)
            if header.head.compareExchangeOrdered(now, next) { return }
            now = header.head.load()
        }
        fence()
    }

    // MARK: After a death

    /// Moves the ends on that a dead member has left behind, each within its segment.
    func catchUp() {
        for _ in 0..<Segment.cells where isLive {
            let tail = header.tail.load()
            let (number, index) = Self.location(tail)
            let link = header.tailSegment.load(near: number)
            guard link.number == number, let segment = Segment(arena: arena, link: link) else { break }
            let word = segment.cell(index).word.load()
            guard word.tag == tag(number), word.state != .free else { break }
            _ = header.tail.compareExchange(tail, tail &+ UInt64(span(of: word, at: index)))
        }
        for _ in 0..<Segment.cells where isLive {
            let head = header.head.load()
            let (number, index) = Self.location(head.position)
            let link = header.headSegment.load(near: number)
            guard link.number == number, let segment = Segment(arena: arena, link: link) else { break }
            let word = segment.cell(index).word.load()
            guard word.tag == tag(number), word.state == .consumed || word.state == .reading else { break }
            moveHead(past: head, count: span(of: word, at: index))
        }
    }
}
