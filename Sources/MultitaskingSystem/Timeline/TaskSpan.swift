package import MultitaskingCore

/// One task, or attempt at one, on a timeline; times in nanoseconds of CLOCK_MONOTONIC.
package struct TaskSpan: Sendable {
    package var name: String
    /// The number of its worker, and the process that this is; nil if it is a thread of this one.
    package var worker: Int
    package var pid: Int32?
    /// When it was submitted; nil for a further attempt.
    package var submission: Int64?
    package var start: Int64
    /// When its function was called and had returned; nil if it came not so far, or if nothing is coded.
    package var runStart: Int64?
    package var encodeStart: Int64?
    package var end: Int64
    /// Whether its worker has died.
    package var hasCrashed = false

    package init(
        name: String, worker: Int, pid: Int32?, submission: Int64?, start: Int64, runStart: Int64? = nil,
        encodeStart: Int64? = nil, end: Int64, hasCrashed: Bool = false
    ) {
        self.name = name
        self.worker = worker
        self.pid = pid
        self.submission = submission
        self.start = start
        self.runStart = runStart
        self.encodeStart = encodeStart
        self.end = end
        self.hasCrashed = hasCrashed
    }
}

/// A pool whose tasks are recorded.
package protocol TimelineSource: AnyObject, Sendable {
    /// The tasks that have ended since the last call, and how many were lost because they were not taken in time.
    func takeSpans() -> (spans: [TaskSpan], lost: Int)
    /// What the pool counts now.
    var timelineStatistics: PoolStatistics { get }
    /// Nobody takes any more.
    func endTimeline()
}
