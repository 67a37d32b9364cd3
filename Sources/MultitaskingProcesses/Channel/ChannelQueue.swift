import MultitaskingCore
import Synchronization

/// The queue inside a channel: a chain of segments that any process of the pool may append to and take from.
///
/// A place goes free → writing → full → reading → consumed, each step one change of its word by one process, whose number
/// the word carries. `head` and `tail` only help to find the place: whoever sees that they lag moves them on. So a process
/// that dies leaves at most one place in `writing` or `reading`, which the supervisor finds through its journal.
///
/// The tail is never behind the head: whoever moves the head past a place has moved the tail past it before.
struct ChannelQueue {
    enum SendResult { case sent, full, closed }

    let header: ChannelHeader
    let serial: UInt64
    let membership: Membership
    /// How many elements fit; 0 for no bound. It does not change.
    private let capacity: UInt64
    private let hints = ChannelHints()

    init(header: ChannelHeader, serial: UInt64, membership: Membership) {
        self.header = header
        self.serial = serial
        self.membership = membership
        capacity = header.capacity.load()
    }

    private var arena: Arena { header.arena }

    @inline(__always)
    func tag(_ segment: UInt64) -> SegmentTag { SegmentTag(serial: serial, segment: segment) }

    /// Whether this channel still exists.
    @inline(__always)
    var isLive: Bool {
        let state = header.state.load()
        return state & ChannelHeader.liveFlag != 0 && state >> 8 == serial
    }

    @inline(__always)
    var isClosed: Bool { header.state.load() != serial << 8 | ChannelHeader.liveFlag }

    var count: Int {
        let head = header.head.load()
        let tail = header.tail.load()
        return tail > head ? Int(clamping: tail - head) : 0
    }

    var isFull: Bool { isFull(tail: header.tail.load()) }

    /// Whether somebody may wait for a place to become free.
    @inline(__always)
    var isBounded: Bool { capacity != 0 }

    /// Whether a receiver would find something at the head; cheaper to look at than `count` while somebody sends.
    @inline(__always)
    var hasElement: Bool {
        let (number, index) = Self.place(header.head.load())
        let link = SegmentLink(rawValue: header.headSegment.load())
        guard var segment = Segment(arena: arena, link: link) else { return true }
        if link.number != number {
            let next = SegmentLink(rawValue: segment.next.load())
            guard !next.isNone, let successor = Segment(arena: arena, link: next) else { return false }
            segment = successor
        }
        let word = segment.cell(index).word
        return word.tag != tag(number) || word.state != .free && word.state != .writing
    }

    @inline(__always)
    private func isFull(tail: UInt64) -> Bool {
        guard capacity != 0 else { return false }
        // The head only moves forward, so what was seen of it before may be enough.
        if tail &- min(tail, hints.head.load(ordering: .relaxed)) < capacity { return false }
        let head = header.head.load()
        hints.head.store(head, ordering: .relaxed)
        return tail &- min(tail, head) >= capacity
    }

    /// The segment of a position, and the place in it.
    @inline(__always)
    private static func place(_ position: UInt64) -> (number: UInt64, index: Int) {
        let (number, index) = position.quotientAndRemainder(dividingBy: UInt64(Segment.cells))
        return (number, Int(truncatingIfNeeded: index))
    }

    /// Notes a place in the journal before it is claimed.
    @inline(__always)
    private func announce(_ cell: Cell, of number: UInt64, in journal: JournalEntry) {
        journal.channel = UInt64(header.index) | number << 17
        journal.cell = UInt64(cell.offset)
    }

    // MARK: Sending

    /// Claims the next place, has `fill` write the element, and publishes it. What follows is ordered after that.
    ///
    /// - Parameter fill: must be short and must not fail.
    @inline(__always)
    func send(journal: JournalEntry, fill: (Cell) -> Void) throws -> SendResult {
        let member = membership.member
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
                cell.wordCell.store(CellWord(.full, tag: tag).rawValue)
                // ORDERING: before the caller looks for sleepers. If another sender has moved the tail, a fence must do.
                if !header.tail.compareExchangeOrdered(position, position &+ 1) { fence() }
                return .sent
            }
            if cell.word.tag == tag { _ = header.tail.compareExchange(position, position &+ 1) }
        }
    }

    /// Leaves a claimed place empty, because the channel was closed meanwhile: a receiver that has found a closed channel
    /// empty may be gone. Whoever closes sets the flag before it looks at places, and whoever sends does the opposite.
    @inline(never)
    private func abandon(_ cell: Cell, _ tag: SegmentTag, _ journal: JournalEntry) {
        // It counts as sent, and as dropped, as if its sender had died.
        let position = tag.segment * UInt64(Segment.cells) + UInt64(cell.place.index)
        _ = header.tail.compareExchange(position, position &+ 1)
        DropCount(header: header).add(for: journal)
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
            fresh.initialize(tag(link.number + 1), block: block)
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
        segment.initialize(tag(0), block: block)
        let link = SegmentLink(number: 0, unit: segment.unit).rawValue
        header.tailSegment.store(link)
        header.headSegment.store(link)
    }

    // MARK: Receiving

    /// A place whose element is this process's to take.
    struct Claim {
        /// Where the cell is; a `Cell` is four times as large.
        fileprivate let offset: Int
        /// Its segment's number.
        fileprivate let number: UInt64
    }

    /// The place that was claimed.
    @inline(__always)
    func cell(_ claim: Claim) -> Cell { Cell(arena: arena, offset: claim.offset) }

    enum Receipt {
        case element(Claim)
        case empty
        /// The first place is being written at this moment.
        case busy
    }

    /// Claims the first element, which ``finish(_:)`` must end. What follows is ordered after the move of the head.
    ///
    /// - Parameter accept: looks at the element before it is claimed; what it throws leaves the element where it is.
    @inline(__always)
    func receive(journal: JournalEntry, accept: (Cell) throws -> Void) throws -> Receipt {
        let member = membership.member
        var patience = Patience()
        while isLive {
            try patience.spend()
            let position = header.head.load()
            let (number, index) = Self.place(position)
            guard let segment = segmentForReceiving(number) else {
                if position >= header.tail.load() { return .empty }
                continue
            }
            let cell = segment.cell(index)
            let word = cell.word
            let tag = tag(number)
            guard word.tag == tag else { continue }
            let claim = Claim(offset: cell.offset, number: number)
            switch word.state {
            case .full:
                try accept(cell)
                announce(cell, of: number, in: journal)
                let reading = CellWord(.reading, owner: member, tag: tag)
                guard cell.wordCell.compareExchange(word.rawValue, reading.rawValue) else { continue }
                moveHead(past: position)
                return .element(claim)
            case .void:
                announce(cell, of: number, in: journal)
                let consumed = CellWord(.consumed, owner: member, tag: tag)
                guard cell.wordCell.compareExchange(word.rawValue, consumed.rawValue) else { continue }
                moveHead(past: position)
                finish(claim)
            case .reading, .consumed:
                moveHead(past: position)
            case .writing:
                return .busy
            case .free:
                return .empty
            }
        }
        return .empty
    }

    /// Moves the head past a place that has been sent, and the tail before it.
    @inline(__always)
    func moveHead(past position: UInt64) {
        if hints.tail.load(ordering: .relaxed) <= position {
            // Its sender may not have moved the tail yet.
            _ = header.tail.compareExchange(position, position &+ 1)
            hints.tail.store(header.tail.load(), ordering: .relaxed)
        }
        // ORDERING: before the caller looks for senders that sleep. If another receiver was faster, a fence must do.
        if !header.head.compareExchangeOrdered(position, position &+ 1) { fence() }
    }

    @inline(__always)
    private func segmentForReceiving(_ number: UInt64) -> Segment? {
        let link = SegmentLink(rawValue: header.headSegment.load())
        if link.number == number, let segment = Segment(arena: arena, link: link) { return segment }
        return nextSegmentForReceiving(number)
    }

    @inline(never)
    private func nextSegmentForReceiving(_ number: UInt64) -> Segment? {
        while true {
            let link = SegmentLink(rawValue: header.headSegment.load())
            guard link.number <= number, let segment = Segment(arena: arena, link: link) else { return nil }
            if link.number == number { return segment }
            let next = SegmentLink(rawValue: segment.next.load())
            guard !next.isNone, next.number == link.number + 1 else { return nil }
            // The tail must never point behind the head, to a segment that may be given back.
            _ = header.tailSegment.compareExchange(link.rawValue, next.rawValue)
            withRetiring(segment, number: link.number) { block in
                guard header.headSegment.compareExchange(link.rawValue, next.rawValue) else { return }
                fence()
                if segment.consumed.load() == Segment.allConsumed { retire(segment, number: link.number, block) }
            }
        }
    }

    /// Marks a place as done with, and gives its segment back if it was the last.
    @inline(__always)
    func finish(_ claim: Claim) {
        let cell = cell(claim)
        let (segment, index) = cell.place
        finish(cell, in: segment, index: index, number: claim.number)
    }

    /// Marks a place as done with, and gives its segment back if it was the last.
    ///
    /// Once the place's bit is set, the segment may serve for something else: nothing is written to it afterwards.
    @inline(__always)
    func finish(_ cell: Cell, in segment: Segment, index: Int, number: UInt64) {
        cell.wordCell.store(CellWord(.consumed, owner: membership.member, tag: tag(number)).rawValue)
        let consumed = segment.consumed.formUnion(1 << UInt64(index)) | 1 << UInt64(index)
        if consumed == Segment.allConsumed { retireIfLeft(segment, number: number) }
    }

    /// Gives a segment back whose elements are all gone, if the head has left it.
    @inline(never)
    func retireIfLeft(_ segment: Segment, number: UInt64) {
        fence()
        guard SegmentLink(rawValue: header.headSegment.load()).number > number else { return }
        withRetiring(segment, number: number) { retire(segment, number: number, $0) }
    }

    /// Runs `body` while the journal says that a segment may have to be given back.
    private func withRetiring(_ segment: Segment, number: UInt64, _ body: (BlockReference) -> Void) {
        membership.journal.withInnerEntry { journal in
            journal.channel = UInt64(header.index)
            journal.segment = (number + 1) | JournalEntry.retiring
            let block = BlockReference(rawValue: segment.block.load())
            journal.block = block
            body(block)
            journal.clear()
        }
    }

    /// Gives a segment back that the head has left and whose elements are all gone; only the first caller does it.
    private func retire(_ segment: Segment, number: UInt64, _ block: BlockReference) {
        let tag = tag(number).rawValue
        if segment.tag.compareExchange(tag, tag | Segment.retiredFlag) { membership.heap.free(block) }
    }

    // MARK: After a death

    /// Completes the giving back of a segment in whose middle a member died.
    func completeRetiring(_ segment: Segment, number: UInt64, _ block: BlockReference) {
        let tag = segment.tag.load()
        if tag == self.tag(number).rawValue | Segment.retiredFlag { return membership.heap.free(block) }
        guard tag == self.tag(number).rawValue, segment.consumed.load() == Segment.allConsumed,
            SegmentLink(rawValue: header.headSegment.load()).number > number
        else { return }
        retire(segment, number: number, block)
    }

    /// Whether an initialized segment became part of the channel.
    func isLinked(_ segment: Segment, number: UInt64) -> Bool {
        if reaches(number, at: segment.offset) { return true }
        // If the head is past this number, all places of the segment that was linked under it have been used.
        let last = segment.cell(Segment.cells - 1).word
        return SegmentLink(rawValue: header.headSegment.load()).number > number && last.tag == tag(number)
            && last.state != .free
    }

    /// Whether the chain from the head on includes the segment with this number at this place.
    private func reaches(_ number: UInt64, at offset: Int) -> Bool {
        var patience = Patience()
        restart: while !patience.isSpent() {
            let head = SegmentLink(rawValue: header.headSegment.load())
            var link = head
            while true {
                guard link.number <= number, let segment = Segment(arena: arena, link: link) else { return false }
                if link.number == number { return segment.offset == offset }
                let next = SegmentLink(rawValue: segment.next.load())
                guard segment.tag.load() == tag(link.number).rawValue else {
                    // The head itself is not what it was: the whole channel has been dismantled.
                    if link == head, header.headSegment.load() == head.rawValue { return false }
                    continue restart
                }
                guard !next.isNone, next.number == link.number + 1 else { return false }
                link = next
            }
        }
        return false
    }

    // MARK: The end

    /// Frees everything the channel holds; false if somebody is in the middle of a place and it must be tried again.
    ///
    /// Only the client calls this, after the channel was closed and when nobody can begin anything with it.
    func dismantle() -> Bool {
        var patience = Patience()
        while let segment = Segment(arena: arena, link: SegmentLink(rawValue: header.headSegment.load())) {
            if patience.isSpent() { return true }
            let link = SegmentLink(rawValue: header.headSegment.load())
            for index in 0..<Segment.cells {
                let cell = segment.cell(index)
                let word = cell.word
                switch word.state {
                case .free, .void:
                    guard
                        cell.wordCell.compareExchange(
                            word.rawValue, CellWord(.consumed, tag: tag(link.number)).rawValue)
                    else { return false }
                    segment.consumed.formUnion(1 << UInt64(index))
                case .full:
                    let reading = CellWord(.reading, owner: membership.member, tag: tag(link.number))
                    guard cell.wordCell.compareExchange(word.rawValue, reading.rawValue) else { return false }
                    membership.heap.free(cell.payload.block)
                    cell.wordCell.store(CellWord(.consumed, tag: tag(link.number)).rawValue)
                    segment.consumed.formUnion(1 << UInt64(index))
                case .writing, .reading:
                    return false
                case .consumed:
                    // Its reader may not have set its bit yet, and must not do so in a segment that serves again.
                    guard segment.consumed.load() & 1 << UInt64(index) != 0 else { return false }
                }
            }
            // From here on nobody can link a segment to this one.
            let end = SegmentLink(noneAfter: SegmentTag(rawValue: Segment.retiredFlag >> 13))
            _ = segment.next.compareExchange(
                SegmentLink(noneAfter: tag(link.number)).rawValue, end.rawValue)
            let next = SegmentLink(rawValue: segment.next.load())
            let block = BlockReference(rawValue: segment.block.load())
            // First the head, so that it never leads to a segment that is given back, but at the end of the chain.
            if !next.isNone { header.headSegment.store(next.rawValue) }
            membership.heap.free(block)
            if next.isNone { break }
        }
        return true
    }
}

/// Where this process last saw the ends of a channel.
///
/// They only move forward, so what was seen is a bound for where they are, and saves looking at words that others write.
/// ORDERING: relaxed, as a bound needs to be no newer than it is.
final class ChannelHints: Sendable {
    let head = Atomic<UInt64>(0)
    let tail = Atomic<UInt64>(0)
}
