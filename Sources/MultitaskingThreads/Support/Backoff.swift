/// Waiting in a loop for a thread that is about to act: at first by trying again, then by letting others run.
struct Backoff {
    private var round = 0

    /// Waits for a moment, longer each time.
    mutating func pause() {
        round += 1
        // A thread that is between two instructions needs a few nanoseconds, unless it was preempted: then only
        // giving it our processor helps.
        if round > 16 || Machine.processors == 1 { Machine.yield() }
    }
}

/// Waiting for something by looking at it for a short time, before going to sleep.
enum Spin {
    /// Looks until `isTrue` or the time is over. Costs nothing on a machine with one processor, where nothing can
    /// happen while we look.
    static func wait(nanoseconds: Int64, until isTrue: () -> Bool) -> Bool {
        if isTrue() { return true }
        guard Machine.processors > 1, nanoseconds > 0 else { return false }
        let end = Machine.nanoseconds &+ nanoseconds
        // Reading the clock takes a few dozen nanoseconds, which is pause enough for the thread we wait for to get hold
        // of the cache line we look at.
        while Machine.nanoseconds < end {
            if isTrue() { return true }
        }
        return false
    }
}
