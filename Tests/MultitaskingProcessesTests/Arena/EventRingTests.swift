import Foundation
import MultitaskingCore
import Synchronization
import Testing

@testable import MultitaskingProcesses

/// What is written down for timelines beside tasks.
@Suite struct EventRingTests {
    private let fixture: Fixture
    private let ring: EventRing

    init() throws {
        fixture = try Fixture()
        ring = fixture.arena.events(of: 1)
    }

    private static func event(_ number: UInt64) -> EventRecord.Event {
        EventRecord.Event(
            kind: number % 2 == 0 ? .sent : .received, count: Int(number % 100), process: 4_194_303, thread: 4_194_302,
            subject: number, detail: ~number, start: number &* 3, end: number &* 5)
    }

    @Test
    func eventsThatAreTakenInTime_comeOnceAndInOrder() {
        var progress = ring.progress
        for round in 0..<5 as Range<UInt64> {
            let numbers = round * 500..<round * 500 + 500
            for number in numbers { ring.add(Self.event(number)) }
            let taken = ring.take(behind: &progress)
            #expect(taken.lost == 0 && taken.events == numbers.map(Self.event))
        }
        #expect(ring.take(behind: &progress).events.isEmpty)
    }

    @Test
    func fullRing_hasNoRoomUntilItWasRead_andCountsWhatIsLeftOut() {
        var progress = ring.progress
        for number in 0..<UInt64(EventRing.limit) {
            #expect(ring.hasRoom)
            ring.add(Self.event(number))
        }
        for _ in 0..<3 { #expect(!ring.hasRoom) }
        // Of workers that come and go is written all the same.
        ring.add(Self.event(7))
        let taken = ring.take(behind: &progress)
        #expect(taken.events.count == EventRing.limit && taken.lost == 4 && taken.events.last == Self.event(7))
        #expect(ring.hasRoom)
        #expect(ring.take(behind: &progress).lost == 0)
    }

    @Test
    func eventThatIsNotWholeYet_comesALittleLater_orIsLost() {
        var progress = ring.progress
        ring.add(Self.event(1))
        // Two writers that have taken numbers, and not written.
        let (late, dead) = (ring.count.add(1), ring.count.add(1))
        ring.add(Self.event(4))
        #expect(ring.take(behind: &progress).events == [Self.event(1), Self.event(4)])
        #expect(progress.missing == [late, dead])
        let place = ring.offset + 64 + Int(late - 1) * EventRecord.size
        EventRecord(arena: fixture.arena, offset: place).write(Self.event(2), number: late)
        let taken = ring.take(behind: &progress)
        #expect(taken.events == [Self.event(2)] && taken.lost == 1)
        #expect(progress.missing.isEmpty)
    }

    @Test
    func entryWithAnyWordOfAnother_isNotTaken() {
        for field in EventRecord.Field.allCases {
            var progress = ring.progress
            ring.add(Self.event(field == .what ? 2 : 3))
            let place = ring.offset + 64 + Int(ring.count.load() - 1) * EventRecord.size + field.rawValue
            let word = fixture.arena.word(place)
            word.store(word.load() ^ 1 << 20)
            #expect(ring.take(behind: &progress).events.isEmpty, "\(field)")
        }
    }

    @Test
    func manyWritersAtOnce_leaveOnlyWholeEvents() async {
        let progress = Mutex(ring.progress)
        let counts = Mutex((found: 0, lost: 0))
        let each: UInt64 = 20_000
        func take() {
            let taken = progress.withLock { ring.take(behind: &$0) }
            for event in taken.events { #expect(event == Self.event(event.subject)) }
            counts.withLock { $0 = ($0.found + taken.events.count, $0.lost + taken.lost) }
        }
        await withTaskGroup { group in
            for writer in 0..<3 as Range<UInt64> {
                group.addTask { for number in 0..<each { ring.add(Self.event(writer * each + number)) } }
            }
            for _ in 0..<100 {
                take()
                await Task.yield()
            }
        }
        for _ in 0..<2 { take() }
        let (found, lost) = counts.withLock { ($0.found, $0.lost) }
        #expect(found + lost == Int(3 * each) && found > 0)
    }

    @Test
    func countThatATaskHasWrittenOver_trapsNowhere() {
        let pairs: [(read: UInt64, count: UInt64)] = [(0, .max), (5, 1 << 63), (7, 0), (.max, 3)]
        for (read, count) in pairs {
            var progress = RingProgress(read: read, skipped: .max, missing: [0, .max, 7])
            ring.count.store(count)
            #expect(ring.take(behind: &progress).events.isEmpty)
        }
    }
}
