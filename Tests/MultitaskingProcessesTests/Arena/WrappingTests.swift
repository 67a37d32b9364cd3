import MultitaskingCore
import MultitaskingSerialization
import Testing

@testable import MultitaskingProcesses

/// Numbers that are cut to some bits: what happens before, at and after their end. Docs/memory-ordering.md has the
/// list.
@Suite struct WrappingTests {
    private func noJournal(_ fixture: Fixture) -> JournalEntry { JournalEntry(arena: fixture.arena, offset: nil) }

    // MARK: Channels and signals

    @Test
    func referenceToAChannelThatIsGone_reachesNoneOfTheNextFortyThousand() throws {
        let core = try PoolCore(workers: 1, arenaLimit: 64 << 20, compression: .none)
        let old = try core.makeChannel(ChannelOptions(capacity: 4)).reference
        for round in 0..<40_000 {
            let channel = try core.makeChannel(ChannelOptions(capacity: 4))
            try #require(channel.reference != old, "round \(round)")
            let found = try? ProcessChannel(old, membership: core.membership)
            try #require(found == nil, "round \(round)")
        }
        #expect(core.memoryUsage.channels == 0)
    }

    @Test
    func placesRestBeforeTheyServeAgain_andTheirSerialsGoOn() throws {
        var numbers = ObjectNumbers(limit: 1000)
        var seen: [Int: UInt64] = [:]
        var last: [Int] = []
        for _ in 0..<5000 {
            let number = numbers.take()
            let (index, serial) = try #require(number)
            #expect(serial == seen[index, default: 0] + 1)
            #expect(!last.suffix(60).contains(index))
            seen[index] = serial
            last.append(index)
            numbers.giveBack(index)
        }
        #expect(seen.count < 100 && numbers.usedCount == 0)
        for _ in 0..<1000 {
            let number = numbers.take()
            #expect(number != nil)
        }
        let none = numbers.take()
        #expect(none == nil && numbers.usedCount == 1000)
    }

    @Test
    func serialAtItsEnd_beginsAgainWithOne_andFitsItsReference() throws {
        var numbers = ObjectNumbers(limit: 1)
        _ = numbers.take()
        numbers.giveBack(0)
        numbers.preset(0, serial: SharedObjectID.serialLimit - 2)
        for expected in [SharedObjectID.serialLimit - 1, 1, 2] {
            let number = numbers.take()
            let (index, serial) = try #require(number)
            #expect(index == 0 && serial == expected)
            #expect(SharedObjectID(index: index, serial: serial).serial == expected)
            numbers.giveBack(index)
        }
    }

    @Test(arguments: [35, 36, 45] as [UInt64])
    func channelWhoseSegmentNumberPassesAPowerOfTwo_goesOn(bits: UInt64) throws {
        let fixture = try Fixture()
        let channel = try fixture.channel(for: 1, at: 1 << bits - 2)
        let other = try fixture.channel(for: 2)
        for round in 0..<300 {
            for element in 0..<(round % 3 + 1) { #expect(try channel.send(round * 10 + element, wait: .never)) }
            if round % 50 == 49 { fixture.recover(1) }
            #expect(channel.status.count == round % 3 + 1)
            for element in 0..<(round % 3 + 1) { #expect(try other.receive(as: Int.self) == round * 10 + element) }
            #expect(try other.receive(as: Int.self) == nil)
        }
        #expect(fixture.arena.blocksInUse().segments <= 2)
        for element in 0..<100 { _ = try channel.send(element, wait: .never) }
        #expect(other.close(discarding: true) == 100)
        #expect(channel.queue.dismantle())
        #expect(fixture.arena.blocksInUse().segments == 0)
    }

    /// As a process leaves it that has slept until the bits of a segment's number have begun again.
    @Test(arguments: [0, 1], [10, 31, 62])
    func endThatLeadsToAnotherSegment_findsItsOwnAgain(_ distance: UInt64, count: Int) throws {
        let fixture = try Fixture()
        let channel = try fixture.channel(for: 1, at: 1 << 40)
        let stray = ChannelQueue(
            header: fixture.arena.channel(1), serial: 9, membership: fixture.membership(1))
        try stray.begin(at: 7)
        let unit = stray.header.tailSegment.load(near: 7).unit
        var received = 0
        for element in 0..<count {
            #expect(try channel.send(element, wait: .never))
            if element % 2 == 0 {
                #expect(try channel.receive(as: Int.self) == received)
                received += 1
            }
        }
        for end in [fixture.header.tailSegment, fixture.header.headSegment] {
            let near = UInt64(1) << 40 + UInt64(count / Segment.cells)
            let link = end.load(near: near)
            end.store(SegmentLink(number: link.number + distance, unit: unit))
        }
        for element in count..<count + 40 { #expect(try channel.send(element, wait: .never)) }
        for element in received..<count + 40 { #expect(try channel.receive(as: Int.self) == element) }
        #expect(try channel.receive(as: Int.self) == nil)
        #expect(channel.status.count == 0)
    }

    @Test
    func tagsOfManyChannels_areDifferentForTheSameSegments() {
        var tags: Set<UInt64> = []
        for serial in 1...100_000 as ClosedRange<UInt64> {
            let origin = SegmentTag.origin(channel: Int(serial % 64), serial: serial)
            for segment in 0..<3 as Range<UInt64> {
                tags.insert(SegmentTag(origin: origin, segment: segment).rawValue)
            }
        }
        #expect(tags.count == 300_000)
    }

    // MARK: Blocks

    @Test
    func blockThatHasUsedAllItsGenerations_isUsedLast_andOldReferencesDoNotReachIt() throws {
        let fixture = try Fixture(chunks: 1)
        let heap = Heap(arena: fixture.arena, member: 1)
        let first = try heap.allocate(400, journal: noJournal(fixture))
        let header = try #require(fixture.arena.locate(first)?.header)
        // As if it had been allocated for days.
        let mask = BlockReference.generationMask
        header.store(BlockHeader(.used, generation: mask - 1))
        heap.free(BlockReference(offset: first.offset, generation: mask - 1))
        let last = try heap.allocate(400, journal: noJournal(fixture))
        #expect(last == BlockReference(offset: first.offset, generation: mask))
        heap.free(last)
        #expect(!fixture.arena.isLive(first))
        let count = ArenaLayout.chunkSize / 512
        var others: [BlockReference] = []
        for _ in 1..<count { others.append(try heap.allocate(400, journal: noJournal(fixture))) }
        #expect(!others.contains { $0.offset == first.offset })
        // Before the memory counts as full, it serves again.
        let again = try heap.allocate(400, journal: noJournal(fixture))
        #expect(again.offset == first.offset && !fixture.arena.isLive(last))
        #expect(throws: MultitaskingError.self) { try heap.allocate(400, journal: noJournal(fixture)) }
        heap.free(again)
        #expect(try heap.allocate(400, journal: noJournal(fixture)).offset == first.offset)
    }

    @Test
    func chunksThatHaveUsedAllTheirGenerations_areUsedLast_andOldReferencesDoNotReachThem() throws {
        let fixture = try Fixture(chunks: 4)
        let heap = Heap(arena: fixture.arena, member: 1)
        let first = try heap.allocate(1 << 20, journal: noJournal(fixture))
        let header = try #require(fixture.arena.locate(first)?.header)
        heap.free(first)
        // As if it had been allocated for days.
        let mask = BlockReference.generationMask
        header.store(BlockHeader(.free, generation: mask - 1))
        let last = try heap.allocate(1 << 20, journal: noJournal(fixture))
        #expect(last == BlockReference(offset: first.offset, generation: mask))
        heap.free(last)
        // Neither as a large block nor to be cut into small ones.
        var others = try [1 << 20, 1 << 20, 400].map { try heap.allocate($0, journal: noJournal(fixture)) }
        #expect(others.allSatisfy { $0.offset / (1 << 20) != first.offset / (1 << 20) })
        #expect(!fixture.arena.isLive(first) && !fixture.arena.isLive(last))
        // As a part of a larger block it does no harm: its header says nothing then.
        heap.free(others.removeFirst())
        heap.free(others.removeFirst())
        // Before the memory counts as full, it serves again.
        let all = try (0..<3).map { _ in try heap.allocate(1 << 20, journal: noJournal(fixture)) }
        #expect(all.last?.offset == first.offset && !all.dropLast().contains { $0.offset == first.offset })
        #expect(!fixture.arena.isLive(last))
        #expect(throws: MultitaskingError.self) { try heap.allocate(1 << 20, journal: noJournal(fixture)) }
    }

    @Test
    func oldReferenceToABlock_reachesNoneOfTheNextSeventeenMillionAllocations() throws {
        let fixture = try Fixture(chunks: 1)
        let heap = Heap(arena: fixture.arena, member: 1)
        let old = try heap.allocate(400, journal: noJournal(fixture))
        let header = try #require(fixture.arena.locate(old)?.header)
        heap.free(old)
        // Just before the 24 bits that generations once had begin again.
        header.store(BlockHeader(.free, generation: old.generation + 1 << 24 - 3))
        for _ in 0..<6 {
            let block = try heap.allocate(400, journal: noJournal(fixture))
            #expect(block.offset == old.offset && !fixture.arena.isLive(old))
            heap.free(old)
            #expect(fixture.arena.isLive(block))
            heap.free(block)
        }
    }

    // MARK: Tasks

    @Test(arguments: TaskRing.Kind.allCases)
    func ringWhosePositionPassesTheBitsOfASlotsWord_goesOn(kind: TaskRing.Kind) throws {
        let fixture = try Fixture(slots: 8)
        let header = fixture.arena.header
        let ends =
            switch kind {
            case .normal: [header.taskTail, header.taskHead]
            case .retries: [header.retryTail, header.retryHead]
            case .high: [header.highTail, header.highHead]
            case .low: [header.lowTail, header.lowHead]
            }
        for start in [Ticket.positionMask - 10, UInt64.max - 10] {
            for end in ends { end.store(start) }
            let ring = TaskRing(arena: fixture.arena, kind)
            for round in 0..<40 {
                let slot = fixture.arena.slot(round % 8)
                #expect(ring.push(slot, from: slot.word.load()))
                #expect(ring.holds(slot.word.load().ticket) && ring.count == 1)
                let claimed = try #require(ring.claim(by: 1, announce: { _ in }))
                #expect(claimed.slot.index == slot.index)
                slot.word.store(claimed.word.with(.free, member: 0))
                #expect(ring.isEmpty)
            }
        }
    }

    /// A process that has slept in the middle of a claim until the positions of a slot's word have begun again finds a
    /// task that is queued, or none. So what it claims is what anybody might have claimed at that moment.
    @Test(arguments: [false, true])
    func claimThatGoesOnAfterAllPositions_takesOnlyWhatIsQueued(isQueued: Bool) throws {
        let fixture = try Fixture(slots: 8)
        let start = Ticket.positionMask &- 3
        for end in [fixture.arena.header.taskTail, fixture.arena.header.taskHead] { end.store(start) }
        let ring = fixture.arena.tasks
        let slot = fixture.arena.slot(5)
        #expect(ring.push(slot, from: slot.word.load()))
        let old = SlotWord(.queued, ticket: Ticket(position: start, ring: .normal))
        #expect(slot.word.load() == old)
        // The others go on for four years, until the same slot is at the same position of a slot's word.
        let claimed = try #require(ring.claim(by: 2, announce: { _ in }))
        slot.word.store(claimed.word.with(.free, member: 0))
        let later = start &+ Ticket.positionMask &+ 1
        for end in [fixture.arena.header.taskTail, fixture.arena.header.taskHead] { end.store(later) }
        if isQueued { #expect(ring.push(slot, from: slot.word.load())) }
        // The sleeper's last steps: it changes the word, and would move the head on.
        let isTaken = slot.word.compareExchange(old, old.with(.claimed, member: 1))
        #expect(isTaken == isQueued)
        let headCell = fixture.arena.header.taskHead
        #expect(!headCell.compareExchange(start, start &+ 1) && headCell.load() == later)
        // Nobody else takes it, and what is queued next is found.
        let next = fixture.arena.slot(6)
        #expect(ring.push(next, from: next.word.load()))
        #expect(ring.claim(by: 2, announce: { _ in })?.slot.index == 6)
        #expect(ring.isEmpty && slot.word.load().isClaimed == isQueued)
    }

    @Test
    func slotThatHasServedAsManyTasksAsItCanCount_servesOn() throws {
        let fixture = try Fixture(slots: 8)
        let slot = fixture.arena.slot(3)
        slot.requests.flags.store(.max)
        slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
        let asked = slot.requests.snapshot
        #expect(!asked.isEndAskedFor && !slot.requests.isEndRequested)
        slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
        #expect(!slot.requests.requestEnd(after: asked))
    }

    @Test
    func progressThatDoesNotFit_saysNothing() throws {
        let fixture = try Fixture(slots: 8)
        let slot = fixture.arena.slot(3)
        for (number, noted) in [(7, 7), (0, 0), (-1, nil), (.min, nil), (.max, nil), (1 << 32, nil)] as [(Int, Int?)] {
            slot.note(progress: number)
            #expect(slot.progress == noted)
        }
    }

    @Test
    func countsThatOnlyWake_passTheirEndsUnnoticed() throws {
        let fixture = try Fixture(slots: 8)
        let slot = fixture.arena.slot(2)
        slot.completion.futex.store(.max - 1)
        slot.completion.signal(fixture.arena, slot: slot.index)
        slot.completion.reset()
        #expect(slot.completion.futex.load() & 3 == 0)
        let event = fixture.arena.event
        event.futex.store(.max)
        event.signal()
        #expect(event.futex.load() == 0)
        let channel = try fixture.channel(capacity: 1, for: 1)
        fixture.arena.futex(channel.queue.header.receivers.offset).store(.max - 1)
        #expect(try channel.send(1, wait: .never))
        #expect(try fixture.channel(for: 2).receive(as: Int.self, wait: .upTo(.seconds(1))) == 1)
        #expect(try channel.receive(as: Int.self, wait: .upTo(.milliseconds(1))) == nil)
    }
}
