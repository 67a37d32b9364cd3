/// The progress of a group of tasks as it changes, from the current one until all tasks have ended.
///
/// ```swift
/// for try await progress in session.progressUpdates() { print(progress) }
/// ```
///
/// Each iteration checks at an interval, and returns a snapshot when the progress has changed. A slow reader misses
/// snapshots, but never the last one. Checking doesn't slow down the tasks.
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

        fileprivate init(updates: ProgressUpdates) { self.updates = updates }

        /// Suspends until the progress changes; nil after the snapshot in which all tasks have ended.
        ///
        /// - Throws: `CancellationError` if the awaiting task is cancelled; whatever reading the progress throws.
        public mutating func next() async throws -> Progress? {
            guard last?.isFinished != true else { return nil }
            if last == nil { return take(try updates.look()) }
            while true {
                // Nothing wakes this wait, so that no task has to tell anybody that it has ended.
                _ = try await awaitCallback(.upTo(updates.interval), in: updates.timeline) { _ in }
                let progress = try updates.look()
                if !progress.hasSameCounts(as: last) { return take(progress) }
            }
        }

        private mutating func take(_ progress: Progress) -> Progress {
            last = progress
            return progress
        }
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
