/// Where something happened: a thread of a process, as a timeline has a track for it.
package enum TimelinePlace: Hashable, Sendable {
    /// The thread that runs a worker's tasks.
    ///
    /// - Parameters:
    ///   - number: the worker's.
    ///   - pid: the process that this is; nil if it is a thread of this one.
    case worker(_ number: Int, pid: Int32?)
    /// Another thread.
    ///
    /// - Parameters:
    ///   - id: the system's number of it, or any that is not 0.
    ///   - pid: its process; nil for this one.
    case thread(_ id: Int32, pid: Int32?)

    /// From here on are numbers of threads that the system does not give.
    package static let otherThreads: Int32 = 1 << 22
}

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
