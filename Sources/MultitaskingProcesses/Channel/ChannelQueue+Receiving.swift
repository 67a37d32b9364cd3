import Synchronization

extension ChannelQueue {
    typealias Claim = ElementClaim

    /// The cell that was claimed.
    @inline(__always)
    func cell(_ claim: Claim) -> Cell { Cell(arena: arena, offset: claim.offset) }

    enum Receipt {
        case element(Claim)
        /// The first element is of a type with this fingerprint, and stays.
        case otherType(UInt64)
        case empty
    }

    /// Claims the element at the head if it is there and alone in its span, as nearly always. What follows is ordered
    /// after the move of the head.
    ///
    /// - Returns: nil if it is not so simple; then ``receive(journal:fingerprint:as:)`` finds out what is.
    @inline(__always)
    func receiveAtOnce(journal: JournalEntry, fingerprint: UInt64) -> Claim? {
        let head = header.head.load()
        let (number, index) = Self.location(head.position)
        let link = header.headSegment.load(near: number)
        guard link.number == number, let segment = Segment(arena: arena, link: link) else { return nil }
        let cell = segment.cell(index)
        let full = CellWord(.full, tag: tag(number))
        // The word names the channel and the segment: there is nothing else to ask.
        guard cell.word.load() == full, cell.fingerprint.loadRelaxed() == fingerprint else { return nil }
        announce(cell, of: number, in: journal)
        if mayBeBehind(head.position) { header.prefetchTail() } else { prefetch(after: cell, at: head.position, index) }
        let reading = CellWord(.reading, owner: membership.member, tag: full.tag)
        guard cell.word.compareExchange(full, reading) else { return nil }
        moveHead(past: head)
        return Claim(offset: cell.offset, number: number)
    }

    /// Fetches a cell some way behind the head, if its sender has left it: the one that is being filled would be taken
    /// from its sender's core in the middle.
    @inline(__always)
    private func prefetch(after cell: Cell, at position: UInt64, _ index: Int) {
        let isThere = index + Self.lookahead < Segment.cells && !mayBeBehind(position &+ UInt64(Self.lookahead))
        if isThere { cell.prefetch(ahead: Self.lookahead) }
    }

    /// Claims the first element that was never received. What follows is ordered after the move of the head.
    ///
    /// - Parameters:
    ///   - fingerprint: of the type that is asked for; nil for any.
    ///   - newState: `reading`, which ``finish(_:)`` must end, or `taken`, which ``settle(_:journal:isDone:)`` must
    ///     end.
    /// - Throws: `memoryDamaged`.
    @inline(__always)
    func receive(journal: JournalEntry, fingerprint: UInt64?, as newState: CellWord.State) throws -> Receipt {
        let member = membership.member
        var patience = LoopBudget()
        while isLive {
            if patience.isSpent() { try mendHead(&patience) }
            let head = header.head.load()
            let position = head.position
            let (number, index) = Self.location(position)
            guard let segment = segmentForReceiving(number) else {
                if position >= header.tail.load() { return .empty }
                continue
            }
            let cell = segment.cell(index)
            let word = cell.word.load()
            let tag = tag(number)
            guard let state = self.state(of: word, in: segment, tag) else { continue }
            let claim = Claim(offset: cell.offset, number: number)
            switch state {
            case .full:
                let description = description(of: cell, word)
                let found = description.fingerprint.loadRelaxed()
                if let fingerprint, found != fingerprint {
                    // Unless it was taken meanwhile, and this was another one's.
                    if cell.word.load() == word { return .otherType(found) }
                    continue
                }
                announce(cell, of: number, in: journal)
                if mayBeBehind(position) { header.prefetchTail() }
                if word.span > 1 { split(word, of: cell, after: 1) }
                let mine = CellWord(newState, owner: member, tag: tag)
                guard cell.word.compareExchange(word, mine) else { continue }
                if word.describedBefore != nil { cell.describe(as: description) }
                moveHead(past: head)
                return .element(claim)
            case .void:
                passVoid(head, cell, word)
            case .reading, .settling, .consumed:
                moveHead(past: head, count: span(of: word, at: index))
            case .taken:
                moveHead(past: head)
                // It may have gone back just before, and others may have looked for it while it was not behind the
                // head.
                if cell.word.load() == CellWord(.full, tag: tag) { announceReturned() }
            case .writing:
                // What is behind it was sent before this call, perhaps; what is in it was not.
                guard mayHideElements(position, span(of: word, at: index)) else { return .empty }
                makeVoid(cell, word)
            case .free:
                return .empty
            }
        }
        return .empty
    }

    /// Whether the tail may not have moved past this cell yet, as far as this process knows.
    @inline(__always)
    func mayBeBehind(_ position: UInt64) -> Bool { hints.tail.load(ordering: .relaxed) <= position }

    /// Remembers where the tail is.
    @inline(__always)
    func noteTail() { hints.tail.store(header.tail.load(), ordering: .relaxed) }

    /// Moves the head past a cell that has been sent, or as many as its word speaks for, and the tail before it.
    @inline(__always)
    func moveHead(past head: HeadWord, count: Int = 1) {
        moveTail(past: head.position, count: count)
        // ORDERING: before the caller looks for senders that sleep. If another receiver was faster, a fence must do.
        if !header.head.compareExchangeOrdered(head, head.advanced(by: UInt64(count))) { fence() }
    }

    /// Moves the tail past a cell that has been sent, if it may be there.
    @inline(__always)
    func moveTail(past position: UInt64, count: Int) {
        guard mayBeBehind(position) else { return }
        // Its sender may not have moved the tail yet.
        _ = header.tail.compareExchange(position, position &+ UInt64(count))
        noteTail()
    }

    /// Moves the head past a cell that has been sent, or as many as its word speaks for, if it is there.
    func moveHead(past position: UInt64, count: Int) {
        let head = header.head.load()
        if head.position == position { moveHead(past: head, count: count) }
    }

    @inline(__always)
    func segmentForReceiving(_ number: UInt64) -> Segment? {
        let link = header.headSegment.load(near: number)
        if link.number == number, let segment = Segment(arena: arena, link: link) { return segment }
        return nextSegmentForReceiving(number)
    }

    @inline(never)
    private func nextSegmentForReceiving(_ number: UInt64) -> Segment? {
        while true {
            let link = header.headSegment.load(near: number)
            guard link.number <= number, let segment = Segment(arena: arena, link: link) else { return nil }
            if link.number == number { return segment }
            let next = segment.next.load(near: number)
            guard !next.isNone, next.number == link.number &+ 1 else { return nil }
            // The tail must never point behind the head, to a segment that may be given back.
            _ = header.tailSegment.compareExchange(link, next)
            withRetiring(segment, number: link.number) { block in
                guard header.headSegment.compareExchange(link, next) else { return }
                fence()
                if segment.consumed.load() == Segment.allConsumed { retire(segment, number: link.number, block) }
            }
        }
    }

    /// Marks a cell as done with, and gives its segment back if it was the last.
    @inline(__always)
    func finish(_ claim: Claim) {
        let cell = cell(claim)
        let (segment, index) = cell.location
        finish(cell, in: segment, index: index, number: claim.number)
    }

    /// Marks a cell as done with, and gives its segment back if it was the last.
    ///
    /// Once the cell's bit is set, the segment may serve for something else: nothing is written to it afterwards.
    /// - Parameter count: for how many cells its word speaks.
    @inline(__always)
    func finish(_ cell: Cell, in segment: Segment, index: Int, number: UInt64, count: Int = 1) {
        cell.word.store(CellWord(.consumed, owner: membership.member, span: count, tag: tag(number)))
        setConsumed(mask: mask(index, count), in: segment, number: number)
    }

    /// Says that nobody will touch some cells anymore, by their bits, and gives their segment back if they were the
    /// last.
    @inline(__always)
    func setConsumed(mask: UInt64, in segment: Segment, number: UInt64) {
        let consumed = segment.consumed.formUnion(mask) | mask
        if consumed == Segment.allConsumed { retireIfLeft(segment, number: number) }
    }

    /// Gives a segment back whose elements are all gone, if the head has left it.
    @inline(never)
    func retireIfLeft(_ segment: Segment, number: UInt64) {
        fence()
        guard header.headSegment.load(near: number).number > number else { return }
        withRetiring(segment, number: number) { retire(segment, number: number, $0) }
    }

    /// Runs `body` while the journal says that a segment may have to be given back.
    private func withRetiring(_ segment: Segment, number: UInt64, _ body: (BlockReference) -> Void) {
        membership.journal.withInnerEntry { journal in
            journal.channel = UInt64(header.index)
            journal.segment = (number &+ 1) | JournalEntry.retiring
            let block = segment.block.load()
            journal.block = block
            body(block)
            journal.clear()
        }
    }

    /// Gives a segment back that the head has left and whose elements are all gone; only the first caller does it.
    func retire(_ segment: Segment, number: UInt64, _ block: BlockReference) {
        let tag = tag(number).rawValue
        if segment.tag.compareExchange(tag, tag | Segment.retiredFlag) { membership.heap.free(block) }
    }
}
