package import MultitaskingCore

/// Says in a file's events what has happened in a pool.
package struct TimelineWriter: ~Copyable {
    private var file: TraceFile
    private var arrows = MessageArrows()
    /// What was received, and whose senders were not found, with how often they were looked for.
    private var unmatched: [(receive: TimelineMessage, attempts: Int)] = []
    private let origin: Int64
    private var lost = (tasks: 0, events: 0)
    /// Whether nothing more is written: it was closed, or the disk is full, which ends the timeline, not the program.
    package private(set) var isOver = false

    /// How often senders are looked for. Sender and receiver each write to a ring of their own, and either may be read
    /// before the other.
    private static let attempts = 2

    /// - Parameters:
    ///   - places: the workers that there are.
    ///   - now: the time that is 0.
    /// - Throws: `permissionDenied` or `systemError`.
    package init(_ path: String, places: [TimelinePlace], now: Int64) throws(MultitaskingError) {
        file = try TraceFile(path, origin: now)
        origin = now
        for place in places { _ = file.track(place) }
    }

    /// Writes what has happened since the last time; whether that is nothing, and no task waits or runs.
    @discardableResult
    package mutating func write(_ source: any TimelineSource, at now: Int64, isLast: Bool) -> Bool {
        let events = source.takeEvents()
        let gauges = source.gauges()
        for span in events.spans { add(span) }
        add(events.messages, names: source)
        for life in events.lives { file.mark(life.event, file.track(life.place), max(origin, life.time)) }
        for gauge in gauges { file.counter(gauge, now) }
        add(lostSpans: events.lostSpans, lostEvents: events.lostEvents, at: now)
        let isWritten = file.flush()
        isOver = !isWritten || isLast
        // What could not be written has ended the file.
        if isLast, isWritten { file.finish() }
        return events.isEmpty && !gauges.contains(where: \.hasTasks)
    }

    private mutating func add(lostSpans: Int, lostEvents: Int, at now: Int64) {
        lost.tasks += lostSpans
        lost.events += lostEvents
        guard lostSpans > 0 || lostEvents > 0 else { return }
        file.counter(TimelineGauge("not recorded", [("tasks", lost.tasks), ("events", lost.events)]), now)
    }

    // MARK: Tasks

    private mutating func add(_ span: TaskSpan) {
        let track = file.track(.worker(span.worker, pid: span.pid))
        // Somebody may have begun before the recording did.
        let (start, end) = (max(origin, span.start), max(origin, span.end))
        let runStart = max(start, span.runStart ?? start)
        let encodeStart = span.encodeStart.map { max(runStart, $0) }
        file.slice(span.name, track, start, end)
        if span.runStart != nil { file.part("decoding", track, start, runStart) }
        file.part("running", track, runStart, encodeStart ?? end)
        if let encodeStart { file.part("encoding", track, encodeStart, end) }
        if let submission = span.submission, submission >= origin {
            file.slice(span.name, file.submissions, submission, submission)
            file.arrow("task", from: file.submissions, submission, to: track, start)
        }
        if span.hasCrashed {
            file.mark("crash", track, end)
        } else {
            file.slice(span.name, file.results, end, end)
            // At the end of a slice is not in it anymore.
            let last = max(start, end - 1)
            file.arrow("task", from: track, min(encodeStart ?? runStart, last), to: file.results, end)
        }
    }

    // MARK: Messages

    private mutating func add(_ messages: [TimelineMessage], names: any TimelineSource) {
        for message in messages {
            let verb = message.isSend ? "send" : "receive"
            let count = message.elements.count == 1 ? "" : "\(message.elements.count) "
            let (start, end) = times(of: message)
            file.slice(
                "\(verb) \(count)\(names.name(of: message.channel))", file.track(message.place), start, end)
            if message.isSend { arrows.add(message) }
        }
        let receives = unmatched + messages.lazy.filter { !$0.isSend }.map { ($0, 0) }
        unmatched = []
        for (receive, attempts) in receives {
            let sends = arrows.sends(of: receive)
            if sends.isEmpty, attempts < Self.attempts { unmatched.append((receive, attempts + 1)) }
            if !sends.isEmpty { connect(sends, to: receive) }
        }
    }

    private mutating func connect(_ sends: ArraySlice<TimelineMessage>, to receive: TimelineMessage) {
        let track = file.track(receive.place)
        let (start, end) = times(of: receive)
        // Perfetto turns arrows round that lead to a slice which began before the other: what is received after a wait
        // has a slice of its own, at the end of the wait.
        let arrival = min(end - 1, sends.reduce(start) { max($0, times(of: $1).start) })
        if arrival > start { file.part("message", track, arrival, end) }
        for send in sends {
            // Within its slice, as above.
            file.arrow("message", from: file.track(send.place), times(of: send).start, to: track, end - 1)
        }
    }

    /// When a call began and ended, and that it did take some time.
    private func times(of message: TimelineMessage) -> (start: Int64, end: Int64) {
        let start = max(origin, message.start)
        return (start, max(start + 1, message.end))
    }
}
