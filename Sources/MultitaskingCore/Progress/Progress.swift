/// The progress of a group of tasks or elements.
///
/// ```swift
/// let progress = try session.progress
/// print("\(progress.done) of \(progress.total), \(progress.failed) failed, \(progress.remaining ?? .zero) to go")
/// ```
///
/// A value is a snapshot: each task is counted in exactly one of ``queued``, ``running``, ``succeeded``, ``failed`` and
/// ``cancelled``, so the counts always add up to ``total``.
///
/// Foundation has a class with the same name. If you import both, write `MultitaskingCore.Progress`.
public struct Progress: Sendable, Hashable, Codable {
    /// The number of tasks that wait for a worker.
    public var queued: Int
    /// The number of running tasks.
    public var running: Int
    /// The number of tasks that returned.
    public var succeeded: Int
    /// The number of tasks that threw, crashed, or exceeded a time limit.
    public var failed: Int
    /// The number of cancelled tasks.
    public var cancelled: Int
    /// The sum of the fractions that running tasks report (`context.report`); a task without a report counts as 0.
    public var reported: Double
    /// The time from the first submission to this snapshot, or to the first snapshot in which all tasks had ended.
    public var elapsed: Duration

    /// Creates a snapshot.
    public init(
        queued: Int = 0, running: Int = 0, succeeded: Int = 0, failed: Int = 0, cancelled: Int = 0,
        reported: Double = 0, elapsed: Duration = .zero
    ) {
        self.queued = queued
        self.running = running
        self.succeeded = succeeded
        self.failed = failed
        self.cancelled = cancelled
        self.reported = reported
        self.elapsed = elapsed
    }

    /// The number of tasks.
    public var total: Int { Self.sum(queued, running, done) }

    /// The number of tasks that have ended, in whatever way.
    public var done: Int { Self.sum(succeeded, failed, cancelled) }

    /// No count that somebody has written down ends the program.
    private static func sum(_ counts: Int...) -> Int {
        counts.reduce(0) { sum, count in
            let (result, overflow) = sum.addingReportingOverflow(max(0, count))
            return overflow ? .max : result
        }
    }

    /// Whether all tasks have ended; true if there are none.
    public var isFinished: Bool { queued <= 0 && running <= 0 }

    /// The fraction of the work that is done, 0...1: tasks that have ended count in full, and running tasks count for
    /// the fraction that they report. It is 1 only if all tasks have ended or there are none.
    public var fraction: Double { isFinished ? 1 : min(effort / Double(total), 1.0.nextDown) }

    /// What is done in units of one task.
    private var effort: Double {
        Double(done) + (reported > 0 ? min(reported, Double(max(0, running))) : 0)
    }

    /// The average number of tasks that end per second since the first submission; nil until one has ended.
    public var rate: Double? {
        let seconds = elapsed / .seconds(1)
        return done > 0 && seconds > 0 ? Double(done) / seconds : nil
    }

    /// The estimated time that the rest takes, based on the tasks that have ended and on what tasks report; nil without
    /// either.
    public var remaining: Duration? {
        if isFinished { return .zero }
        let seconds = elapsed / .seconds(1)
        guard effort > 0, seconds > 0 else { return nil }
        return .seconds(min((Double(total) - effort) / effort * seconds, 0x1p60))
    }
}

extension Progress {
    /// Counts one more task.
    package mutating func count(
        _ state: TaskState, ending: @autoclosure () -> TaskEnding?, report: @autoclosure () -> TaskReport?
    ) {
        switch state {
        case .queued: queued += 1
        case .running:
            running += 1
            reported += report()?.fraction ?? 0
        case .cancelled: cancelled += 1
        case .done: if ending() == .succeeded { succeeded += 1 } else { failed += 1 }
        }
    }
}

extension Progress {
    /// Counts the elements of a chunk of a map.
    mutating func count(_ chunk: MapChunk<some Sendable>) {
        let cancelled = chunk.failures.count { failure in
            guard let error = failure.error as? MultitaskingError else { return false }
            return error.code == .cancelled && error.origin == .pool
        }
        succeeded += chunk.values.count
        failed += chunk.failures.count - cancelled
        self.cancelled += cancelled
    }
}

extension Progress: CustomStringConvertible {
    /// A brief summary: `3/8 done, 1 failed, 2 running, 1.5/s`.
    public var description: String {
        var parts = ["\(done)/\(total) done"]
        if failed > 0 { parts.append("\(failed) failed") }
        if cancelled > 0 { parts.append("\(cancelled) cancelled") }
        if running > 0 { parts.append("\(running) running") }
        if let rate { parts.append("\(Self.brief(rate))/s") }
        return parts.joined(separator: ", ")
    }

    /// A rate in three digits, as people read it: `0.25`, `12.5`, `340`, `1.2k`, `3.4M`.
    package static func brief(_ number: Double) -> String {
        func rounded(_ value: Double, _ digits: Double) -> String {
            let text = String((value * digits).rounded() / digits)
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        return switch number {
        case ..<10: rounded(number, 100)
        case ..<100: rounded(number, 10)
        case ..<1_000: rounded(number, 1)
        case ..<1_000_000: rounded(number / 1_000, 10) + "k"
        default: rounded(number / 1_000_000, 10) + "M"
        }
    }
}

/// The way in which a task ended.
///
/// ```swift
/// if future.ending == .failed { print("\(name) has failed") }
/// ```
public enum TaskEnding: Sendable, Hashable, Codable {
    /// The function returned.
    case succeeded
    /// The function threw, or the task failed before or after it.
    case failed
    /// The task was cancelled.
    case cancelled
}

extension Future {
    /// The way in which the task ended; nil if it hasn't. Reading it never blocks, and doesn't read the value.
    public var ending: TaskEnding? {
        switch source.state {
        case .queued, .running: nil
        case .cancelled: .cancelled
        case .done: source.failure == nil ? .succeeded : .failed
        }
    }
}
