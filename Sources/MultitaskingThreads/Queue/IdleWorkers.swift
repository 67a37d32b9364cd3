internal import Synchronization

/// How many workers search for work, sleep, and are being woken; and the waking.
///
/// A worker that runs out of work first searches: it looks at the queue for a few microseconds. While somebody searches
/// or is being woken, nobody needs to be woken, so that a submit makes no system call. A worker that finds work wakes
/// another if there is more. This is how Go's scheduler and tokio's avoid waking too many and too few.
///
/// One that is being woken does not count as searching: until it runs, another that runs out of work may search.
final class IdleWorkers: Sendable {
    /// Three counts of 20 bits.
    private let counts = Atomic<UInt64>(0)
    private let semaphore = Semaphore()
    private let searcherLimit: UInt64

    private static let oneSearching: UInt64 = 1
    private static let oneSleeping: UInt64 = 1 << 20
    private static let oneWaking: UInt64 = 1 << 40

    /// - Parameter searcherLimit: how many may search at once; others go to sleep directly.
    init(searcherLimit: Int) { self.searcherLimit = UInt64(searcherLimit) }

    // ORDERING: sequentially consistent throughout this type. A sender first changes the queue and then reads the
    // counts; a worker first changes the counts and then reads the queue. In the one order of all of these, at least
    // one of the two sees what the other did.

    /// Wakes a worker if one sleeps and none searches or is being woken. To be called after the queue became longer.
    func notify() {
        if change({ Self.searching($0) == 0 && Self.waking($0) == 0 ? Self.wakingOne($0) : nil }) { semaphore.post() }
    }

    /// Wakes every sleeping worker.
    func notifyAll() {
        while change(Self.wakingOne) { semaphore.post() }
    }

    /// Wakes every sleeping worker to look at what concerns it alone.
    ///
    /// Not by permits, which one that goes to sleep again at once would take from another.
    func announce() { semaphore.announce() }

    /// Counts the caller as searching; false if enough others are.
    func beginSearch() -> Bool {
        change { Self.searching($0) < searcherLimit ? $0 + Self.oneSearching : nil }
    }

    /// Ends the caller's search; it then has to look at the queue once more.
    func endSearch() { _ = change { $0 - Self.oneSearching } }

    /// Puts the caller to sleep until it is notified; it then has to look at the queue.
    ///
    /// - Parameter isNeeded: looked at once after the caller counts as sleeping; if true, it does not sleep.
    /// - Returns: whether the caller now counts as searching.
    func sleep(afterSearch wasSearching: Bool, unless isNeeded: () -> Bool) -> Bool {
        _ = change { $0 + Self.oneSleeping - (wasSearching ? Self.oneSearching : 0) }
        // Before the look: what is announced after it ends the sleep.
        let announcements = semaphore.announcements
        // If nobody is left to be woken, then someone has just been: the permit is there or about to be.
        if !(isNeeded() && change(Self.wakingOne)),
            !semaphore.wait(unlessAnnouncedAfter: announcements), !change(Self.wakingOne)
        {
            semaphore.wait()
        }
        var isSearching = false
        _ = change {
            isSearching = Self.searching($0) < searcherLimit
            return $0 - Self.oneWaking + (isSearching ? Self.oneSearching : 0)
        }
        return isSearching
    }

    /// How many workers have nothing to do.
    var count: Int {
        let counts = counts.load(ordering: .sequentiallyConsistent)
        return Int(Self.searching(counts) + Self.sleeping(counts) + Self.waking(counts))
    }

    /// Replaces the counts; false if `next` says that there is nothing to change.
    private func change(_ next: (UInt64) -> UInt64?) -> Bool {
        var now = counts.load(ordering: .sequentiallyConsistent)
        while let desired = next(now) {
            let (done, original) = counts.weakCompareExchange(
                expected: now, desired: desired, ordering: .sequentiallyConsistent)
            if done { return true }
            now = original
        }
        return false
    }

    /// The counts when one sleeping worker is being woken; nil if none sleeps.
    private static func wakingOne(_ counts: UInt64) -> UInt64? {
        sleeping(counts) > 0 ? counts - oneSleeping + oneWaking : nil
    }

    private static func searching(_ counts: UInt64) -> UInt64 { counts % oneSleeping }
    private static func sleeping(_ counts: UInt64) -> UInt64 { counts / oneSleeping % oneSleeping }
    private static func waking(_ counts: UInt64) -> UInt64 { counts / oneWaking }
}
