import CMultitaskingLinux
import Testing

@testable import MultitaskingProcesses

/// The layout of the arena: no word of one thing is a word of another.
@Suite struct LayoutTests {
    /// A field of some record, as the checks see it.
    private struct Span: Comparable {
        let name: String
        let start: Int
        let size: Int

        var end: Int { start + size }

        static func < (left: Span, right: Span) -> Bool { left.start < right.start }
    }

    private func spans<Field: RecordField>(of _: Field.Type) -> [Span] {
        Field.allCases.map { Span(name: "\(Field.self).\($0)", start: $0.rawValue, size: $0.size) }.sorted()
    }

    private func check(_ spans: [Span], within size: Int) {
        #expect(spans.first.map { $0.start >= 0 } ?? false)
        for span in spans {
            #expect(span.size > 0 && span.end <= size, "\(span.name) is not inside of its record of \(size) bytes")
            #expect(span.start % (span.size == 4 ? 4 : 8) == 0, "\(span.name) is not aligned")
        }
        for (former, next) in zip(spans, spans.dropFirst()) {
            #expect(former.end <= next.start, "\(former.name) overlaps \(next.name)")
        }
    }

    private func check<Checked: Record>(_: Checked.Type) {
        check(spans(of: Checked.Field.self), within: Checked.size)
        #expect(Checked.size % 8 == 0, "what follows a \(Checked.self) is not aligned")
    }

    @Test
    func fieldsOfEveryRecord_areAlignedAndDoNotOverlap() {
        check(HeaderRecord.self)
        check(LimitsRecord.self)
        check(IdleWorkers.self)
        check(FailureRecord.self)
        check(MemberRecord.self)
        check(OutputLog.self)
        check(WorkerTally.self)
        check(SlowTaskRecord.self)
        check(SpanRecord.self)
        check(EventRecord.self)
        check(EventRing.self)
        check(TimeRecord.self)
        check(CrashTally.self)
        check(TaskSlot.self)
        check(TaskSlotBody.self)
        check(TaskControl.self)
        check(TaskNotes.self)
        check(TaskLabel.self)
        check(ReportRecord.self)
        check(CrashRecord.self)
        check(PayloadField.self)
        check(FunctionEntry.self)
        check(CallTable.Call.self)
        check(StoredBytes.self)
        check(SharedRecord.self)
        check(Passage.Entry.self)
        check(WaitQueue.self)
        check(NapSpot.self)
        check(SignalRecord.self)
        check(ChannelHeader.self)
        check(Segment.self)
        check(Cell.self)
        check(spans(of: JournalEntry.Field.self), within: JournalEntry.size)
    }

    @Test
    func fieldsOfRecordsThatC_writes_lieWhereItLooks() throws {
        let fixture = try Fixture()
        let member = fixture.arena.member(2)
        #expect(member.crashSignal.address == member.crashTime.address + 8)
        #expect(MemoryLayout<mt_crash_area>.size <= ArenaLayout.crashStride)
    }

    @Test
    func wordsThatAreWrittenByDifferentProcesses_haveCacheLinesOfTheirOwn() throws {
        let header = try Fixture().arena.header
        let words = [
            header.taskTail, header.taskHead, header.retryTail, header.retryHead, header.phase.word, header.growth,
            header.absentWorkers, header.functionCount, header.warmChunks, header.highTail, header.highHead,
            header.lowTail, header.lowHead,
        ]
        #expect(Set(words.map { $0.address / 64 }).count == words.count)
        #expect(header.lastTask.address / 64 == header.taskTail.address / 64)
        #expect(header.lastRetry.address / 64 == header.retryTail.address / 64)
        let slot = try Fixture().arena.slot(5)
        #expect(slot.word.word.address % 64 == 0 && TaskSlot.size == 64)
        // The client prepares most tasks in two lines, and a worker ends them in the first and a third one.
        let requests = slot.requests.flags.address
        let result = slot.arena.word(slot.crashRecord.offset).address
        #expect(requests % 64 == 56 && result == requests + 8)
    }

    @Test(arguments: [(1, 1 << 14, 16), (512, 1 << 22, 1 << 14), (3, 64, 32)])
    func tablesOfTheArena_followEachOther(workers: Int, slots: Int, chunks: Int) {
        let layout = ArenaLayout(workers: workers, slotCapacity: slots, chunkCount: chunks)
        let tables = [
            (0, HeaderRecord.size), (ArenaLayout.memberTable, ArenaLayout.memberLimit * MemberRecord.size),
            (ArenaLayout.outputTable, ArenaLayout.memberLimit * OutputLog.size),
            (ArenaLayout.crashTable, ArenaLayout.memberLimit * ArenaLayout.crashStride),
            (ArenaLayout.functionTable, ArenaLayout.functionLimit * FunctionEntry.size),
            (ArenaLayout.functionNames, ArenaLayout.functionNamesSize),
            (ArenaLayout.signalTable, ArenaLayout.signalLimit * ArenaLayout.signalStride),
            (ArenaLayout.channelTable, ArenaLayout.channelLimit * ArenaLayout.channelStride),
            (ArenaLayout.callTable, ArenaLayout.callLimit * CallTable.Call.size),
            (ArenaLayout.slotTable, slots * TaskSlot.size), (layout.slotBodies, slots * TaskSlotBody.size),
            (layout.passageTable, layout.passageCapacity * Passage.Entry.size),
            (layout.taskRing, slots * 8), (layout.retryRing, slots * 8), (layout.highRing, slots * 8),
            (layout.lowRing, slots * 8), (layout.endedTasks, slots / 8),
            (layout.endedTaskGroups, (slots / 64 + 63) / 64 * 8),
            (layout.changedObjects, ArenaLayout.objectLimit / 8),
            (layout.changedObjectGroups, ArenaLayout.objectLimit / 64 / 8), (layout.allObjectsChanged, 8),
            (layout.spanTable, (workers + 1) * ArenaLayout.spanStride),
            (layout.eventTable, (workers + 1) * EventRing.size), (layout.slotNotes, slots * TaskNotes.size),
            (layout.taskControls, slots * TaskControl.size),
            (layout.chunkTable, chunks * 8),
            (layout.blockHeaders, chunks * ArenaLayout.headersPerChunk * 8),
            (layout.chunks, chunks * ArenaLayout.chunkSize), (layout.size, 0),
        ]
        for ((start, size), next) in zip(tables, tables.dropFirst()) {
            #expect(start % 8 == 0 && start + size <= next.0, "the table at \(start) reaches into that at \(next.0)")
        }
    }
}
