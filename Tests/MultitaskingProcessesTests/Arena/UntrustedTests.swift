import CMultitaskingLinux
import Foundation
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingTestSupport
import Synchronization
import Testing

@testable import MultitaskingProcesses

/// What is in the shared memory is input: whatever stands there, it is refused or makes no harm.
@Suite struct UntrustedTests {
    private func noJournal(_ fixture: Fixture) -> JournalEntry { JournalEntry(arena: fixture.arena, offset: nil) }

    // MARK: Payloads

    private func compressedZeros(_ count: Int) throws -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: count)
        let frame = try unsafe zeros.withUnsafeBytes { try unsafe ZstdCodec.compress($0, level: 1) }
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + frame
    }

    private func place(_ bytes: [UInt8], in fixture: Fixture) throws -> PayloadField {
        let heap = Heap(arena: fixture.arena, member: 1)
        let block = try heap.allocate(bytes.count, journal: noJournal(fixture))
        unsafe fixture.arena.withBytes(at: block.offset, count: bytes.count) { unsafe $0.copyBytes(from: bytes) }
        let place = fixture.arena.slot(1).result
        place.adopt(block, length: bytes.count)
        let word = place.word(.length)
        word.store(word.load() | PayloadBlock.compressedFlag)
        return place
    }

    private func size(of place: PayloadField) throws -> Int { try unsafe place.withPayload { $0.count } }

    @Test
    func payloadThatBecomesMoreThanThePoolsMemory_isRefusedByItsReader() throws {
        let fixture = try Fixture(chunks: 16)
        let small = try place(compressedZeros(16 << 20), in: fixture)
        #expect(try size(of: small) == 16 << 20)
        for count in [16 << 20 + 1, 256 << 20] {
            let large = try place(compressedZeros(count), in: fixture)
            let error = #expect(throws: MultitaskingError.self) { try size(of: large) }
            #expect(error?.code == .decodeFailed)
        }
    }

    @Test
    func payloadThatIsMoreThanThePoolsMemory_isRefusedByItsWriter_howeverSmallItBecomes() throws {
        let fixture = try Fixture(chunks: 16)
        let heap = Heap(arena: fixture.arena, member: 1)
        for (count, fits) in [(15 << 20, true), (17 << 20, false)] {
            let writer = PayloadWriter()
            try writer.encode([UInt8](repeating: 0, count: count))
            let parcel = try? PayloadBlock(
                writer, arena: fixture.arena, heap: heap, journal: noJournal(fixture), compression: .zstd(level: 1))
            #expect((parcel != nil) == fits)
        }
    }

    @Test
    func wordOfAChunkThatChangesBetweenTwoLooks_trapsNobody() throws {
        let fixture = try Fixture(chunks: 4)
        let heap = Heap(arena: fixture.arena, member: 1)
        let other = Heap(arena: fixture.arena, member: 2)
        let block = try heap.allocate(400, journal: noJournal(fixture))
        let place = try #require(fixture.arena.locate(block))
        let (healthy, word) = (place.word, fixture.arena.chunk(place.chunk))
        let isOver = Atomic<Bool>(false)
        // Another class than there is, another owner, a run, and so on; then what it was.
        let forged = [
            ChunkWord(.blocks, owner: 1, sizeClass: 255), ChunkWord(.blocks, owner: 1023, sizeClass: 200),
            ChunkWord(.run, owner: 1, value: 0xffff_ffff), ChunkWord(.blocks, owner: 1, sizeClass: 13),
        ]
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            if thread == 0 {
                while !isOver.load(ordering: .relaxed) {
                    for value in forged {
                        word.store(value)
                        word.store(healthy)
                    }
                }
                return
            }
            for round in 0..<300_000 {
                place.header.store(BlockHeader(.used, generation: block.generation))
                (round % 2 == 0 ? heap : other).free(block)
                _ = fixture.arena.isSegment(block)
            }
            isOver.store(true, ordering: .relaxed)
        }
        word.store(healthy)
    }

    private static let hostileWords: [UInt64] = [
        0, 1, 1 << 31, 1 << 32, UInt64(Int64.max) - 1, UInt64(Int64.max), 1 << 63, .max - 1, .max,
    ]

    /// Neighbouring words have different values: two that are alike may cancel each other out.
    @Test(arguments: hostileWords, hostileWords)
    func countersAndTimesThatAreAnything_areSummedInTheStatistics(_ word: UInt64, _ other: UInt64) throws {
        let core = try PoolCore(workers: 3, arenaLimit: 16 << 20, compression: .none)
        let arena = core.arena
        for place in stride(from: 0, to: WorkerTally.size, by: 8) {
            for worker in 1...3 {
                // Bit by bit of the worker's number, so that words at any distance differ once.
                let isOther = (place / 8 >> (worker - 1)) & 1 == 1
                arena.word(arena.tally(worker).offset + place).store(isOther ? other : word)
            }
        }
        arena.crashes.retried.store(word)
        arena.header.usedChunks.store(word)
        let statistics = core.statistics
        #expect(statistics.workers.count == 3 && statistics.tasks.retried ?? 0 >= 0)
        let memory = try #require(statistics.memory)
        #expect((0...memory.limit).contains(memory.used))
        #expect(!statistics.description.isEmpty)
        _ = core.memoryUsage
    }

    /// Where a ring begins and ends is asked for to see how many tasks wait that count.
    @Test(arguments: hostileWords, hostileWords)
    func queueWhoseEndsAreAnything_countsNoMoreThanFit(_ head: UInt64, _ tail: UInt64) throws {
        let core = try PoolCore(workers: 1, arenaLimit: 16 << 20, compression: .none, queueLimit: 2)
        let call = Invocation(ValueFunction { negated }, ArgumentList(1))
        var options = TaskOptions.default
        options.waitForRoom = .never
        let first = try core.submit(call, options: options)
        #expect(first.cancel(force: false) && first.state == .cancelled)
        let ring = TaskRing(arena: core.arena, .normal)
        core.arena.header.taskHead.store(head)
        core.arena.header.taskTail.store(tail)
        #expect((0...2 * core.arena.layout.slotCapacity).contains(ring.count))
        #expect(ring.extent.head == head && (0...2 * core.arena.layout.slotCapacity).contains(ring.extent.count))
        for _ in 0..<4 { _ = try? core.submit(call, options: options) }
    }

    /// How many entries there are is looked at twice.
    @Test
    func countOfPassagesThatChangesBetweenTwoLooks_leadsOutOfNoTable() throws {
        let fixture = try Fixture(chunks: 4)
        let arena = fixture.arena
        let heap = Heap(arena: arena, member: 1)
        let block = try heap.allocate(400, journal: noJournal(fixture))
        let isOver = Atomic<Bool>(false)
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            if thread == 0 {
                while !isOver.load(ordering: .relaxed) {
                    for word in Self.hostileWords { arena.header.passageCount.store(word) }
                    arena.header.passageCount.store(0)
                }
                return
            }
            for _ in 0..<5_000 { try? Passage(arena).add([7], in: block, by: 1) }
            isOver.store(true, ordering: .relaxed)
        }
        // Whatever was written lies in the table.
        arena.header.passageCount.store(UInt64(arena.layout.passageCapacity))
        #expect(Passage(arena).leads(to: 7))
    }

    @Test
    func chainOfFreeSlotsThatWasWrittenOver_givesNoSlotTwice() throws {
        let fixture = try Fixture(slots: 16)
        let free = FreeSlots(arena: fixture.arena)
        var chain = FreeSlots.Chain()
        let slots = (0..<4).compactMap { _ in free.takeReturned(from: &chain) ?? free.takeUnused() }
        for slot in slots { free.giveBack(slot) }
        // Around in a circle, and to a slot that serves a task.
        slots[3].nextFree = UInt64(slots[3].index + 1)
        var taken: [Int] = []
        for _ in 0..<13 {
            guard let slot = free.takeReturned(from: &chain) ?? free.takeUnused() else { break }
            slot.word.store(SlotWord(.queued, ticket: Ticket(position: 1, ring: .normal)))
            taken.append(slot.index)
        }
        #expect(taken.count == 13 && Set(taken).count == 13)
    }

    @Test
    func chainOfFreeSlotsThatLeadsOutOfTheArena_isGivenUp_andNotWhatIsGivenBackLater() throws {
        let fixture = try Fixture(slots: 4)
        let free = FreeSlots(arena: fixture.arena)
        var chain = FreeSlots.Chain()
        let slots = (0..<4).compactMap { _ in free.takeUnused() }
        for slot in slots.prefix(2) { free.giveBack(slot) }
        slots[1].nextFree = 5
        #expect(free.takeReturned(from: &chain)?.index == 1)
        #expect(free.takeReturned(from: &chain) == nil)
        free.giveBack(slots[2])
        #expect(free.takeReturned(from: &chain)?.index == 2)
    }

    // MARK: Functions

    @Test
    func forgedEntriesOfTheFunctionTable_areRefusedSoon() throws {
        let fixture = try Fixture()
        let table = fixture.arena.functions
        var extent = FunctionTable.Extent()
        let function = PlainFunction { {} }
        let address = try #require(FunctionAddress(of: function))
        let name = try #require(FunctionTypeName(of: PlainFunction.self))
        #expect(try table.add(address, typeName: name.mangled, to: &extent) == 0)
        #expect(try table.resolve(0).address == address)
        let entry = ArenaLayout.functionTable
        func word(_ field: Int) -> SharedWord { fixture.arena.word(entry + field * 8) }
        let healthy = (0..<5).map { word($0).load() }
        func expectRefusal(_ what: String, _ forge: () -> Void) {
            forge()
            let start = processorTime()
            let error = #expect(throws: MultitaskingError.self, "\(what)") { try table.resolve(0) }
            #expect(error?.code == .functionNotFound)
            #expect(processorTime() - start < .seconds(2), "\(what)")
            for (field, value) in healthy.enumerated() { word(field).store(value) }
        }
        expectRefusal("code elsewhere") { word(0).store(healthy[0] &+ 1 << 40) }
        expectRefusal("code nowhere") { word(0).store(.max) }
        expectRefusal("another image") { word(2).store(3) }
        expectRefusal("a long path") { word(2).store(8 << 20) }
        expectRefusal("a long name") { word(4).store(4 << 20) }
        expectRefusal("names beyond the table") { word(3).store(.max) }
        let forged = Array(("SS" + String(repeating: "Sg", count: 41)).utf8)
        expectRefusal("a name that takes for ever") {
            unsafe fixture.arena.withBytes(at: ArenaLayout.functionNames + (1 << 20), count: forged.count) {
                unsafe $0.copyBytes(from: forged)
            }
            word(3).store(1 << 20)
            word(4).store(UInt64(forged.count))
        }
        // A count that anybody may have raised makes no more entries than there are places for.
        fixture.arena.header.functionCount.store(.max)
        #expect(throws: MultitaskingError.self) { try table.resolve(1 << 31) }
        #expect(throws: MultitaskingError.self) { try table.resolve(.max) }
        // And one that was lowered does not have the next function take the place of another.
        fixture.arena.header.functionCount.store(0)
        #expect(try table.add(address, typeName: name.mangled, to: &extent) == 1)
        #expect(try table.resolve(0).address == address && table.resolve(1).address == address)
    }

    // MARK: Processes

    @Test
    func processThatOnlyTheMemoryCallsAMember_isOpenedByNobody() throws {
        let fixture = try Fixture()
        let mark = ProcessMark(fixture.mapping)
        let stranger = Process()
        stranger.executableURL = URL(fileURLWithPath: "/bin/sleep")
        stranger.arguments = ["100"]
        try stranger.run()
        // It may have begun with other signals blocked, as the threads of Dispatch have them.
        defer { kill(stranger.processIdentifier, SIGKILL) }
        let copy = fixture.arena.member(3)
        copy.setProcess(stranger.processIdentifier)
        for isForked in [true, false] {
            #expect(try copy.openProcess(mark, client: getpid(), isForked: isForked) == nil)
        }
        // Another pool's member is not this one's.
        let other = try Fixture()
        ProcessMark(other.mapping).set(on: stranger.processIdentifier)
        #expect(try copy.openProcess(mark, client: getpid(), isForked: true) == nil)
        // With the mark, as whoever forks a copy sets it, it is a member; and a copy only if the client has forked it.
        mark.set(on: stranger.processIdentifier)
        #expect(try copy.openProcess(mark, client: getppid(), isForked: true) == nil)
        let member = try #require(try copy.openProcess(mark, client: getpid(), isForked: true))
        #expect(member.id == stranger.processIdentifier)
    }
}

@Sendable private func negated(_ number: Int) -> Int { -number }
