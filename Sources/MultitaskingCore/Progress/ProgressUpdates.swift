/// The progress of a group of tasks as it changes, from the current one until all tasks have ended.
///
/// ```swift
/// for try await progress in session.progressUpdates() { print(progress) }
/// ```
///
/// Each iteration checks at an interval, and returns a snapshot when the progress has changed. A slow reader misses
/// snapshots, but never the last one. Checking doesn't slow down the tasks: the pause before the next check is at least
/// the interval, and at least nine times as long as the last check took, up to ten seconds.
public struct ProgressUpdates: AsyncSequence, Sendable {
    private let interval: Duration
    private let timeline: (any Timeline)?
    private let look: @Sendable () throws -> Progress

    /// Makes updates.
    ///
    /// - Parameters:
    ///   - interval: how often to look, at least a millisecond; less is taken for that.
    ///   - part: what is waited for; its time counts if it has one of its own.
    package init(every interval: Duration, in part: Any?, look: @escaping @Sendable () throws -> Progress) {
        self.init(every: interval, timeline: (part as? any HasTimeline)?.timeline, look: look)
    }

    /// - Parameter timeline: the time in which to look; nil for the machine's.
    init(every interval: Duration, timeline: (any Timeline)?, look: @escaping @Sendable () throws -> Progress) {
        self.interval = Swift.max(interval, .milliseconds(1))
        self.timeline = timeline
        self.look = look
    }

    /// Creates an iterator that starts with the current progress.
    public func makeAsyncIterator() -> Iterator { Iterator(updates: self) }

    /// Returns the snapshots one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let updates: ProgressUpdates
        private var last: Progress?
        private var pause: Duration

        fileprivate init(updates: ProgressUpdates) {
            self.updates = updates
            pause = updates.interval
        }

        /// Suspends until the progress changes; nil after the snapshot in which all tasks have ended.
        ///
        /// - Throws: `CancellationError` if the awaiting task is cancelled; whatever reading the progress throws.
        public mutating func next() async throws -> Progress? {
            guard last?.isFinished != true else { return nil }
            if last == nil { return take(try look()) }
            while true {
                // Nothing wakes this wait, so that no task has to tell anybody that it has ended.
                _ = try await awaitCallback(.upTo(pause), in: updates.timeline) { _ in }
                let progress = try look()
                if !progress.hasSameCounts(as: last) { return take(progress) }
            }
        }

        private mutating func look() throws -> Progress {
            let start = ContinuousClock.now
            let progress = try updates.look()
            // What happens in a simulation must not depend on how long a look takes.
            if updates.timeline == nil { pause = .pause(afterLookOf: .now - start, every: updates.interval) }
            return progress
        }

        private mutating func take(_ progress: Progress) -> Progress {
            last = progress
            return progress
        }
    }
}

extension Duration {
    /// How long to rest after a look, so that looking takes a tenth of the time at most, however much there is to see.
    ///
    /// - Parameters:
    ///   - cost: how long the look has taken.
    ///   - interval: how long to rest at least.
    package static func pause(afterLookOf cost: Duration, every interval: Duration) -> Duration {
        // There is an end to it: the process may have been stopped for hours during the look.
        max(interval, min(cost * 9, .seconds(10)))
    }
}

extension Progress {
    /// Whether only time has passed.
    fileprivate func hasSameCounts(as other: Progress?) -> Bool {
        guard var other else { return false }
        other.elapsed = elapsed
        return self == other
    }
}
