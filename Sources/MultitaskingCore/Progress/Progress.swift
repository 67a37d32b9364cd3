/// How far a group of tasks, or of elements, is.
///
/// ```swift
/// let progress = try session.progress
/// print("\(progress.done) of \(progress.total), \(progress.failed) failed, \(progress.remaining ?? .zero) to go")
/// ```
///
/// It is a snapshot: each task is counted in exactly one of ``queued``, ``running``, ``succeeded``, ``failed`` and
/// ``cancelled``, so that they always add up to ``total``.
///
/// Foundation has a class of the same name: where both are imported, write `MultitaskingCore.Progress`.
public struct Progress: Sendable, Hashable, Codable {
    /// How many wait for a worker.
    public var queued: Int
    /// How many a worker runs.
    public var running: Int
    /// How many returned.
    public var succeeded: Int
    /// How many threw, crashed or ran out of time.
    public var failed: Int
    /// How many were cancelled.
    public var cancelled: Int
    /// The time from the first submission to this snapshot, or to the first snapshot in which all had ended.
    public var elapsed: Duration

    /// Makes a snapshot.
    public init(
        queued: Int = 0, running: Int = 0, succeeded: Int = 0, failed: Int = 0, cancelled: Int = 0,
        elapsed: Duration = .zero
    ) {
        self.queued = queued
        self.running = running
        self.succeeded = succeeded
        self.failed = failed
        self.cancelled = cancelled
        self.elapsed = elapsed
    }

    /// How many there are.
    public var total: Int { Self.sum(queued, running, done) }

    /// How many have ended, in whatever way.
    public var done: Int { Self.sum(succeeded, failed, cancelled) }

    /// No count that somebody has written down ends the program.
    private static func sum(_ counts: Int...) -> Int {
        counts.reduce(0) { sum, count in
            let (result, overflow) = sum.addingReportingOverflow(max(0, count))
            return overflow ? .max : result
        }
    }

    /// Whether all have ended; true if there are none.
    public var isFinished: Bool { queued <= 0 && running <= 0 }

    /// The part that has ended, 0...1; 1 if there are none.
    public var fraction: Double { total == 0 ? 1 : Double(done) / Double(total) }

    /// How many end in a second, on average since the first submission; nil before the first has ended.
    public var rate: Double? {
        let seconds = elapsed / .seconds(1)
        return done > 0 && seconds > 0 ? Double(done) / seconds : nil
    }

    /// How long the rest takes at this rate; nil as long as there is none to go by.
    public var remaining: Duration? {
        if isFinished { return .zero }
        return rate.map { .seconds(min(Double(total - done) / $0, 0x1p60)) }
    }
}

extension Progress {
    /// Counts one more task.
    package mutating func count(_ state: TaskState, ending: @autoclosure () -> TaskEnding?) {
        switch state {
        case .queued: queued += 1
        case .running: running += 1
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
    /// What there is to say in few words: `3/8 done, 1 failed, 2 running, 1.5/s`.
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

/// In which of the three ways a task has ended.
///
/// ```swift
/// if future.ending == .failed { print("\(name) has failed") }
/// ```
public enum TaskEnding: Sendable, Hashable, Codable {
    /// Its function returned.
    case succeeded
    /// Its function threw, or the task failed before or after.
    case failed
    /// It was cancelled.
    case cancelled
}

extension Future {
    /// In which way the task has ended; nil if it has not. Never blocks, and reads no value.
    public var ending: TaskEnding? {
        switch source.state {
        case .queued, .running: nil
        case .cancelled: .cancelled
        case .done: source.failure == nil ? .succeeded : .failed
        }
    }
}
