internal import MultitaskingCore
internal import Synchronization

/// Takes a pool's events now and then, on a thread of its own, and appends them to a file.
package final class TimelineRecorder: Recording {
    private let source: any TimelineSource
    private let state: Mutex<TimelineWriter>
    private let finished = Latch()

    /// How often: what is in the file is at most so old.
    private static let period = Duration.milliseconds(100)
    /// After how many looks that have found nothing it rests, and for how long at most.
    private static let quietLooks = 10
    private static let longestRest = Duration.seconds(10)

    /// Begins to record.
    ///
    /// - Throws: `permissionDenied` or `systemError`.
    package init(_ source: any TimelineSource, to path: String) throws {
        self.source = source
        state = Mutex(try TimelineWriter(path, places: source.places, now: monotonicNanoseconds()))
        do throws(Refusal) {
            try SystemThread(name: "mt-timeline") { [self] in run() }.detach()
        } catch {
            throw error.error("start a thread that writes the timeline")
        }
    }

    package func end() {
        finished.open()
        source.endRest()
        step(isLast: true)
    }

    /// Looks again and again; while nothing happens, only when the pool says that something begins.
    private func run() {
        var quietLooks = 0
        while !isFinished {
            let pause = quietLooks < Self.quietLooks ? nil : source.rest(Self.longestRest) { isFinished }
            switch pause {
            case .woken: quietLooks = 0
            case .over: break
            case .impossible, nil: if finished.wait(.upTo(Self.period)) { return }
            }
            quietLooks = step(isLast: false) ? quietLooks + 1 : 0
        }
    }

    private var isFinished: Bool { finished.wait(.never) }

    /// Whether nothing has happened.
    @discardableResult
    private func step(isLast: Bool) -> Bool {
        let (isQuiet, isEnd) = state.withLock { writer in
            guard !writer.isOver else { return (true, false) }
            let isQuiet = writer.write(source, at: monotonicNanoseconds(), isLast: isLast)
            // It is over before the last step if the disk is full.
            return (isQuiet, writer.isOver)
        }
        if isEnd {
            finished.open()
            source.endTimeline()
        }
        return isQuiet
    }
}
