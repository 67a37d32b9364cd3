internal import MultitaskingSystem

/// Waiting in a loop for a thread that is about to act: at first by trying again, then by letting others run.
struct Backoff {
    private var round = 0

    /// Waits for a moment, longer each time.
    mutating func pause() {
        round += 1
        // A thread that is between two instructions needs a few nanoseconds, or a microsecond if it makes memory,
        // unless it was preempted: then only giving it our processor helps. Reading the clock is the pause meanwhile.
        if round > 100 || !SpinningCores.areSeveral { Machine.rest() } else if round > 16 { _ = monotonicNanoseconds() }
    }
}

/// Waiting for something by looking at it for as long as that pays, before going to sleep.
///
/// How long it pays is learned for each kind of wait alone, from all pools of the process.
enum Spin {
    /// For a task, in a worker that has none.
    static let work = SpinHistory()
    /// For the end of a task.
    static let result = SpinHistory()
    /// For a channel, or one of several sources.
    static let change = SpinHistory()

    /// Looks until `isTrue` or the time is over, or looking does not pay. Costs nothing where this process has one
    /// core, on which nothing can happen while we look.
    static func wait(_ history: SpinHistory, nanoseconds: Int64, until isTrue: () -> Bool) -> Bool {
        if isTrue() { return true }
        guard SpinningCores.areSeveral, nanoseconds > 0 else { return false }
        // Reading the clock between two looks is pause enough for the thread we wait for to get hold of the cache line
        // that we look at.
        for _ in 0..<(history.isDiscouraged ? shortGlance : glance) {
            _ = monotonicNanoseconds()
            if isTrue() {
                history.foundAtOnce(of: nanoseconds)
                return true
            }
        }
        return SpinningCores.count > 1 && history.look(upTo: nanoseconds, isTrue)
    }

    /// Runs `body`, which sleeps until what `wait` has not found is there, and notes how long that took.
    static func sleep<Result>(_ history: SpinHistory, nanoseconds: Int64, _ body: () -> Result) -> Result {
        let start = monotonicNanoseconds()
        defer { history.slept(for: monotonicNanoseconds() - start, of: nanoseconds) }
        return body()
    }

    /// How often to look in any case: for a microsecond, in which a thread on another core has done what is short.
    private static var glance: Int { 40 }
    /// The same where looking hasn't paid off recently, because both threads share a core perhaps.
    private static var shortGlance: Int { 4 }
}
