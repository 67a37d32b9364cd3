import MultitaskingCore
import Synchronization

/// The queue inside a channel: a chain of segments that any process of the pool may append to and take from.
///
/// A cell goes free → writing → full → reading → consumed, each step one change of its word by one process, whose
/// number the word carries. In a channel that redelivers, a task's elements go full → taken → settling → consumed
/// instead. `head` and `tail` only help to find the cell: a process that sees that they lag moves them on. So a process
/// that dies leaves at most one cell in `writing` or `reading`, which the supervisor finds through its journal.
///
/// A process that must know what a cell in `writing` will hold does not wait for its sender: it makes the cell void,
/// and the sender claims another one at the end; see `ChannelQueue+Voids.swift`.
///
/// The tail is never behind the head: a process that moves the head past a cell has moved the tail past it before.
struct ChannelQueue: Sendable {
    enum SendResult {
        /// At this position of all that were ever sent.
        case sent(UInt64)
        case full
        case closed

        var isSent: Bool { if case .sent = self { true } else { false } }
    }

    let header: ChannelHeader
    let serial: UInt64
    let membership: LocalMember

    /// From where the channel's segments are counted; see `SegmentTag`.
    private let origin: UInt64

    /// How many elements fit; 0 for no bound.
    let capacity: UInt64
    /// How many bytes fit; 0 for no bound.
    let byteCapacity: UInt64
    /// Whether elements go back whose receiver dies.
    let redelivers: Bool
    /// Whether elements are handed from sender to receiver: the capacity is 0.
    let isRendezvous: Bool
    let hints = ChannelHints()

    init(header: ChannelHeader, serial: UInt64, membership: LocalMember) {
        self.header = header
        self.serial = serial
        self.membership = membership
        origin = SegmentTag.origin(channel: header.index, serial: serial)
        capacity = header.capacity.load()
        byteCapacity = header.byteCapacity.load()
        redelivers = header.redelivers.load() != 0
        isRendezvous = header.rendezvous.load() != 0
    }

    var arena: Arena { header.arena }

    @inline(__always)
    func tag(_ segment: UInt64) -> SegmentTag { SegmentTag(origin: origin, segment: segment) }

    /// The number of a segment, if it is one of this channel's; that of another channel's is far beyond all that there
    /// are.
    func number(of tag: SegmentTag) -> UInt64 { tag.segment(from: origin) }

    /// The number of the segment that the head is in, or about to be.
    var headNumber: UInt64 { Self.location(header.head.load().position).number }

    /// Whether this channel still exists.
    @inline(__always)
    var isLive: Bool {
        let state = header.state.load()
        return state & ChannelHeader.liveFlag != 0 && state >> 8 == serial
    }

    @inline(__always)
    var isClosed: Bool { header.state.load() != serial << 8 | ChannelHeader.liveFlag }

    /// Like ``isClosed``, in the one order of all ordered accesses and fences.
    @inline(__always)
    var isClosedOrdered: Bool { header.state.loadOrdered() != serial << 8 | ChannelHeader.liveFlag }

    /// Whether no new member can come anymore: the pool has ended, or the channel is gone.
    var hasEnded: Bool { !isLive || header.state.load() & ChannelHeader.endedFlag != 0 }

    /// Whether a receiver would find something, or something that came back.
    var isReadyToReceive: Bool { hasElement || hasReturned }

    /// Whether an operation would not have to wait.
    func isReady(for operation: ChannelOperation) -> Bool {
        switch operation {
        case .send: isClosed || (isRendezvous ? !header.attendance.isEmpty : !isFull)
        case .receive: isReadyToReceive || isClosed
        case .join: isJoined || hasEnded
        }
    }

    /// Closes the channel and keeps what waits.
    func close() { header.close(with: ChannelHeader.closedFlag, serial: serial) }

    /// Whether a sender would find no room.
    var isFull: Bool {
        let tail = header.tail.load()
        return isFull(tail: tail) && elements(before: tail) >= capacity || isFullOfBytes
    }

    /// Like ``isFull``, but counts cells that hold no element; cheaper while somebody receives.
    var seemsFull: Bool { isFull(tail: header.tail.load()) || isFullOfBytes }

    private var isFullOfBytes: Bool { byteCapacity != 0 && byteCount >= byteCapacity }

    /// Whether somebody may wait for a cell to become free.
    @inline(__always)
    var isBounded: Bool { capacity | byteCapacity != 0 || isRendezvous }

    /// Wakes members that wait for a cell to become free: one, or, where each waits for its own, all.
    @inline(__always)
    func wakeSender() {
        if isRendezvous { header.senders.wakeAll() } else { header.senders.wakeOne() }
    }

    /// Whether a receiver would find something.
    @inline(__always)
    var hasElement: Bool { hasElementAtHead ?? hasElementBehindVoids }

    /// Whether a receiver would find something at the head; nil if the cell there is void.
    @inline(__always)
    var hasElementAtHead: Bool? {
        let position = header.head.load().position
        let (number, index) = Self.location(position)
        let link = header.headSegment.load(near: number)
        guard var segment = Segment(arena: arena, link: link) else { return true }
        if link.number != number {
            let next = segment.next.load(near: number)
            guard !next.isNone, let successor = Segment(arena: arena, link: next) else { return false }
            segment = successor
        }
        let word = segment.cell(index).word.load()
        guard let state = state(of: word, in: segment, tag(number)) else { return true }
        switch state {
        case .free: return false
        case .writing: return mayHideElements(position, span(of: word, at: index))
        case .void: return nil
        case .full, .reading, .consumed, .taken, .settling: return true
        }
    }

    /// The state of a cell with this word in a segment that had this tag; nil if that serves for something else by now.
    ///
    /// A segment that a batch begins has the cells' words of an earlier one until they are claimed: see
    /// `ChannelQueue+Spans.swift`. What is done to such a word late, by a process that has slept, changes nothing.
    @inline(__always)
    func state(of word: CellWord, in segment: Segment, _ tag: SegmentTag) -> CellWord.State? {
        if word.tag == tag { return word.state }
        // ORDERING: after the word. If the segment has this tag still, nobody had claimed the cell when it was read.
        return segment.tag.load() == tag.rawValue ? .free : nil
    }

    /// Whether as many cells as elements fit were claimed before `tail` and not passed by the head.
    @inline(__always)
    func isFull(tail: UInt64) -> Bool {
        guard capacity != 0 else { return false }
        // The head only moves forward, so what was seen of it before may be enough.
        if tail &- min(tail, hints.head.load(ordering: .relaxed)) < capacity { return false }
        let head = header.head.load().position
        hints.head.store(head, ordering: .relaxed)
        return tail &- min(tail, head) >= capacity
    }

    /// The segment of a position, and the cell in it.
    @inline(__always)
    static func location(_ position: UInt64) -> (number: UInt64, index: Int) {
        let (number, index) = position.quotientAndRemainder(dividingBy: UInt64(Segment.cells))
        return (number, Int(truncatingIfNeeded: index))
    }

    /// The position of a claimed element, of all that were ever sent.
    func position(of claim: ElementClaim) -> UInt64 {
        claim.number &* UInt64(Segment.cells) &+ UInt64(Cell(arena: arena, offset: claim.offset).location.index)
    }

    /// What names the channel.
    var reference: SharedObjectID { SharedObjectID(index: header.index, serial: serial) }

    /// Notes a cell in the journal before it is claimed.
    @inline(__always)
    func announce(_ cell: Cell, of number: UInt64, in journal: JournalEntry) {
        journal.channel = UInt64(header.index) | number << 17
        journal.cell = UInt64(cell.offset)
    }

    /// Claims a free cell for this process, as `writing` says; false if it is not free. What follows is ordered after
    /// that.
    @inline(__always)
    func claim(_ cell: Cell, in segment: Segment, _ writing: CellWord) -> Bool {
        if cell.word.compareExchangeOrdered(CellWord(.free, tag: writing.tag), writing) { return true }
        return claimUnwritten(cell, in: segment, writing)
    }

    /// Claims a free cell whose word is that of an earlier segment.
    @inline(never)
    private func claimUnwritten(_ cell: Cell, in segment: Segment, _ writing: CellWord) -> Bool {
        let word = cell.word.load()
        guard word.tag != writing.tag, state(of: word, in: segment, writing.tag) == .free else { return false }
        return cell.word.compareExchangeOrdered(word, writing)
    }
}

/// Where this process last saw the ends of a channel, and what went back to it.
///
/// The ends only move forward, so what was seen is a bound for where they are, and saves looking at words that others
/// write.
/// ORDERING: relaxed, as a bound needs to be no newer than it is.
final class ChannelHints: Sendable {
    let head = Atomic<UInt64>(0)
    let tail = Atomic<UInt64>(0)
    let returned = Mutex(ReturnedElements())
    let survey = Mutex(Survey())
}
