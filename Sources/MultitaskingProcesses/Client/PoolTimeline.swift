import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// Takes what the members of a pool have recorded.
final class PoolTimeline: TimelineSource {
    private let core: PoolCore
    private let progress: Mutex<Progress>

    /// How many tasks of each worker, and how many events of each member, were taken.
    private struct Progress {
        var spans: [RingProgress]
        var events: [RingProgress]
    }

    /// How many channels are shown as curves: the first ones that there are.
    private static let mostChannels = 64

    /// Begins to record.
    ///
    /// - Throws: `invalidArgument` if somebody records already.
    init(_ core: PoolCore) throws {
        let arena = core.arena
        guard arena.header.recording.compareExchange(RecordingState.off, RecordingState.on) else {
            throw MultitaskingError(
                .invalidArgument, "the pool is already being recorded; end that recording first")
        }
        self.core = core
        // What was recorded earlier is not of this timeline.
        let members = 0...arena.layout.workers
        progress = Mutex(
            Progress(
                spans: members.map { $0 == ArenaLayout.client ? .init() : arena.tally($0).spanProgress },
                events: members.map { arena.events(of: $0).progress }))
        noteSubmissions()
    }

    /// Notes when tasks are submitted, of as many as can be recorded before this is called again.
    private func noteSubmissions() {
        core.state.withLock { $0.stamps.recorded = core.peak * ArenaLayout.spanLimit }
    }

    var places: [TimelinePlace] {
        workers.map { .worker($0.index - 1, pid: $0.process) }
    }

    private var workers: [(index: Int, process: Int32)] {
        (1...core.peak).compactMap { index in core.arena.member(index).process.map { (index, $0) } }
    }

    func name(of channel: SharedObjectID) -> String {
        let ordinal = channel.serial &- core.arena.header.objectOrigin.load()
        return ordinal == 1 ? "channel \(channel.index)" : "channel \(channel.index).\(ordinal)"
    }

    func takeEvents() -> TimelineEvents {
        noteSubmissions()
        return progress.withLock { progress in
            var all = TimelineEvents()
            for worker in 1...core.peak {
                let taken = core.arena.tally(worker).takeSpans(behind: &progress.spans[worker])
                all.lostSpans += taken.lost
                all.spans += taken.spans.map { core.taskSpan($0, worker: worker - 1) }
            }
            for member in 0...core.peak {
                let taken = core.arena.events(of: member).take(behind: &progress.events[member])
                all.lostEvents += taken.lost
                for event in taken.events { Self.add(event, of: member, to: &all) }
            }
            return all
        }
    }

    private static func add(_ event: EventRecord.Event, of member: Int, to all: inout TimelineEvents) {
        let worker = TimelinePlace.worker(member - 1, pid: event.process)
        let (start, end) = (Int64(clamping: event.start), Int64(clamping: event.end))
        switch event.kind {
        case .sent, .received:
            let isOwn = event.process == getpid()
            let first = min(event.detail, .max >> 1)
            let isOfWorker = event.thread == 0 && member != ArenaLayout.client
            all.messages.append(
                TimelineMessage(
                    isSend: event.kind == .sent,
                    place: isOfWorker ? worker : .thread(event.thread, pid: isOwn ? nil : event.process),
                    channel: SharedObjectID(rawValue: event.subject),
                    elements: first..<first + UInt64(event.count), start: start, end: end))
        case .born: all.lives.append(TimelineLife(place: worker, event: "born", time: end))
        case .died:
            let status = EndStatus(rawValue: event.detail)
            all.lives.append(TimelineLife(place: worker, event: status.epitaph, time: end))
        }
    }

    func gauges() -> [TimelineGauge] {
        core.statistics.gauges + channelGauges
            + workers.compactMap { worker in
                MemoryGauge(of: worker.process)?.privateMemory.map {
                    TimelineGauge("memory of worker \(worker.index - 1)", pid: worker.process, [("bytes", $0)])
                }
            }
    }

    /// How many elements channels hold, or places that hold none anymore.
    private var channelGauges: [TimelineGauge] {
        let count = min(core.arena.header.channelCount.hint, ArenaLayout.channelLimit)
        let live = (0..<count).lazy.compactMap { index -> TimelineGauge? in
            let header = self.core.arena.channel(index)
            let state = header.state.load()
            guard state & ChannelHeader.liveFlag != 0 else { return nil }
            let (head, tail) = (header.head.load().position, header.tail.load())
            let name = self.name(of: SharedObjectID(index: index, serial: state >> 8))
            return TimelineGauge(name, [("elements", Int(clamping: tail &- min(head, tail)))])
        }
        return Array(live.prefix(Self.mostChannels))
    }

    func endTimeline() {
        core.state.withLock { $0.stamps.recorded = 0 }
        core.arena.header.recording.store(RecordingState.off)
    }

    func rest(_ limit: Duration, unless isOver: () -> Bool) -> TimelinePause {
        let header = core.arena.header
        let bell = header.recorderBell
        // ORDERING: the bell, then the state, then the look: whatever ends the rest after the look rings the bell after
        // this has looked at it.
        let ticket = bell.load()
        guard header.recording.compareExchange(RecordingState.on, RecordingState.resting) else { return .woken }
        fence()
        let (seconds, attoseconds) = limit.components
        if !isOver() { bell.sleep(while: ticket, nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000) }
        // Whoever has woken this has changed the state.
        return header.recording.compareExchange(RecordingState.resting, RecordingState.on) ? .over : .woken
    }

    func endRest() { core.arena.header.endRecorderRest() }
}

extension EndStatus {
    /// What a timeline says of a process that has ended.
    fileprivate var epitaph: String {
        if contains(.supervisor) { return "died with the supervisor" }
        guard let signal = signalNumber else { return number == 0 ? "left" : "died with exit code \(number)" }
        return "died of " + (unsafe mt_signal_name(signal).map { unsafe String(cString: $0) } ?? "signal \(signal)")
    }
}

extension PoolCore {
    fileprivate func taskSpan(_ span: SpanRecord.Span, worker: Int) -> TaskSpan {
        func time(_ word: UInt64) -> Int64? { word == 0 ? nil : Int64(clamping: word) }
        // In this order, whatever the memory says.
        let start = Int64(clamping: span.start)
        let runStart = time(span.runStart).map { max(start, $0) }
        let encodeStart = time(span.encodeStart).map { max(runStart ?? start, $0) }
        let submission = time(span.submission)
        return TaskSpan(
            name: name(of: span.serial, function: span.function), worker: worker, pid: span.pid,
            submission: submission.map { min($0, start) }, start: start, runStart: runStart,
            encodeStart: encodeStart, end: max(encodeStart ?? runStart ?? start, Int64(clamping: span.end)),
            hasCrashed: span.hasCrashed)
    }
}
