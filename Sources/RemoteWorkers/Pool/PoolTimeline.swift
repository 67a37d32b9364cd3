package import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

extension RemotePool {
    /// Begins to write a timeline; see `RecordingExecutor`.
    package func beginRecording(to path: String) throws -> any Recording {
        try checkUsable()
        let source = try PoolTimeline(self)
        do { return try TimelineRecorder(source, to: path) } catch {
            source.endTimeline()
            throw error
        }
    }
}

/// Takes what a pool has recorded.
private final class PoolTimeline: TimelineSource {
    private let core: RemotePool

    init(_ core: RemotePool) throws {
        self.core = core
        guard core.record(true) else {
            throw MultitaskingError(.invalidArgument, "the pool is already being recorded; end that recording first")
        }
    }

    /// Processes come with their first task.
    var places: [TimelinePlace] { [] }

    func takeEvents() -> TimelineEvents {
        var events = TimelineEvents()
        (events.spans, events.lostSpans) = core.takeSpans()
        return events
    }

    func gauges() -> [TimelineGauge] { core.statistics.gauges }
    func name(of channel: SharedObjectID) -> String { "channel \(channel.ordinal)" }
    func endTimeline() { core.record(false) }
}

/// The runs that have ended since somebody took them.
struct SpanLog: Sendable {
    private var spans: [TaskSpan] = []
    private var lost = 0

    private static let limit = 50_000

    /// Notes a run that has ended just now.
    mutating func add(_ report: RunReport, of task: any QueuedTask, attempt: Int, at place: Int, now: Int64) {
        guard spans.count < Self.limit else {
            lost += 1
            return
        }
        // What the times are, the child says, whose memory its tasks may have written over.
        func before(_ time: Int64, _ duration: UInt64) -> Int64 { time - min(max(time, 0), Int64(clamping: duration)) }
        switch report.end {
        case .withdrawn, .other, .unreachable: return
        case .call, .died, .lost, .outOfMemory, .timedOut, .cancelled: break
        }
        let hasCrashed = report.end.isDeath
        let encodeStart = before(now, report.times.encoding)
        let runStart = before(encodeStart, report.times.running)
        spans.append(
            TaskSpan(
                name: task.name, worker: place, pid: report.place.pid,
                submission: attempt == 1 ? task.submission : nil, start: before(runStart, report.times.decoding),
                runStart: hasCrashed ? nil : runStart, encodeStart: hasCrashed ? nil : encodeStart, end: now,
                hasCrashed: hasCrashed))
    }

    mutating func take() -> (spans: [TaskSpan], lost: Int) {
        defer { self = SpanLog() }
        return (spans, lost)
    }
}

extension RemotePool {
    /// Begins to note what ends, or ends that; false if it is noted already.
    @discardableResult
    func record(_ isRecorded: Bool) -> Bool {
        state.withLock { state in
            guard !isRecorded || state.spans == nil else { return false }
            state.spans = isRecorded ? SpanLog() : nil
            return true
        }
    }

    func takeSpans() -> (spans: [TaskSpan], lost: Int) {
        state.withLock { $0.spans?.take() ?? ([], 0) }
    }
}
