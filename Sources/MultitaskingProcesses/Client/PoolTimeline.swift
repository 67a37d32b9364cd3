import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// Takes what the workers of a pool have recorded.
final class PoolTimeline: TimelineSource {
    private let core: PoolCore
    /// How many tasks of each worker were taken.
    private let read: Mutex<[UInt64]>

    /// Begins to record.
    ///
    /// - Throws: `invalidArgument` if somebody records already.
    init(_ core: PoolCore) throws {
        guard core.arena.header.recording.compareExchange(0, 1) else {
            throw MultitaskingError(
                .invalidArgument, "the pool is being recorded already; end that recording first")
        }
        self.core = core
        core.state.withLock { $0.stamps.notesAll = true }
        // What was recorded earlier is not of this timeline.
        read = Mutex((0...core.arena.layout.workers).map { core.arena.tally($0).spanCount.load() })
    }

    func takeSpans() -> (spans: [TaskSpan], lost: Int) {
        read.withLock { read in
            var (spans, lost): ([TaskSpan], Int) = ([], 0)
            for worker in 1...core.peak {
                let taken = core.arena.tally(worker).takeSpans(behind: &read[worker])
                lost += taken.lost
                spans += taken.spans.map { core.taskSpan($0, worker: worker - 1) }
            }
            return (spans, lost)
        }
    }

    var timelineStatistics: PoolStatistics { core.statistics }

    func endTimeline() {
        core.state.withLock { $0.stamps.notesAll = false }
        core.arena.header.recording.store(0)
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
