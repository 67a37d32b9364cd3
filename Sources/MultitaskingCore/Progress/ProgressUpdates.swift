/// The progress of a group of tasks as it changes, from the present one to the one in which all have ended.
///
/// ```swift
/// for try await progress in try session.progressUpdates() { print(progress) }
/// ```
///
/// Each iteration looks again after an interval, and gives what it sees if that has changed: a slow reader misses
/// snapshots, never the last one. Looking costs no task anything.
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
        self.interval = Swift.max(interval, .milliseconds(1))
        timeline = (part as? any HasTimeline)?.timeline
        self.look = look
    }

    /// Begins with the present progress.
    public func makeAsyncIterator() -> Iterator { Iterator(updates: self) }

    /// Gives one snapshot after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let updates: ProgressUpdates
        private var last: Progress?

        fileprivate init(updates: ProgressUpdates) { self.updates = updates }

        /// Suspends until the progress has changed; nil after the snapshot in which all have ended.
        ///
        /// - Throws: `CancellationError` when the awaiting task is cancelled; what reading the progress throws.
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
