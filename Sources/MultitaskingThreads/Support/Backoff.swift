internal import MultitaskingSystem

/// Waiting in a loop for a thread that is about to act: at first by trying again, then by letting others run.
struct Backoff {
    private var round = 0

    /// Waits for a moment, longer each time.
    mutating func pause() {
        round += 1
        // A thread that is between two instructions needs a few nanoseconds, unless it was preempted: then only
        // giving it our processor helps.
        if round > 16 || SpinningCores.count == 1 { Machine.yield() }
    }
}

/// Waiting for something by looking at it for a short time, before going to sleep.
enum Spin {
    /// Looks until `isTrue` or the time is over. Costs nothing where this process has one core, on which nothing can
    /// happen while we look.
    static func wait(nanoseconds: Int64, until isTrue: () -> Bool) -> Bool {
        if isTrue() { return true }
        guard SpinningCores.count > 1, nanoseconds > 0 else { return false }
        let start = monotonicNanoseconds()
        while true {
            if isTrue() { return true }
            // Reading the clock takes a few dozen nanoseconds, which is pause enough for the thread we wait for to get
            // hold of the cache line we look at.
            let passed = monotonicNanoseconds() &- start
            if passed >= nanoseconds { return false }
            if passed >= Self.alone { Machine.yield() }
        }
    }

    /// How many nanoseconds to look before letting others run in between. The thread we wait for often waits for the
    /// very processor that we look on: without this, a task then took two full waits: 47 µs instead of 4.
    private static var alone: Int64 { 500 }
}
