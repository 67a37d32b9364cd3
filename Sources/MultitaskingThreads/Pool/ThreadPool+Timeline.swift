public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

extension ThreadPool: RecordingExecutor {
    /// Begins to write a timeline; see `RecordingExecutor`.
    ///
    /// Ten times a second, a thread appends what the workers have recorded since the last time. If a worker completes
    /// more than 160,000 tasks a second, or a channel passes more than 160,000 messages, some aren't recorded; the
    /// timeline says how many.
    public func beginRecording(to path: String) throws -> any Recording {
        try owner.check()
        let source = try ThreadTimeline(storage)
        do { return try TimelineRecorder(source, to: path) } catch {
            source.endTimeline()
            throw error
        }
    }
}

/// Takes what the threads of a pool have recorded.
private final class ThreadTimeline: TimelineSource {
    private let storage: PoolStorage
    /// What tasks without a name are called, by their results.
    private let typeNames = Lock<[ObjectIdentifier: String]>([:])

    /// How many channels are shown as curves.
    private static let mostChannels = 64

    init(_ storage: PoolStorage) throws {
        // ORDERING: relaxed; it only keeps two from recording at once.
        guard !storage.isRecorded.exchange(true, ordering: .relaxed) else {
            throw MultitaskingError(.invalidArgument, "the pool is already being recorded; end that recording first")
        }
        self.storage = storage
        // What was noted when the last recording ended is not of this one.
        for channel in storage.registry.channels { channel.takeNotes() }
        storage.registry.log.record(true)
        storage.sampler.noteAll(true)
        for tally in storage.tallies.withLock(\.self) { tally.record(true) }
    }

    var places: [TimelinePlace] {
        storage.roster.withLock { $0.workers }.sorted().map { .worker($0, pid: nil) }
    }

    func name(of channel: SharedObjectID) -> String { "channel \(channel.ordinal)" }

    func takeEvents() -> TimelineEvents {
        for channel in storage.registry.channels { channel.takeNotes() }
        var events = storage.registry.log.take()
        storage.sampler.noteAll(true)
        for (worker, tally) in storage.tallies.withLock(\.self).enumerated() {
            // Also of workers that came later.
            tally.record(true)
            let taken = tally.takeSpans()
            events.spans += taken.tasks.map { task in
                TaskSpan(
                    name: name(of: task.task), worker: worker, pid: nil,
                    submission: task.submission == 0 ? nil : task.submission, start: task.start, end: task.end)
            }
            events.lostSpans += taken.lost
        }
        return events
    }

    private func name(of task: TaskLabel) -> String {
        if let name = task.name { return name }
        return typeNames.withLock { names in
            let type = ObjectIdentifier(task.type)
            if let name = names[type] { return name }
            names[type] = task.description
            return task.description
        }
    }

    func gauges() -> [TimelineGauge] {
        let channels = storage.registry.channels.prefix(Self.mostChannels).map { channel in
            TimelineGauge(name(of: channel.reference), [("elements", channel.status.count)])
        }
        return storage.statistics.gauges + channels
    }

    func rest(_ limit: Duration, unless isOver: () -> Bool) -> TimelinePause {
        storage.registry.log.rest.rest(limit, unless: isOver) ? .woken : .over
    }

    func endRest() { storage.registry.log.rest.end() }

    func endTimeline() {
        storage.registry.log.record(false)
        storage.sampler.noteAll(false)
        for tally in storage.tallies.withLock(\.self) { tally.record(false) }
        storage.isRecorded.store(false, ordering: .relaxed)
    }
}
