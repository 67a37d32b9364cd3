import MultitaskingSystem

/// What the supervisor does when the system refuses it a process: it tries again, ever more slowly, and not without an
/// end while somebody waits.
///
/// As long as one worker lives, the pool goes on with fewer. If none does, tasks that wait get an error in the end, as
/// do those that wait for one of the refused alone.
struct StartRefusals {
    /// For how long tasks wait while there is no worker for them and none can be started, in nanoseconds.
    static let patience: Int64 = 3_000_000_000
    static let shortestPause: Int64 = 10_000_000
    private static let longestPause: Int64 = 1_000_000_000

    private var pause: Int64 = 0
    /// Since when tasks wait without a worker.
    private var waitingSince: Int64?
    /// Since when not all workers that are wanted can be started.
    private var incompleteSince: Int64?
    /// Whether that has lasted for so long that nobody should wait for one worker and no other.
    private(set) var areLasting = false
    /// Whether a worker was forked and got no second thread, and none has got one since.
    private var areOfThreads = false
    /// The worker that was forked to see whether it gets one.
    private(set) var trial: Int?
    /// When it is to be tried again, in nanoseconds of CLOCK_MONOTONIC; nil for at once.
    private(set) var notBefore: Int64?

    /// Notes a refusal; whether it is time to give up.
    ///
    /// - Parameters:
    ///   - hasWorkers: whether there is a worker that will take the tasks that wait.
    ///   - hasTasks: whether any wait.
    mutating func refused(hasWorkers: Bool, hasTasks: Bool, now: Int64 = monotonicNanoseconds()) -> Bool {
        pause = min(max(2 * pause, Self.shortestPause), Self.longestPause)
        notBefore = now + pause
        let first = incompleteSince ?? now
        incompleteSince = first
        areLasting = now - first >= Self.patience
        guard hasTasks, !hasWorkers else {
            waitingSince = nil
            return false
        }
        let since = waitingSince ?? now
        waitingSince = since
        return now - since >= Self.patience
    }

    /// Notes that a worker was forked; whether that says nothing yet, because a thread was refused last.
    mutating func mustAwaitThread(of index: Int) -> Bool {
        guard areOfThreads else { return false }
        trial = index
        return true
    }

    /// Notes that a worker got no second thread; whether that is news, and to be noted as refused.
    ///
    /// Of those that were forked together, the first speaks for all.
    mutating func threadWasRefused(to index: Int) -> Bool {
        let isNews = !areOfThreads || trial == index
        areOfThreads = true
        if trial == index { trial = nil }
        return isNews
    }

    /// A worker was started; others may still be refused.
    mutating func succeeded() {
        let since = incompleteSince
        end()
        incompleteSince = since
    }

    /// All workers that are wanted are there.
    mutating func end() { self = StartRefusals() }
}
