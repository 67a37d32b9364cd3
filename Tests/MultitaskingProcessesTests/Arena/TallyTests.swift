import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

/// What workers count and time in the shared memory.
@Suite struct TallyTests {
    private let fixture: Fixture
    private let tally: WorkerTally

    init() throws {
        fixture = try Fixture()
        tally = fixture.arena.tally(1)
    }

    private func span(_ serial: UInt64) -> SpanRecord.Span {
        SpanRecord.Span(
            serial: serial, function: 7, pid: 4711, hasCrashed: serial % 2 == 0, submission: 1, start: 2, runStart: 3,
            encodeStart: 4, end: 5)
    }

    @Test
    func spansThatAreTakenInTime_comeOnceAndInOrder() {
        var progress = RingProgress()
        for round in 0..<5 {
            let first = UInt64(round * 1000)
            for serial in first..<first + 1000 { tally.record(span(serial)) }
            let taken = tally.takeSpans(behind: &progress)
            #expect(taken.lost == 0 && taken.spans == (first..<first + 1000).map(span))
        }
        #expect(tally.takeSpans(behind: &progress).spans.isEmpty)
    }

    @Test
    func spansThatWereOverwritten_areCountedAsLost() {
        var progress = RingProgress()
        let count = ArenaLayout.spanLimit + 100
        for serial in 0..<count { tally.record(span(UInt64(serial))) }
        let taken = tally.takeSpans(behind: &progress)
        #expect(taken.lost == 100 && taken.spans.count == ArenaLayout.spanLimit)
        #expect(taken.spans.first == span(100))
    }

    @Test
    func spanWhoseWriterDiedInIt_isLeftOut() {
        var progress = RingProgress()
        for serial in 0..<3 as Range<UInt64> { tally.record(span(serial)) }
        // Its number was taken away, and not stored again.
        let entry = fixture.arena.layout.spanTable + ArenaLayout.spanStride + SpanRecord.size
        fixture.arena.word(entry).store(0)
        let taken = tally.takeSpans(behind: &progress)
        #expect(taken.lost == 1 && taken.spans == [span(0), span(2)])
    }

    @Test
    func spansWithoutRoom_areLeftOutAndCounted_untilSomeWereTaken() {
        var progress = tally.spanProgress
        for serial in 0..<UInt64(ArenaLayout.spanLimit) {
            #expect(tally.hasRoomForSpan)
            tally.record(span(serial))
        }
        #expect(!tally.hasRoomForSpan)
        tally.spansSkipped.increase(by: 16)
        let taken = tally.takeSpans(behind: &progress)
        #expect(taken.lost == 16 && taken.spans.count == ArenaLayout.spanLimit)
        #expect(tally.hasRoomForSpan)
        #expect(tally.takeSpans(behind: &progress).lost == 0)
    }

    @Test
    func countOfSpansThatATaskHasWrittenOver_trapsNowhere() {
        for count in [UInt64.max, 1 << 63, UInt64(ArenaLayout.spanLimit), 0] {
            var progress = RingProgress()
            tally.spanCount.store(count)
            tally.spansSkipped.store(~count)
            #expect(tally.takeSpans(behind: &progress).spans.isEmpty)
        }
    }

    @Test
    func slowestTasks_ofMany_areTheFiveThatTookLongest() {
        for time in [5, 900, 30, 2, 700, 800, 1, 600, 20, 500] as [UInt64] {
            tally.note(slow: .init(function: time, argumentSize: 8, serial: time), runTime: time)
        }
        #expect(tally.slowTasks.compactMap { $0.task?.runTime }.sorted() == [500, 600, 700, 800, 900])
    }

    /// A worker that dies after its task has ended, before or after it has counted it.
    @Test(arguments: [false, true])
    func taskWhoseWorkerDiedAfterItsEnd_isCountedOnce(wasCounted: Bool) {
        let (member, slot) = (fixture.arena.member(1), fixture.arena.slot(0))
        member.finishedTasks.store(wasCounted ? 8 : 7)
        tally.begun.store(8)
        member.slot.store(slot.number)
        member.enter(.encoding)
        slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
        slot.word.store(SlotWord(.done, member: 1, ticket: Ticket(position: 9, ring: .normal)))
        fixture.recover(1)
        #expect(member.finishedTasks.load() == 8 && tally.crashed.load() == 0)
    }

    @Test
    func timeOfATaskWhoseWorkerDied_isKept() {
        tally.begin(forkedAt: 10)
        tally.readySince.store(100)
        tally.taskStart.store(1_000)
        tally.runStart.store(2_000)
        for _ in 0..<2 { tally.end(at: 5_000) }
        #expect(tally.running.load() == 3_000 && tally.served.load() == 4_900)
        #expect(tally.runTimes.histogram.count == 1)
    }
}
