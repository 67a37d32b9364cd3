import Glibc
import MultitaskingCore
import MultitaskingSerialization
import Testing

@testable import MultitaskingProcesses

/// Recovery from every state in which a member can die. The tests put the arena into that state by hand.
@Suite struct RecoveryTests {
    private let fixture: Fixture
    private var arena: Arena { fixture.arena }
    private var journal: JournalEntry { fixture.arena.member(1).journal(0) }
    private var innerJournal: JournalEntry { fixture.arena.member(1).journal(12) }
    private let large = [UInt8](repeating: 7, count: 1000)

    init() throws { fixture = try Fixture() }

    private var usage: [Int] { [arena.blocksInUse().payloads, arena.blocksInUse().segments] }

    // MARK: Blocks

    @Test(arguments: [10, 300, 200_000, 1 << 20, (3 << 20) + 1])
    func blockThatWasAllocatedAndNotHandedOverIsFreed(byteCount: Int) throws {
        _ = try Heap(arena: arena, member: 1).allocate(byteCount, journal: journal)
        #expect(usage[0] == 1)
        fixture.recover(1)
        #expect(usage[0] == 0)
        #expect(journal.block.isNone)
    }

    @Test
    func chunksThatWereClaimedForALargeBlockAreFreed() throws {
        let block = try Heap(arena: arena, member: 1).allocate(
            3 << 20, journal: JournalEntry(arena: arena, offset: nil))
        let place = try #require(arena.locate(block))
        place.header.store(BlockHeader(.free, generation: block.generation))
        fixture.recover(2)
        #expect(arena.blocksInUse().chunks == 3, "another member's death concerns it")
        fixture.recover(1)
        #expect(arena.blocksInUse().chunks == 0)
    }

    @Test(arguments: 0...2)
    func largeBlockThatWasBeingFreedIsFreedToTheEnd(tailsGone: Int) throws {
        let block = try Heap(arena: arena, member: 2).allocate(
            3 << 20, journal: JournalEntry(arena: arena, offset: nil))
        let place = try #require(arena.locate(block))
        place.header.store(BlockHeader(.freeing, generation: block.generation, owner: 1))
        for tail in 0..<tailsGone { arena.chunk(place.chunk + 2 - tail).store(ChunkWord(.cold)) }
        fixture.recover(1)
        #expect(arena.blocksInUse().chunks == 0)
    }

    // MARK: Sending

    @Test(arguments: [false, true])
    func placeThatWasBeingWrittenBecomesVoid(headMoved: Bool) throws {
        let channel = try fixture.channel(for: 2)
        #expect(try channel.send(1, wait: .never))
        let cell = try #require(fixture.cell(1))
        let block = try Heap(arena: arena, member: 1).allocate(1000, journal: journal)
        journal.channel = 0
        journal.cell = UInt64(cell.offset)
        cell.word.store(CellWord(.writing, owner: 1, tag: cell.word.load().tag))
        if headMoved { fixture.header.tail.add(1) }
        #expect(arena.isLive(block))
        fixture.recover(1)
        #expect(!arena.isLive(block))
        #expect(try channel.send(2, wait: .never))
        #expect(try channel.receive(as: Int.self) == 1)
        #expect(try channel.receive(as: Int.self) == 2)
        #expect(try channel.receive(as: Int.self) == nil)
        #expect(channel.status.count == 0)
        try channel.taskDone()
        try channel.taskDone()
        #expect(channel.join(wait: .never), "a place that never held an element is waited for")
    }

    /// The journal is cleared store by store; at each point the element was sent already.
    @Test(arguments: 0...2)
    func elementThatWasPublishedStays(storesOfClear: Int) throws {
        let sender = try fixture.channel(for: 1)
        #expect(try sender.send(large, wait: .never))
        let cell = try #require(fixture.cell(0))
        journal.channel = 0
        journal.cell = storesOfClear < 2 ? UInt64(cell.offset) : 0
        journal.block = storesOfClear < 1 ? cell.payload.block.load() : .none
        fixture.recover(1)
        #expect(try fixture.channel(for: 2).receive(as: [UInt8].self) == large)
        #expect(usage == [0, 1])
    }

    @Test
    func clearingAJournalEntryNeverLeavesTheBlockAlone() throws {
        // What `clear` must do in this order is above; here is that it does all of it.
        journal.block = BlockReference(rawValue: 77)
        journal.segment = 3
        journal.cell = 4
        journal.clear()
        #expect(journal.block.isNone && journal.segment == 0 && journal.cell == 0)
    }

    // MARK: Receiving

    @Test(arguments: [false, true])
    func elementThatWasBeingReadIsGoneWithItsBlock(headMoved: Bool) throws {
        let channel = try fixture.channel(for: 2)
        #expect(try channel.send(large, wait: .never))
        #expect(try channel.send(5, wait: .never))
        let cell = try #require(fixture.cell(0))
        journal.channel = 0
        journal.cell = UInt64(cell.offset)
        cell.word.store(CellWord(.reading, owner: 1, tag: cell.word.load().tag))
        if headMoved { fixture.header.head.word.add(1) }
        fixture.recover(2)
        #expect(cell.word.load().state == .reading, "another member's death concerns it")
        fixture.recover(1)
        #expect(usage[0] == 0)
        #expect(try channel.receive(as: Int.self) == 5)
        #expect(channel.status.count == 0)
    }

    // MARK: Segments

    /// Sends and receives so that the first segment is empty and the head still in it.
    private func emptyFirstSegment(_ channel: ProcessChannel) throws {
        for number in 0..<Segment.cells + 1 { #expect(try channel.send(number, wait: .never)) }
        for number in 0..<Segment.cells { #expect(try channel.receive(as: Int.self) == number) }
        #expect(usage[1] == 2)
    }

    private var firstSegment: (Segment, SegmentLink) {
        get throws {
            let link = fixture.header.headSegment.load(near: 0)
            return (try #require(Segment(arena: arena, link: link)), link)
        }
    }

    @Test
    func placeThatWasEmptiedAndNotCountedIsCounted() throws {
        let channel = try fixture.channel(for: 2)
        for number in 0..<Segment.cells + 1 { #expect(try channel.send(number, wait: .never)) }
        let cell = try #require(fixture.cell(0))
        cell.word.store(CellWord(.consumed, owner: 1, tag: cell.word.load().tag))
        journal.channel = 0
        journal.cell = UInt64(cell.offset)
        for number in 1...Segment.cells { #expect(try channel.receive(as: Int.self) == number) }
        #expect(usage[1] == 2, "the segment was given back though a place is not counted")
        fixture.recover(1)
        #expect(usage[1] == 1)
    }

    @Test
    func placeThatAnotherMemberEmptiesIsLeftToIt() throws {
        let channel = try fixture.channel(for: 2)
        for number in 0..<Segment.cells + 1 { #expect(try channel.send(number, wait: .never)) }
        let cell = try #require(fixture.cell(0))
        cell.word.store(CellWord(.consumed, owner: 2, tag: cell.word.load().tag))
        journal.channel = 0
        journal.cell = UInt64(cell.offset)
        for number in 1...Segment.cells { #expect(try channel.receive(as: Int.self) == number) }
        fixture.recover(1)
        #expect(usage[1] == 2)
    }

    /// 0: before the head moved; 1: after it; 2: marked as retired; 3: given back.
    @Test(arguments: 0...3)
    func segmentThatWasBeingLeftIsGivenBackOnce(step: Int) throws {
        let channel = try fixture.channel(for: 2)
        try emptyFirstSegment(channel)
        let (segment, link) = try firstSegment
        let block = segment.block.load()
        innerJournal.channel = 0
        innerJournal.segment = (link.number + 1) | JournalEntry.retiring
        innerJournal.block = block
        if step >= 1 { fixture.header.headSegment.store(segment.next.load(near: 0)) }
        if step >= 2 { segment.tag.store(segment.tag.load() | Segment.retiredFlag) }
        if step >= 3 { arena.free(block, by: 1) }
        fixture.recover(1)
        #expect(usage[1] == (step == 0 ? 2 : 1))
        #expect(try channel.receive(as: Int.self) == Segment.cells)
        #expect(usage[1] == 1)
        for number in 0..<100 { #expect(try channel.send(number, wait: .never)) }
        for number in 0..<100 { #expect(try channel.receive(as: Int.self) == number) }
    }

    /// 0: allocated; 1: made ready; 2: linked; 3: linked and in use; 4: linked, used up and passed by the head.
    @Test(arguments: 0...4)
    func segmentThatWasBeingAppendedStaysOnlyIfItWasLinked(step: Int) throws {
        let channel = try fixture.channel(for: 2)
        for number in 0..<Segment.cells { #expect(try channel.send(number, wait: .never)) }
        let (segment, link) = try firstSegment
        innerJournal.channel = 0
        innerJournal.segment = link.number + 2
        let heap = Heap(arena: arena, member: 1)
        let block = try heap.allocate(sizeClass: SizeClass.segment, journal: innerJournal)
        let fresh = Segment(arena: arena, offset: block.offset)
        let tag = SegmentTag(origin: SegmentTag.origin(channel: 0, serial: 5), segment: link.number + 1)
        if step >= 1 { fresh.initialize(tag, block: block, channel: 0) }
        if step >= 2 { segment.next.store(SegmentLink(number: link.number + 1, unit: fresh.unit)) }
        var expected = 0
        if step >= 3 { #expect(try channel.send(Segment.cells, wait: .never)) }
        if step >= 4 {
            for number in Segment.cells + 1..<Segment.cells * 3 { #expect(try channel.send(number, wait: .never)) }
            // One element of the segment is still being read when the head has passed it.
            for number in 0..<Segment.cells { #expect(try channel.receive(as: Int.self) == number) }
            let cell = fresh.cell(0)
            #expect(cell.word.load().tag == tag)
            cell.word.store(CellWord(.reading, owner: 2, tag: tag))
            for number in Segment.cells + 1...Segment.cells * 2 { #expect(try channel.receive(as: Int.self) == number) }
            expected = Segment.cells * 2 + 1
        }
        fixture.recover(1)
        #expect(arena.isLive(block) == (step >= 2))
        for number in expected..<(step < 3 ? Segment.cells : step == 3 ? Segment.cells + 1 : Segment.cells * 3) {
            #expect(try channel.receive(as: Int.self) == number)
        }
        #expect(try channel.receive(as: Int.self) == nil)
    }

    @Test
    func journalThatNamesAChannelWhichIsGoneEndsRecovery() throws {
        let channel = try fixture.channel(for: 0)
        let (segment, link) = try firstSegment
        #expect(channel.queue.dismantle())
        // The memory serves another channel by now.
        segment.initialize(
            SegmentTag(origin: SegmentTag.origin(channel: 1, serial: 9), segment: 0),
            block: segment.block.load(), channel: 1)
        innerJournal.channel = 0
        innerJournal.segment = link.number + 2
        let block = try Heap(arena: arena, member: 1).allocate(sizeClass: SizeClass.segment, journal: innerJournal)
        fixture.recover(1)
        #expect(!arena.isLive(block))
    }

    @Test
    func channelThatIsDismantledTakesNoMoreSegments() throws {
        let channel = try fixture.channel(for: 0)
        for number in 0..<Segment.cells { #expect(try channel.send(number, wait: .never)) }
        let (segment, link) = try firstSegment
        #expect(channel.queue.dismantle())
        #expect(
            segment.next.load(near: link.number)
                != SegmentLink(
                    noneAfter: SegmentTag(origin: SegmentTag.origin(channel: 0, serial: 5), segment: link.number)
                ))
        #expect(usage == [0, 0])
    }

    @Test
    func channelWithAPlaceInUseIsDismantledLater() throws {
        let channel = try fixture.channel(for: 0)
        for _ in 0..<40 { #expect(try channel.send(large, wait: .never)) }
        let cell = try #require(fixture.cell(3))
        let word = cell.word.load()
        cell.word.store(CellWord(.reading, owner: 1, tag: word.tag))
        #expect(!channel.queue.dismantle())
        journal.channel = 0
        journal.cell = UInt64(cell.offset)
        fixture.recover(1)
        #expect(channel.queue.dismantle())
        #expect(usage == [0, 0])
    }

    // MARK: Tasks

    private func claimedSlot(_ phase: WorkerFailure.Phase) -> TaskSlot {
        let slot = arena.slot(3)
        let member = arena.member(1)
        member.pid.store(4711)
        member.slot.store(slot.number)
        member.enter(phase)
        slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
        slot.word.store(SlotWord(.claimed, member: 1, ticket: Ticket(position: 9, ring: .normal)))
        return slot
    }

    @Test
    func taskThatHadNotBegunIsQueuedAgain() throws {
        let slot = claimedSlot(.idle)
        fixture.recover(1)
        #expect(slot.word.load().status == .queued)
        let claim = arena.retries.claim(by: 2, announce: { _ in })
        #expect(claim?.slot.index == 3)
        #expect(arena.retries.isEmpty)
    }

    /// A task of member 1 whose time is up, in a pool without processes.
    private func taskOutOfTime() throws -> (core: PoolCore, slot: TaskSlot, member: MemberRecord) {
        let core = try PoolCore(workers: 2, arenaLimit: 64 << 20, compression: .none)
        let slot = core.arena.slot(0)
        slot.prepare(kind: .portable, function: 0, options: TaskOptions(timeout: .seconds(1)), stamp: nil)
        slot.word.store(slot.word.load().with(.terminatingForTimeout, member: 1))
        let member = core.arena.member(1)
        member.slot.store(slot.number)
        member.enter(.running)
        return (core, slot, member)
    }

    @Test
    func taskOutOfTimeWhoseSupervisorDies_isTimedOut() throws {
        let (core, slot, _) = try taskOutOfTime()
        Recovery(core.mapping).recover(1, .withSupervisor)
        #expect(core.crashError(of: slot).code == .taskTimedOut)
    }

    /// A worker says that it begins to die, and is killed because that takes too long.
    @Test(arguments: [(dies: 900, isTimedOut: false), (dies: 1100, isTimedOut: true)])
    func taskWhoseWorkerBeginsToDieAroundItsTimeLimit_isTimedOutIfItWasLate(dies: UInt64, isTimedOut: Bool) throws {
        let (core, slot, member) = try taskOutOfTime()
        member.deadline.store(1000)
        member.crashTime.store(dies)
        member.crashSignal.store(UInt64(SIGSEGV))
        Recovery(core.mapping).recover(1, .init(status: EndStatus(number: SIGKILL, isSignal: true), peakMemory: 0))
        let error = core.crashError(of: slot)
        #expect(error.code == (isTimedOut ? .taskTimedOut : .workerCrashed))
        #expect((error.cause as? WorkerFailure)?.signal == SIGSEGV)
    }

    @Test(arguments: [WorkerFailure.Phase.decoding, .running, .encoding])
    func taskThatHadBegunCrashedAndItsResultIsFreed(phase: WorkerFailure.Phase) throws {
        let slot = claimedSlot(phase)
        let membership = fixture.membership(1)
        try membership.withWriter { writer in
            try writer.encode(large)
            try slot.result.store(writer, heap: membership.heap, journal: journal, compression: .none)
        }
        fixture.recover(1)
        #expect(slot.word.load().status == .done && slot.resultKind.load() == .crashed)
        #expect(slot.crashRecord.pid.load() == 4711 && slot.crashRecord.phase == phase)
        #expect(usage[0] == 0)
    }

    @Test
    func taskWhoseEndWasPublishedKeepsItsResult() throws {
        let slot = claimedSlot(.encoding)
        let membership = fixture.membership(1)
        try membership.withWriter { writer in
            try writer.encode(large)
            try slot.result.store(writer, heap: membership.heap, journal: journal, compression: .none)
        }
        #expect(slot.finish(from: slot.word.load(), as: .value))
        fixture.recover(1)
        #expect(slot.resultKind.load() == .value && arena.isLive(slot.result.block.load()))
    }

    @Test
    func taskOfAnotherMemberIsLeftAlone() throws {
        let slot = claimedSlot(.running)
        slot.word.store(slot.word.load().with(.claimed, member: 2))
        let before = slot.word.load()
        fixture.recover(1)
        #expect(slot.word.load() == before)
    }
}
