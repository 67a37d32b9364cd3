internal import Synchronization

/// How many workers search for work and how many sleep, and the waking of those who sleep.
///
/// A worker that runs out of work first searches: it looks at the queue for some microseconds. While somebody searches,
/// nobody needs to be woken, so that a submit makes no system call. A worker that finds work as the last searcher wakes
/// another if there is more. This is how Go's scheduler and tokio's avoid waking too many and too few.
final class IdleWorkers: Sendable {
    /// Searching workers in the low half, sleeping ones in the high half.
    private let counts = Atomic<UInt64>(0)
    private let semaphore = Semaphore()
    private let searcherLimit: UInt64

    private static let oneSearching: UInt64 = 1
    private static let oneSleeping: UInt64 = 1 << 32

    /// - Parameter searcherLimit: how many may search at once; others go to sleep directly.
    init(searcherLimit: Int) { self.searcherLimit = UInt64(searcherLimit) }

    /// Wakes a worker if one sleeps and none searches. To be called after the queue became longer.
    func notify() {
        // ORDERING: sequentially consistent throughout this type. A sender first changes the queue and then reads the
        // counts; a worker first changes the counts and then reads the queue (`sleep`). In the one order of all of
        // these, at least one of the two sees what the other did.
        var now = counts.load(ordering: .sequentiallyConsistent)
        while Self.searching(now) == 0, Self.sleeping(now) > 0 {
            let (done, original) = counts.weakCompareExchange(
                expected: now, desired: now &- Self.oneSleeping &+ Self.oneSearching,
                ordering: .sequentiallyConsistent)
            if done { return semaphore.post() }
            now = original
        }
    }

    /// Wakes every sleeping worker.
    func notifyAll() {
        while wakeSelf() { semaphore.post() }
    }

    /// Counts the caller as searching; false if enough others are.
    func beginSearch() -> Bool {
        var now = counts.load(ordering: .sequentiallyConsistent)
        while Self.searching(now) < searcherLimit {
            let (done, original) = counts.weakCompareExchange(
                expected: now, desired: now &+ Self.oneSearching, ordering: .sequentiallyConsistent)
            if done { return true }
            now = original
        }
        return false
    }

    /// Ends the caller's search. Returns whether nobody searches any more.
    func endSearch() -> Bool {
        Self.searching(counts.subtract(Self.oneSearching, ordering: .sequentiallyConsistent).newValue) == 0
    }

    /// Puts the caller to sleep until it is notified; it then counts as searching.
    ///
    /// - Parameter isNeeded: looked at once after the caller counts as sleeping; if true, it does not sleep.
    func sleep(afterSearch wasSearching: Bool, unless isNeeded: () -> Bool) {
        counts.add(
            wasSearching ? Self.oneSleeping &- Self.oneSearching : Self.oneSleeping,
            ordering: .sequentiallyConsistent)
        // If nobody is left to be woken, then someone has just been: the permit is there or about to be.
        if isNeeded(), wakeSelf() { return }
        semaphore.wait()
    }

    /// Turns one sleeping worker into a searching one without a permit.
    private func wakeSelf() -> Bool {
        var now = counts.load(ordering: .sequentiallyConsistent)
        while Self.sleeping(now) > 0 {
            let (done, original) = counts.weakCompareExchange(
                expected: now, desired: now &- Self.oneSleeping &+ Self.oneSearching,
                ordering: .sequentiallyConsistent)
            if done { return true }
            now = original
        }
        return false
    }

    private static func searching(_ counts: UInt64) -> UInt64 { counts & (oneSleeping - 1) }
    private static func sleeping(_ counts: UInt64) -> UInt64 { counts >> 32 }
}
