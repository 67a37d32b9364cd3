public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

extension InMemoryPool: RecordingExecutor {
    /// Begins to record a timeline; see `RecordingExecutor`.
    ///
    /// All times are virtual, so each run with the same seed records the same timeline. It has a track for each
    /// simulated process. Because no real process can die, the file is written when the recording ends. If there are
    /// more than 100,000 tasks or messages, not all of them are kept, and the timeline says how many are missing.
    public func beginRecording(to path: String) throws -> any Recording {
        let (begin, places) = simulation.update { state, _ -> (Nanoseconds?, [TimelinePlace]) in
            guard state.recording == nil else { return (nil, []) }
            state.recording = SimulatedTimeline()
            return (state.now, state.timelinePlaces)
        }
        guard let begin else {
            throw MultitaskingError(.invalidArgument, "the pool is already being recorded; end that recording first")
        }
        do {
            return InMemoryRecording(simulation, try TimelineWriter(path, places: places, now: begin))
        } catch {
            simulation.update { state, _ in state.recording = nil }
            throw error
        }
    }
}

/// Writes what a simulation has recorded, at the end.
private final class InMemoryRecording: Recording {
    private let simulation: Simulator
    private let writer: Mutex<TimelineWriter>

    init(_ simulation: Simulator, _ writer: consuming TimelineWriter) {
        self.simulation = simulation
        self.writer = Mutex(writer)
    }

    deinit { end() }

    func end() {
        writer.withLock { writer in
            guard !writer.isOver else { return }
            let (timeline, now) = simulation.update { state, _ in (state.recording.take(), state.now) }
            guard let timeline else { return }
            // The disk may be full behind any of them.
            for sample in timeline.samples where !writer.isOver {
                writer.write(Recorded(gauges: sample.gauges), at: sample.time, isLast: false)
            }
            if !writer.isOver { writer.write(Recorded(timeline.events), at: now, isLast: true) }
        }
    }
}

/// What was recorded, as its writer asks for it.
private final class Recorded: TimelineSource {
    private let events: TimelineEvents
    private let curves: [TimelineGauge]

    init(_ events: TimelineEvents = TimelineEvents(), gauges: [TimelineGauge] = []) {
        self.events = events
        curves = gauges
    }

    var places: [TimelinePlace] { [] }
    func name(of channel: SharedObjectID) -> String { "channel \(channel.rawValue)" }
    func takeEvents() -> TimelineEvents { events }
    func gauges() -> [TimelineGauge] { curves }
    func endTimeline() {}
}
