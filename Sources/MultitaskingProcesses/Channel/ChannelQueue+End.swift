// What the supervisor does with a channel after a death, and the client at the channel's end.

extension ChannelQueue {
    /// Completes the giving back of a segment in whose middle a member died.
    func completeRetiring(_ segment: Segment, number: UInt64, _ block: BlockReference) {
        let tag = segment.tag.load()
        if tag == self.tag(number).rawValue | Segment.retiredFlag { return membership.heap.free(block) }
        guard tag == self.tag(number).rawValue, segment.consumed.load() == Segment.allConsumed,
            header.headSegment.load(near: number).number > number
        else { return }
        retire(segment, number: number, block)
    }

    /// Whether an initialized segment became part of the channel.
    func isLinked(_ segment: Segment, number: UInt64) -> Bool {
        if reaches(number, at: segment.offset) { return true }
        // If the head is past this number, the segment that was linked under it has been used, from its first cell on.
        let first = segment.cell(0).word.load()
        return header.headSegment.load(near: number).number > number && first.tag == tag(number)
            && first.state != .free
    }

    /// Whether the chain from the head on includes the segment with this number at this place.
    private func reaches(_ number: UInt64, at offset: Int) -> Bool {
        var patience = LoopBudget()
        restart: while !patience.isSpent() {
            let head = header.headSegment.load(near: number)
            var link = head
            while true {
                guard link.number <= number, let segment = Segment(arena: arena, link: link) else { return false }
                if link.number == number { return segment.offset == offset }
                let next = segment.next.load(near: number)
                guard segment.tag.load() == tag(link.number).rawValue else {
                    // The head itself is not what it was: the whole channel has been dismantled.
                    if link == head, header.headSegment.load(near: number) == head { return false }
                    continue restart
                }
                guard !next.isNone, next.number == link.number &+ 1 else { return false }
                link = next
            }
        }
        return false
    }

    // MARK: The end

    /// Frees everything the channel holds; false if somebody is in the middle of a cell and it must be tried again.
    ///
    /// Only the client calls this, after the channel was closed and when nobody can begin anything with it.
    func dismantle() -> Bool {
        let mayHaveSegmentsBehindTheHead = redelivers || header.voids > 0
        guard !mayHaveSegmentsBehindTheHead || emptySegmentsBehindTheHead() else { return false }
        // No chain has more segments than there is memory for; a damaged one may have no end.
        var left = arena.layout.size / 4096
        while true {
            let link = headLink
            guard let segment = Segment(arena: arena, link: link) else { return true }
            left -= 1
            if left < 0 { return true }
            for index in 0..<Segment.cells where !empty(segment, index, number: link.number) { return false }
            // From here on nobody can link a segment to this one.
            _ = segment.next.compareExchange(SegmentLink(noneAfter: tag(link.number)), SegmentLink.end)
            let next = segment.next.load(near: link.number)
            let block = segment.block.load()
            // First the head, so that it never leads to a segment that is given back, but at the end of the chain.
            if !next.isNone { header.headSegment.store(next) }
            membership.heap.free(block)
            if next.isNone { return true }
        }
    }

    /// The segment that the head leads to.
    private var headLink: SegmentLink { header.headSegment.load(near: headNumber) }

    /// Gives the segments back that are kept only by elements which their receivers have not reported, or by void
    /// cells.
    private func emptySegmentsBehindTheHead() -> Bool {
        let head = headLink.number
        var isDone = true
        arena.forEachSegment { segment in
            guard let number = number(of: segment), number < head else { return }
            for index in 0..<Segment.cells where !empty(segment, index, number: number) {
                isDone = false
                return
            }
            retireIfLeft(segment, number: number)
        }
        return isDone
    }

    /// Frees what a cell holds; false if somebody is in the middle of it.
    private func empty(_ segment: Segment, _ index: Int, number: UInt64) -> Bool {
        let cell = segment.cell(index)
        let word = cell.word.load()
        let tag = tag(number)
        let consumed = CellWord(.consumed, tag: tag)
        switch word.tag == tag ? word.state : .free {
        case .free:
            guard cell.word.compareExchange(word, consumed) else { return false }
        case .full, .taken:
            let reading = CellWord(.reading, owner: membership.member, tag: tag)
            guard cell.word.compareExchange(word, reading) else { return false }
            membership.release(cell.payload)
            cell.word.store(consumed)
        case .writing, .reading, .settling:
            return false
        case .consumed, .void:
            // Its reader or writer may not have set its bit yet, and must not do so in a segment that serves again.
            return segment.consumed.load() & 1 << UInt64(index) != 0
        }
        segment.consumed.formUnion(1 << UInt64(index))
        return true
    }
}
