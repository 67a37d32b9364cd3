internal import MultitaskingCore
internal import Synchronization

/// Takes a pool's events now and then, on a thread of its own, and appends them to a file.
package final class TimelineRecorder: Recording {
    private let source: any TimelineSource
    private let state: Mutex<TimelineWriter>
    private let finished = Latch()

    /// How often: what is in the file is at most so old.
    private static let period = Duration.milliseconds(100)

    /// Begins to record.
    ///
    /// - Throws: `permissionDenied` or `systemError`.
    package init(_ source: any TimelineSource, to path: String) throws {
        self.source = source
        state = Mutex(try TimelineWriter(path, places: source.places, now: monotonicNanoseconds()))
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
        let isNew = state.withLock { writer in
            guard !writer.isOver else { return false }
            writer.write(source, at: monotonicNanoseconds(), isLast: isLast)
            return isLast
        }
        if isNew { source.endTimeline() }
    }
}
