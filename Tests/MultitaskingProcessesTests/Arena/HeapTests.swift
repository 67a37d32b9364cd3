import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization
import Testing

@testable import MultitaskingProcesses

/// The heap against a model: what it hands out never overlaps, and what is given back comes again.
@Suite struct HeapTests {
    private struct Held {
        var block: BlockReference
        var range: Range<Int>
        var stamp: UInt64
    }

    private func noJournal(_ fixture: Fixture) -> JournalEntry { JournalEntry(arena: fixture.arena, offset: nil) }

    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func twoHeapsThatFreeEachOthersBlocksNeverOverlap(seed: UInt64) throws {
        let fixture = try Fixture(chunks: 48)
        // They run in one thread: neither can answer the other.
        let heap = { Heap(arena: fixture.arena, member: $0, ringSupervisor: nil) }
        var heaps = [heap(1), heap(2)]
        var random = SplitMix64(seed: seed)
        var held: [Held] = []
        for step in 0..<4000 {
            if Bool.random(using: &random), held.count < 200 {
                let count = Int.random(in: 0...(1 << Int.random(in: 0...22, using: &random)), using: &random)
                do {
                    let block = try heaps[step % 2].allocate(count, journal: noJournal(fixture))
                    let range = block.offset..<block.offset + max(8, count)
                    #expect(!held.contains { $0.range.overlaps(range) }, "seed \(seed), step \(step)")
                    let stamp = random.next()
                    fixture.arena.word(block.offset).store(stamp)
                    held.append(Held(block: block, range: range, stamp: stamp))
                } catch let error as MultitaskingError { #expect(error.code == .arenaLimitReached) }
            } else if let index = held.indices.randomElement(using: &random) {
                let gone = held.remove(at: index)
                #expect(fixture.arena.word(gone.block.offset).load() == gone.stamp)
                #expect(fixture.arena.isLive(gone.block))
                heaps[step / 2 % 2].free(gone.block)
                #expect(!fixture.arena.isLive(gone.block))
                heaps[step / 3 % 2].free(gone.block)
            }
            // A successor takes over what its predecessor had.
            if step % 500 == 499 { heaps[0] = heap(1) }
        }
        #expect(fixture.arena.blocksInUse().payloads == held.count)
        for (index, gone) in held.enumerated() { heaps[index % 2].free(gone.block) }
        #expect(fixture.arena.blocksInUse().payloads == 0)
    }

    @Test
    func successorFindsAllThatItsPredecessorLeftFree() throws {
        let fixture = try Fixture(chunks: 1)
        let all = ArenaLayout.chunkSize / 512
        for round in 0..<3 {
            let heap = Heap(arena: fixture.arena, member: 1)
            let blocks = try (0..<all).map { _ in try heap.allocate(400, journal: noJournal(fixture)) }
            #expect(Set(blocks.map(\.offset)).count == all, "round \(round)")
            #expect(throws: MultitaskingError.self) { try heap.allocate(400, journal: noJournal(fixture)) }
            let other = Heap(arena: fixture.arena, member: 2)
            for (index, block) in blocks.enumerated() { (index % 2 == 0 ? heap : other).free(block) }
        }
    }

    @Test
    func blockThatWasFreedButNotCountedIsFoundBeforeTheArenaCountsAsFull() throws {
        let fixture = try Fixture(chunks: 1)
        let heap = Heap(arena: fixture.arena, member: 1)
        let blocks = try (0..<ArenaLayout.chunkSize / 512).map { _ in
            try heap.allocate(400, journal: noJournal(fixture))
        }
        let place = try #require(fixture.arena.locate(blocks[7]))
        place.header.store(BlockHeader(.free, generation: blocks[7].generation))
        let again = try heap.allocate(400, journal: noJournal(fixture))
        #expect(again.offset == blocks[7].offset && again != blocks[7])
    }

    @Test
    func countOfWarmChunksBelowZeroStopsNobody() throws {
        let fixture = try Fixture()
        let heap = Heap(arena: fixture.arena, member: 1)
        let block = try heap.allocate(3 << 20, journal: noJournal(fixture))
        fixture.arena.header.warmChunks.store(.max)
        heap.free(block)
        #expect(fixture.arena.blocksInUse().chunks == 0)
    }

    @Test
    func referencesThatCannotBeAreRefused() throws {
        let fixture = try Fixture()
        let heap = Heap(arena: fixture.arena, member: 1)
        let block = try heap.allocate(400, journal: noJournal(fixture))
        var random = SplitMix64(seed: 99)
        for _ in 0..<2000 {
            let reference = BlockReference(rawValue: random.next())
            if reference != block { #expect(!fixture.arena.isLive(reference)) }
            heap.free(reference)
        }
        for offset in [block.offset + 256, block.offset - 256, 0, fixture.arena.layout.size] {
            #expect(!fixture.arena.isLive(BlockReference(offset: offset, generation: block.generation)))
        }
        #expect(fixture.arena.isLive(block))
    }

    // MARK: Chunks that go back

    /// How many bytes each of the classes of small blocks but the one of segments is asked for.
    private static let sizes = (0..<SizeClass.segment).map { SizeClass.size($0) }

    @Test
    func chunksOfOneSizeServeForAnother_whenTheirBlocksAreFree() throws {
        let fixture = try Fixture(chunks: 4)
        let heap = Heap(arena: fixture.arena, member: 1)
        for round in 0..<3 {
            for size in Self.sizes + [3 << 20] {
                let count = (4 << 20) / max(size, 1)
                let blocks = try (0..<count).map { _ in try heap.allocate(size, journal: noJournal(fixture)) }
                #expect(throws: MultitaskingError.self, "round \(round), \(size) bytes") {
                    try heap.allocate(size, journal: noJournal(fixture))
                }
                for block in blocks { heap.free(block) }
            }
        }
        heap.giveBackEmptyChunks()
        #expect(fixture.arena.blocksInUse() == (payloads: 0, segments: 0, chunks: 0))
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func oldReferencesReachNothing_howeverTheirChunksAreCutAgain(seed: UInt64) throws {
        let fixture = try Fixture(chunks: 3)
        let heap = Heap(arena: fixture.arena, member: 1)
        var random = SplitMix64(seed: seed)
        var old: Set<UInt64> = []
        for _ in 0..<60 {
            let size = Self.sizes.randomElement(using: &random) ?? 256
            var blocks: [BlockReference] = []
            for _ in 0..<Int.random(in: 1...64, using: &random) {
                guard let block = try? heap.allocate(size, journal: noJournal(fixture)) else { break }
                #expect(old.insert(block.rawValue).inserted, "seed \(seed): a reference came twice")
                blocks.append(block)
            }
            for block in blocks { heap.free(block) }
            heap.giveBackEmptyChunks()
            for reference in old { #expect(!fixture.arena.isLive(BlockReference(rawValue: reference))) }
        }
    }

    @Test
    func smallBlockIsTakenFromALargerClass_whenThereIsNoChunkToCut() throws {
        let fixture = try Fixture(chunks: 1)
        let heap = Heap(arena: fixture.arena, member: 1)
        let large = try heap.allocate(512 << 10, journal: noJournal(fixture))
        let small = try heap.allocate(300, journal: noJournal(fixture))
        #expect(small.offset != large.offset && fixture.arena.isLive(small) && fixture.arena.isLive(large))
        #expect(throws: MultitaskingError.self) { try heap.allocate(300, journal: noJournal(fixture)) }
        heap.free(small)
        heap.free(large)
        #expect(fixture.arena.blocksInUse().payloads == 0)
    }

    @Test
    func memberWithoutMemoryAsksForTheEmptyChunksOfOthers() throws {
        let fixture = try Fixture(chunks: 2)
        let (one, two) = (Heap(arena: fixture.arena, member: 1), Heap(arena: fixture.arena, member: 2))
        let blocks = try [300, 3000].map { try one.allocate($0, journal: noJournal(fixture)) }
        let attention = fixture.arena.member(1).attention
        #expect(throws: MultitaskingError.self) { try two.allocate(1 << 20, journal: noJournal(fixture)) }
        #expect(attention.load() == 0, "there is nothing that it could give back")
        one.free(blocks[0])
        #expect(throws: MultitaskingError.self) { try two.allocate(1 << 20, journal: noJournal(fixture)) }
        #expect(attention.load() == MemberRecord.Attention.chunks)
        one.giveBackEmptyChunks()
        let block = try two.allocate(1 << 20, journal: noJournal(fixture))
        #expect(fixture.arena.isLive(block) && fixture.arena.isLive(blocks[1]))
    }

    @Test
    func memberAsksAgain_whenAThirdOneHasTakenWhatWasGivenBack() throws {
        let fixture = try Fixture(workers: 3, chunks: 1)
        let arena = fixture.arena
        let heaps = (1...3).map { Heap(arena: arena, member: $0) }
        heaps[0].free(try heaps[0].allocate(300, journal: noJournal(fixture)))
        let isDone = Latch()
        try SystemThread(name: "others") {
            defer { isDone.open() }
            waitUntilAsked(arena.member(1))
            heaps[0].giveBackEmptyChunks()
            // Nearly always before the one that has asked looks.
            guard let block = try? heaps[2].allocate(300, journal: noJournal(fixture)) else { return }
            heaps[2].free(block)
            waitUntilAsked(arena.member(3))
            heaps[2].giveBackEmptyChunks()
        }.detach()
        defer { _ = isDone.wait(.upTo(.seconds(60))) }
        let block = try heaps[1].allocate(300, journal: noJournal(fixture))
        #expect(arena.isLive(block))
    }

    /// Member 3 never answers.
    @Test
    func memberThatWaitsForChunks_givesBackItsOwnThatHasBecomeEmpty() throws {
        let fixture = try Fixture(workers: 3, chunks: 2)
        let arena = fixture.arena
        let heaps = (1...3).map { Heap(arena: arena, member: $0) }
        heaps[2].free(try heaps[2].allocate(300, journal: noJournal(fixture)))
        let held = try heaps[0].allocate(300, journal: noJournal(fixture))
        let isDone = Latch()
        let blocks = Mutex<[BlockReference]>([])
        let take = { @Sendable (heap: Heap) in
            guard let block = try? heap.allocate(1 << 20, journal: noJournal(fixture)) else { return }
            blocks.withLock { $0.append(block) }
        }
        try SystemThread(name: "other") {
            take(heaps[0])
            isDone.open()
        }.detach()
        waitUntilAsked(arena.member(3))
        arena.free(held, by: 2)
        take(heaps[1])
        #expect(isDone.wait(.upTo(.seconds(60))))
        let taken = blocks.withLock { $0 }
        #expect(taken.count == 1 && taken.allSatisfy { arena.isLive($0) })
    }

    @Test
    func memberThatDiesWhileItGivesAChunkBack_leavesNone() throws {
        let fixture = try Fixture(chunks: 1)
        let heap = Heap(arena: fixture.arena, member: 1)
        heap.free(try heap.allocate(300, journal: noJournal(fixture)))
        // As far as it gets before the chunk's word says that it is free; or as far as it gets before it is cut.
        fixture.arena.chunk(0).store(ChunkWord(.run, owner: 1, value: 1))
        fixture.recover(1)
        #expect(fixture.arena.blocksInUse().chunks == 0)
        _ = try Heap(arena: fixture.arena, member: 2).allocate(1 << 20, journal: noJournal(fixture))
    }
}

/// Waits until another member asks this one for chunks, for a while.
private func waitUntilAsked(_ member: MemberRecord) {
    let limit = ContinuousClock.now + .seconds(20)
    while !member.isAskedForChunks, ContinuousClock.now < limit { usleep(100) }
}
