public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

extension ThreadPool: RecordingExecutor {
    /// Begins to write a timeline; see `RecordingExecutor`.
    ///
    /// A thread appends ten times a second what the workers have recorded since. Of a worker that ends more than
    /// 160,000 tasks a second not all are; the timeline says how many are missing.
    public func beginRecording(to path: String) throws -> any Recording {
        try owner.check()
        let source = try ThreadTimeline(storage)
        do { return try TimelineRecorder(source, to: path) } catch {
            source.endTimeline()
            throw error
        }
    }
}

/// Takes what the workers of a pool have recorded.
private final class ThreadTimeline: TimelineSource {
    private let storage: PoolStorage

    init(_ storage: PoolStorage) throws {
        // ORDERING: relaxed; it only keeps two from recording at once.
        guard !storage.isRecorded.exchange(true, ordering: .relaxed) else {
            throw MultitaskingError(.invalidArgument, "the pool is being recorded already; end that recording first")
        }
        self.storage = storage
        storage.sampler.noteAll(true)
        for tally in storage.tallies.withLock(\.self) { tally.record(true) }
    }

    func takeSpans() -> (spans: [TaskSpan], lost: Int) {
        var (spans, lost): ([TaskSpan], Int) = ([], 0)
        for (worker, tally) in storage.tallies.withLock(\.self).enumerated() {
            // Also of workers that came later.
            tally.record(true)
            let taken = tally.takeSpans(of: worker)
            spans += taken.spans
            lost += taken.lost
        }
        return (spans, lost)
    }

    var timelineStatistics: PoolStatistics { storage.statistics }

    func endTimeline() {
        storage.sampler.noteAll(false)
        for tally in storage.tallies.withLock(\.self) { tally.record(false) }
        storage.isRecorded.store(false, ordering: .relaxed)
    }
}
