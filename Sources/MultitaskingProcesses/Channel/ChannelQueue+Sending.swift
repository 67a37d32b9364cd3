import CMultitaskingLinux
import MultitaskingCore

extension ChannelQueue {
    /// Claims the next place, has `fill` write the element, and publishes it. What follows is ordered after that.
    ///
    /// - Parameters:
    ///   - byteCount: how many bytes the element counts as.
    ///   - fill: must be short and must not fail.
    @inline(__always)
    func send(journal: JournalEntry, byteCount: Int, fill: (Cell) -> Void) throws -> SendResult {
        let member = membership.member
        var looks = Self.looks
        var patience = Patience()
        while true {
            if isClosed { return .closed }
            try patience.spend()
            let position = header.tail.load()
            if isFull(tail: position) { return .full }
            let (number, index) = Self.place(position)
            guard let segment = try segmentForSending(number) else { continue }
            let cell = segment.cell(index)
            let tag = tag(number)
            var startBytes: UInt64 = 0
            if byteCapacity != 0 {
                guard let bytes = bytes(before: index, in: segment, number: number) else { continue }
                if isFull(bytes: bytes) { return .full }
                startBytes = bytes
            }
            announce(cell, of: number, in: journal)
            if cell.wordCell.compareExchange(
                CellWord(.free, tag: tag).rawValue, CellWord(.writing, owner: member, tag: tag).rawValue)
            {
                // ORDERING: after the exchange; see `abandon`.
                if isClosed {
                    abandon(cell, tag, journal)
                    return .closed
                }
                fill(cell)
                if byteCapacity != 0 { cell.endBytes.store(startBytes &+ UInt64(byteCount)) }
                cell.wordCell.store(CellWord(.full, tag: tag).rawValue)
                // ORDERING: before the caller looks for sleepers. If another sender has moved the tail, a fence must do.
                if !header.tail.compareExchangeOrdered(position, position &+ 1) { fence() }
                return .sent
            }
            let word = cell.word
            guard word.tag == tag else { continue }
            if byteCapacity != 0, word.state == .writing {
                // Whether there is room behind it is not known before its size is. If its sender is stopped or dead, this
                // one must not wait here.
                looks -= 1
                if looks == 0 { return .full }
                mt_pause()
            } else {
                _ = header.tail.compareExchange(position, position &+ 1)
            }
        }
    }

    /// How often to look again at a place that somebody else is writing: some 50 µs.
    private static let looks = 1000

    /// Leaves a claimed place empty, because the channel was closed meanwhile: a receiver that has found a closed channel
    /// empty may be gone. Whoever closes sets the flag before it looks at places, and whoever sends does the opposite.
    @inline(never)
    private func abandon(_ cell: Cell, _ tag: SegmentTag, _ journal: JournalEntry) {
        // It counts as sent, and as dropped, as if its sender had died.
        let position = tag.segment * UInt64(Segment.cells) + UInt64(cell.place.index)
        _ = header.tail.compareExchange(position, position &+ 1)
        DropCount(header: header).add(for: journal)
        countNothing(at: cell)
        cell.wordCell.store(CellWord(.void, tag: tag).rawValue)
    }

    /// The segment with this number, linked now if it is the next one; nil if it is gone already.
    @inline(__always)
    private func segmentForSending(_ number: UInt64) throws -> Segment? {
        let link = SegmentLink(rawValue: header.tailSegment.load())
        if link.number == number, let segment = Segment(arena: arena, link: link) { return segment }
        return try nextSegmentForSending(number)
    }

    @inline(never)
    private func nextSegmentForSending(_ number: UInt64) throws -> Segment? {
        var patience = Patience()
        while true {
            try patience.spend()
            let link = SegmentLink(rawValue: header.tailSegment.load())
            guard link.number <= number, let segment = Segment(arena: arena, link: link) else { return nil }
            if link.number == number { return segment }
            let next = SegmentLink(rawValue: segment.next.load())
            if next.isNone {
                guard next == SegmentLink(noneAfter: tag(link.number)) else { return nil }
                try append(after: segment, link: link)
            } else if next.number == link.number + 1 {
                _ = header.tailSegment.compareExchange(link.rawValue, next.rawValue)
            } else {
                return nil
            }
        }
    }

    private func append(after segment: Segment, link: SegmentLink) throws {
        // The outer entry may already name the element's own block; a segment needs an entry of its own.
        try membership.journal.withInnerEntry { journal in
            journal.channel = UInt64(header.index)
            journal.segment = link.number + 2
            let block = try membership.heap.allocate(sizeClass: SizeClass.segment, journal: journal)
            let fresh = Segment(arena: arena, offset: block.offset)
            // If this segment is not the last one any more, the linking below fails.
            let bytes = byteCapacity == 0 ? 0 : bytes(before: Segment.cells, in: segment, number: link.number) ?? 0
            fresh.initialize(tag(link.number + 1), block: block, channel: header.index, startBytes: bytes)
            let linked = segment.next.compareExchange(
                SegmentLink(noneAfter: tag(link.number)).rawValue,
                SegmentLink(number: link.number + 1, unit: fresh.unit).rawValue)
            if !linked { membership.heap.free(block) }
            journal.clear()
        }
    }

    /// Links the first segment of a channel that nobody else knows yet.
    func begin() throws {
        let block = try membership.heap.allocate(
            sizeClass: SizeClass.segment, journal: JournalEntry(arena: arena, offset: nil))
        let segment = Segment(arena: arena, offset: block.offset)
        segment.initialize(tag(0), block: block, channel: header.index)
        let link = SegmentLink(number: 0, unit: segment.unit).rawValue
        header.tailSegment.store(link)
        header.headSegment.store(link)
    }
}
