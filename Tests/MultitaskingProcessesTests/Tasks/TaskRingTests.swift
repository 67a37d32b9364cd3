import Glibc
import MultitaskingCore
import Synchronization
import Testing

@testable import MultitaskingProcesses

/// The task ring: first in, first out, each task claimed once, and repaired whatever its writer died at.
@Suite struct TaskRingTests {
    private func push(_ index: Int, _ ring: TaskRing) -> Bool {
        let slot = ring.arena.slot(index)
        return ring.push(slot, from: slot.word.load())
    }

    private func claim(_ ring: TaskRing, by member: Int = 1) -> Int? {
        guard let claim = ring.claim(by: member, announce: { _ in }) else { return nil }
        let (slot, word) = (claim.slot, claim.word)
        slot.word.store(word.with(.free, member: 0))
        return slot.index
    }

    @Test(arguments: TaskRing.Kind.allCases)
    func slotsAreClaimedInTheOrderOfPushingAcrossManyRounds(kind: TaskRing.Kind) throws {
        let fixture = try Fixture(slots: 8)
        let ring = TaskRing(arena: fixture.arena, kind)
        #expect(ring.isEmpty && claim(ring) == nil)
        for round in 0..<50 {
            let slots = (0..<(round % 8 + 1)).map { ($0 * 3 + round) % 8 }
            let unique = slots.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
            for slot in unique { #expect(push(slot, ring)) }
            #expect(unique.map { _ in claim(ring) } == unique)
            #expect(ring.isEmpty)
        }
    }

    /// How many bytes of the arena's file have memory.
    private func allocatedBytes(_ fixture: Fixture) -> Int {
        var status = stat()
        guard unsafe fstat(fixture.mapping.descriptor, &status) == 0 else { return -1 }
        return Int(status.st_blocks) * 512
    }

    @Test
    func ringThatIsPassedThroughKeepsWhatIsQueuedAndLittleMemory() throws {
        let capacity = 1 << 20
        let fixture = try Fixture(slots: capacity)
        let ring = fixture.arena.tasks
        var (givenBack, pushed, claimed, most) = (UInt64(0), 0, 0, 0)
        let before = allocatedBytes(fixture)
        // Three rounds with up to 1,000 queued, in slots that serve again and again.
        while claimed < 3 * capacity {
            while pushed - claimed < 1000, pushed < 3 * capacity {
                try #require(push(pushed % 1000, ring))
                pushed += 1
                if ring.isAtBlock { givenBack = ring.giveBackPassed(from: givenBack) }
            }
            for _ in 0..<500 where claimed < pushed {
                try #require(claim(ring) == claimed % 1000)
                claimed += 1
            }
            if claimed % 50_000 == 0 { most = max(most, allocatedBytes(fixture) - before) }
        }
        // The ring alone has room for 8 MiB.
        #expect(most < 4 << 20, "the arena's memory grew by \(most) bytes")
    }

    @Test
    func fullRingGivesNothingBackThatIsQueued() throws {
        let capacity = 1 << 12
        let fixture = try Fixture(slots: capacity)
        let ring = fixture.arena.tasks
        var givenBack: UInt64 = 0
        func pushAll(_ slots: Range<Int>) throws {
            for slot in slots {
                try #require(push(slot, ring))
                givenBack = ring.giveBackPassed(from: givenBack)
            }
        }
        try pushAll(0..<capacity)
        for slot in 0..<capacity / 2 + 7 { try #require(claim(ring) == slot) }
        try pushAll(0..<capacity / 2 + 7)
        for slot in capacity / 2 + 7..<capacity { try #require(claim(ring) == slot) }
        for slot in 0..<capacity / 2 + 7 { try #require(claim(ring) == slot) }
        #expect(ring.isEmpty)
    }

    @Test
    func cancelledSlotIsSkippedAndItsPlaceServesAgain() throws {
        let fixture = try Fixture(slots: 4)
        let ring = fixture.arena.tasks
        for _ in 0..<20 {
            for index in 0..<4 { #expect(push(index, ring)) }
            for index in [0, 1, 3] {
                let slot = fixture.arena.slot(index)
                #expect(slot.end(from: slot.word.load(), as: .cancelled))
                slot.word.store(slot.word.load().with(.free, member: 0))
            }
            #expect(claim(ring) == 2)
            #expect(claim(ring) == nil)
        }
    }

    @Test
    func fullRingOfCancelledSlotsTakesNewOnes() throws {
        let fixture = try Fixture(slots: 4)
        let ring = fixture.arena.tasks
        for _ in 0..<10 {
            for index in 0..<4 {
                #expect(push(index, ring))
                let slot = fixture.arena.slot(index)
                slot.word.store(slot.word.load().with(.free, member: 0))
            }
        }
    }

    @Test
    func pushWhoseWriterDiedBeforeItCountedIsRepaired() throws {
        let fixture = try Fixture()
        let ring = fixture.arena.retries
        #expect(push(3, ring))
        #expect(push(4, ring))
        let tail = fixture.arena.header.retryTail
        tail.store(tail.load() - 1)
        ring.repairTail()
        ring.repairTail()
        #expect([claim(ring), claim(ring), claim(ring)] == [3, 4, nil])
    }

    @Test
    func manyClaimingThreadsTakeEachSlotOnce() throws {
        let fixture = try Fixture(slots: 64)
        let ring = fixture.arena.tasks
        let claims = Mutex<[Int: Int]>([:])
        let isOver = Atomic<Bool>(false)
        let threads = Counter()
        for member in 1...3 {
            BackgroundThread.run {
                while true {
                    // Before the look: what is pushed between the two must not be left.
                    let wasOver = isOver.load(ordering: .acquiring)
                    if let index = claim(ring, by: member) {
                        claims.withLock { $0[index, default: 0] += 1 }
                    } else if wasOver {
                        break
                    }
                }
                threads.add()
            }
        }
        var pushed = 0
        while pushed < 6400 {
            let slot = fixture.arena.slot(pushed % 64)
            if slot.word.load().status == .free, ring.push(slot, from: slot.word.load()) { pushed += 1 }
        }
        isOver.store(true, ordering: .releasing)
        while threads.value < 3 {}
        #expect(claims.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<64).map { ($0, 100) }))
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add() { count.add(1, ordering: .acquiringAndReleasing) }
}
