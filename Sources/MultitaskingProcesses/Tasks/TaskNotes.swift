import MultitaskingCore

/// What few tasks have beside their slot: what their printed lines begin with, and their last reports.
///
/// Reports have two places in turn. The writer takes the number of the older one away, fills it, and numbers it anew:
/// so the newest that is whole is there at whatever instruction the writer dies. In memory that no task uses there are
/// no pages.
struct TaskNotes: Record {
    enum Field: Int, RecordField {
        case label = 0
        case first = 64
        case second = 192

        var size: Int { self == .label ? TaskLabel.size : ReportRecord.size }
    }

    static let size = ArenaLayout.slotNotesStride

    let arena: Arena
    let offset: Int

    var label: TaskLabel { TaskLabel(arena: arena, offset: offset(of: .label)) }

    private var first: ReportRecord { ReportRecord(arena: arena, offset: offset(of: .first)) }
    private var second: ReportRecord { ReportRecord(arena: arena, offset: offset(of: .second)) }

    /// Keeps a report, for one thread at a time of the process that runs the task.
    ///
    /// - Parameter run: which attempt of which task it is.
    func write(_ report: TaskReport, of run: UInt64) {
        let (first, second) = (self.first.number(in: run), self.second.number(in: run))
        // Whatever the words say, the other one stays.
        let older = first <= second ? self.first : self.second
        older.write(report, number: max(first, second) &+ 1, run)
    }

    /// The last report that is whole; nil if there is none.
    func report(of run: UInt64) -> TaskReport? {
        // A writer overtakes a reader only if it reports twice meanwhile.
        for _ in 0..<Self.patience {
            let (first, second) = (self.first.number(in: run), self.second.number(in: run))
            let newer = first < second ? self.second : self.first
            let number = max(first, second)
            if number == 0 { return nil }
            if let report = newer.report(number: number, run) { return report }
        }
        return nil
    }

    private static let patience = 10_000
}

/// One report of a task.
struct ReportRecord: Record {
    enum Field: Int, RecordField {
        case number = 0
        case run = 8
        case fraction = 16
        case length = 24
        case text = 32

        var size: Int { self == .text ? TaskReport.messageLimit : 8 }
    }

    static let size = 128

    let arena: Arena
    let offset: Int

    /// Which it is of a run's reports; 0 if it is none.
    func number(in run: UInt64) -> UInt64 {
        let number = word(.number).load()
        return word(.run).load() == run ? number : 0
    }

    /// ORDERING: the number is taken away first, and stored last, releasing. A process that finds the same number
    /// before and after has read one report.
    func write(_ report: TaskReport, number: UInt64, _ run: UInt64) {
        word(.number).store(0)
        fence()
        word(.run).storeRelaxed(run)
        word(.fraction).storeRelaxed(report.fraction.bitPattern)
        let count = min(report.message.utf8.count, TaskReport.messageLimit)
        word(.length).storeRelaxed(UInt64(count))
        var index = 0
        var packed: UInt64 = 0
        for byte in report.message.utf8.prefix(count) {
            packed |= UInt64(byte) << UInt64(index % 8 * 8)
            index += 1
            guard index % 8 == 0 || index == count else { continue }
            word(.text, (index - 1) / 8).storeRelaxed(packed)
            packed = 0
        }
        word(.number).store(number)
    }

    /// The report, if it is the one with this number; nil if its writer is at it, or was when it died.
    func report(number: UInt64, _ run: UInt64) -> TaskReport? {
        let fraction = Double(bitPattern: word(.fraction).load())
        // A task may have written anything there.
        let count = Int(clamping: min(word(.length).load(), UInt64(TaskReport.messageLimit)))
        let words = (0..<(count + 7) / 8).map { word(.text, $0).load() }
        guard self.number(in: run) == number else { return nil }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) }
        return TaskReport(fraction, String(decoding: bytes, as: UTF8.self))
    }
}

extension TaskSlot {
    private var notes: TaskNotes {
        TaskNotes(arena: arena, offset: arena.layout.slotNotes + index * TaskNotes.size)
    }

    /// What the lines begin with that the task prints; empty if it was given nothing.
    var label: TaskLabel { notes.label }

    /// Which attempt of which task the slot serves.
    private var run: UInt64 {
        requests.servedTasks << 16 | UInt64(control.attempt)
    }

    /// Keeps what the task says of itself; for the process that runs it, and one thread at a time.
    func keep(_ report: TaskReport) {
        notes.write(report, of: run)
        noteReport()
    }

    /// What the task has said of itself last, in its present attempt; nil if it has not.
    var report: TaskReport? { hasReport ? notes.report(of: run) : nil }
}
