internal import MultitaskingCore
internal import Synchronization

/// Takes a pool's tasks now and then, on a thread of its own, and appends them to a file.
package final class TimelineRecorder: Recording {
    private let source: any TimelineSource
    private let state: Mutex<State>
    private let finished = Latch()

    private struct State: ~Copyable {
        var file: TraceFile
        var lost = 0
        var isOver = false
    }

    /// How often: what is in the file is at most so old.
    private static let period = Duration.milliseconds(100)

    /// Begins to record.
    ///
    /// - Throws: `permissionDenied` or `systemError`.
    package init(_ source: any TimelineSource, to path: String) throws {
        self.source = source
        state = Mutex(State(file: try TraceFile(path, origin: monotonicNanoseconds())))
        do throws(Refusal) {
            try SystemThread(name: "mt-timeline") { [self] in
                while !finished.wait(.upTo(Self.period)) { step(isLast: false) }
            }.detach()
        } catch {
            throw error.error("start a thread that writes the timeline")
        }
    }

    package func end() {
        finished.open()
        step(isLast: true)
    }

    private func step(isLast: Bool) {
        let isNew = state.withLock { state in
            guard !state.isOver else { return false }
            let (spans, lost) = source.takeSpans()
            state.lost += lost
            for span in spans { state.file.add(span) }
            state.file.add(source.timelineStatistics, lost: state.lost, at: monotonicNanoseconds())
            // A disk that is full ends the timeline, not the program.
            state.isOver = !state.file.flush() || isLast
            if isLast { state.file.finish() }
            return isLast
        }
        if isNew { source.endTimeline() }
    }
}
