import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization
import Testing

@testable import MultitaskingProcesses

/// A segment that serves again keeps the words of its cells until these are claimed, and what a process that was late
/// does to such a word. See `ChannelQueue+Spans.swift`.
@Suite struct ReusedSegmentTests {
    private let fixture: Fixture
    private var arena: Arena { fixture.arena }
    private let channel: ProcessChannel
    private let values = Array(0..<Segment.cells)

    /// A channel at the beginning of its second segment, which member 2 has made, as all that follow.
    init() throws {
        fixture = try Fixture()
        channel = try fixture.channel(for: 2)
        try passSegment()
        #expect(try channel.send(contentsOf: values[...], wait: .never) == values.count)
    }

    private func passSegment() throws {
        #expect(try channel.send(contentsOf: values[...], wait: .never) == values.count)
        #expect(try channel.receive(upTo: values.count, as: Int.self, wait: .never) == values)
    }

    /// The segment that was sent to last, and its number.
    private func tailSegment() throws -> (segment: Segment, number: UInt64) {
        let link = fixture.header.tailSegment.load(near: fixture.header.tail.load() / UInt64(Segment.cells))
        return (try #require(Segment(arena: arena, link: link)), link.number)
    }

    /// Receives what is left of a segment, and sends until it has a batch again.
    private func sendAgain(into segment: Segment) throws {
        let left = channel.status.count
        #expect(try channel.receive(upTo: left, as: Int.self, wait: .never).count == left)
        for _ in 0..<16 {
            #expect(try channel.send(contentsOf: values[...], wait: .never) == values.count)
            if try tailSegment().segment.offset == segment.offset { return }
            #expect(try channel.receive(upTo: values.count, as: Int.self, wait: .never) == values)
        }
        Issue.record("the segment serves for nothing else")
    }

    @Test(arguments: [CellWord.State.consumed, .void])
    func deadMemberThatWasDoneWithACell_leavesTheNextElementsThere(_ state: CellWord.State) throws {
        let (segment, number) = try tailSegment()
        let cell = segment.cell(7)
        // The next word says `consumed`, or `void`, of the dead; its journal still names the cell.
        #expect(try channel.receive(upTo: 7, as: Int.self, wait: .never) == Array(values[..<7]))
        #expect(try fixture.channel(for: 1).receive(as: Int.self) == 7)
        let tag = cell.word.load().tag
        #expect(cell.word.load() == CellWord(.consumed, owner: 1, tag: tag))
        cell.word.store(CellWord(state, owner: 1, tag: tag))
        let journal = arena.member(1).journal(0)
        journal.channel = number << 17
        journal.cell = UInt64(cell.offset)
        try sendAgain(into: segment)
        #expect(cell.word.load().tag == tag, "the cell has a word of its own")
        fixture.recover(1)
        #expect(segment.consumed.load() == 0)
        #expect(try channel.receive(upTo: values.count, as: Int.self, wait: .never) == values)
    }

    /// The sender's cell was made void, and its block is in another cell.
    @Test func blockOfASenderThatHadToGoElsewhere_isNotFreedWithTheCellItLeft() throws {
        let (segment, number) = try tailSegment()
        let cell = segment.cell(7)
        #expect(try channel.receive(upTo: 7, as: Int.self, wait: .never) == Array(values[..<7]))
        let sender = try fixture.channel(for: 1)
        let block = try Heap(arena: arena, member: 1).allocate(
            1000, journal: JournalEntry(arena: arena, offset: nil))
        #expect(try channel.receive(as: Int.self) == 7)
        // As if it had not been received, but claimed by the sender and made void.
        let tag = cell.word.load().tag
        segment.consumed.store(segment.consumed.load() & ~(1 << 7))
        cell.payload.adopt(block, length: 1000)
        cell.word.store(CellWord(.void, owner: 1, tag: tag))
        sender.queue.leaveVoid(cell, number: number)
        try sendAgain(into: segment)
        // The rest begins at that cell.
        #expect(try channel.receive(upTo: 7, as: Int.self, wait: .never) == Array(values[..<7]))
        #expect(cell.word.load().describedBefore == 7)
        while !channel.queue.dismantle() {}
        #expect(arena.isLive(block))
    }

    /// A process that has slept since it wanted to split a batch of an earlier segment wakes up.
    @Test func batchIsSplit_whateverIsDoneLateToItsCells() throws {
        let first = try tailSegment().segment.cell(0)
        let word = first.word.load()
        let next = first.next(10).word
        let rest = CellWord(describedBefore: 10, span: word.span - 10, tag: word.tag)
        let tagBefore = SegmentTag(rawValue: word.tag.rawValue - 1)
        let (free, late) = (CellWord(.free, tag: tagBefore), CellWord(.full, span: word.span - 10, tag: tagBefore))
        let rounds = 20_000
        let begun = Atomic(0)
        let ended = Atomic(0)
        next.store(free)
        try withExtendedLifetime(fixture) {
            let other = try SystemThread(name: "late") {
                for round in 1...rounds {
                    while begun.load(ordering: .acquiring) < round { sched_yield() }
                    _ = next.compareExchange(free, late)
                    ended.store(round, ordering: .releasing)
                }
            }
            var unsplit = 0
            for round in 1...rounds {
                begun.store(round, ordering: .releasing)
                channel.queue.split(word, of: first, after: 10)
                while ended.load(ordering: .acquiring) < round { sched_yield() }
                if next.load() != rest { unsplit += 1 }
                next.store(free)
            }
            other.join()
            #expect(unsplit == 0)
        }
    }
}
