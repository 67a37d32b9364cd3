import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

@Suite
struct QueueLeaversTests {
    /// In whatever order tasks leave, and however far the head moves between two looks; also where positions begin
    /// anew.
    @Test(arguments: [0, 1000, (1 << 48) - 40, UInt64.max - 40] as [UInt64])
    func placesThatTheHeadHasPassed_countNoMore(_ start: UInt64) throws {
        let fixture = try Fixture()
        let (header, ring) = (fixture.arena.header, TaskRing(arena: fixture.arena, .normal))
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix64(seed: seed)
        var leavers = QueueLeavers()
        var left: Set<UInt64> = []
        var (head, tail) = (start, start)
        for round in 0..<300 {
            tail = head &+ UInt64(40)
            header.taskHead.store(head)
            header.taskTail.store(tail)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = head &+ UInt64.random(in: 0..<40, using: &random)
                guard left.insert(place).inserted else { continue }
                leavers.add(SlotWord(.cancelled, ticket: Ticket(position: place, ring: .normal)), in: fixture.arena)
            }
            if Bool.random(using: &random) {
                #expect(leavers.count(in: ring) == left.count, "seed \(seed), round \(round)")
            }
            // One that was passed before it was noted.
            if head != start {
                leavers.add(
                    SlotWord(.cancelled, ticket: Ticket(position: head &- 1, ring: .normal)), in: fixture.arena)
            }
            let step = UInt64.random(in: 0...(Bool.random(using: &random) ? 2 : 50), using: &random)
            head = head &+ step
            left = left.filter { $0 &- head < 40 }
        }
    }

    /// Nobody asks how many there are in a pool that is never full.
    @Test(arguments: [TaskRing.Kind.normal, .high, .retries])
    func placesThatNobodyAsksFor_areForgotten(_ kind: TaskRing.Kind) throws {
        let fixture = try Fixture()
        let header = fixture.arena.header
        var leavers = QueueLeavers()
        for position in 0..<10_000 as Range<UInt64> {
            for (head, tail) in [(header.taskHead, header.taskTail), (header.highHead, header.highTail)] {
                head.store(position)
                tail.store(position + 10)
            }
            leavers.add(SlotWord(.cancelled, ticket: Ticket(position: position, ring: kind)), in: fixture.arena)
            guard leavers.keptCount <= 65 else { break }
        }
        #expect(leavers.keptCount <= 65)
    }
}
