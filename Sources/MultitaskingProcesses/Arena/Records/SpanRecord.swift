/// A task that a worker has written down for a timeline, in a ring of its own.
///
/// A full ring takes no more, so that a timeline costs no more than what it can show; crashes are written down in any
/// case, over what was not read in time. Each entry says which it is, before and after.
struct SpanRecord: Record {
    enum Field: Int, RecordField {
        case number = 0
        case serial = 8
        case function = 16
        case submission = 24
        case start = 32
        case runStart = 40
        case encodeStart = 48
        case end = 56
    }

    static let size = 64

    let arena: Arena
    let offset: Int

    /// A task's times, in nanoseconds of CLOCK_MONOTONIC; 0 for what did not happen.
    struct Span: Equatable {
        var serial: UInt64
        var function: UInt64
        var pid: Int32
        var hasCrashed = false
        var submission: UInt64
        var start: UInt64
        var runStart: UInt64
        var encodeStart: UInt64
        var end: UInt64
    }

    /// Bits 0...30 of the function's word: its number. Bit 31: the worker has died. From bit 32: the process.
    private static let crashFlag: UInt64 = 1 << 31

    /// Writes a task.
    ///
    /// ORDERING: the number is taken away first, and stored last, releasing. The fence in between is a releasing one,
    /// which takes no time: a process that reads a word behind it, acquiring, finds the number taken away. So a process
    /// that finds the same number before and after has read one entry; a process that finds another, or none, has met
    /// the writer, or what it has left when it died.
    ///
    /// - Parameter number: which it is of all the worker's, from 1.
    func write(_ span: Span, number: UInt64) {
        word(.number).storeRelaxed(0)
        releasingFence()
        let function = min(span.function, Self.crashFlag - 1) | (span.hasCrashed ? Self.crashFlag : 0)
        word(.serial).storeRelaxed(span.serial)
        word(.function).storeRelaxed(function | UInt64(UInt32(bitPattern: span.pid)) << 32)
        word(.submission).storeRelaxed(span.submission)
        word(.start).storeRelaxed(span.start)
        word(.runStart).storeRelaxed(span.runStart)
        word(.encodeStart).storeRelaxed(span.encodeStart)
        word(.end).storeRelaxed(span.end)
        word(.number).store(number)
    }

    /// The task with this number; nil if it is not here whole.
    func span(number: UInt64) -> Span? {
        guard word(.number).load() == number else { return nil }
        let function = word(.function).load()
        let span = Span(
            serial: word(.serial).load(), function: function & (Self.crashFlag - 1),
            pid: Int32(truncatingIfNeeded: function >> 32), hasCrashed: function & Self.crashFlag != 0,
            submission: word(.submission).load(), start: word(.start).load(), runStart: word(.runStart).load(),
            encodeStart: word(.encodeStart).load(), end: word(.end).load())
        return word(.number).load() == number ? span : nil
    }
}

extension WorkerTally {
    /// The entry of the worker's nth recorded task, counted from 1.
    private func span(_ number: UInt64) -> SpanRecord {
        let place = Int((number &- 1) % UInt64(ArenaLayout.spanLimit))
        return SpanRecord(
            arena: arena, offset: arena.layout.spanTable + index * ArenaLayout.spanStride + place * SpanRecord.size)
    }

    /// Whether there is room for one more task.
    var hasRoomForSpan: Bool {
        spanCount.loadRelaxed() &- spansTaken.loadRelaxed() < UInt64(ArenaLayout.spanLimit)
    }

    /// Writes a task down; for the one that writes the rest.
    func record(_ span: SpanRecord.Span) {
        let number = spanCount.loadRelaxed() &+ 1
        self.span(number).write(span, number: number)
        spanCount.store(number)
    }

    /// A reader that begins with what comes from now on.
    var spanProgress: RingProgress {
        let count = spanCount.load()
        spansTaken.store(count)
        return RingProgress(read: count, skipped: spansSkipped.load())
    }

    /// The tasks behind those that were read, and how many were left out or overwritten.
    ///
    /// - Parameter progress: how far the reader is; how far afterwards.
    func takeSpans(behind progress: inout RingProgress) -> (spans: [SpanRecord.Span], lost: Int) {
        let count = spanCount.load()
        let (numbers, lost) = progress.advance(
            to: count, skipped: spansSkipped.load(), limit: UInt64(ArenaLayout.spanLimit))
        let spans = numbers.compactMap { span($0).span(number: $0) }
        spansTaken.store(count)
        return (spans, lost + numbers.count - spans.count)
    }
}
