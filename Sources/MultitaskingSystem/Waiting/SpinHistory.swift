internal import Synchronization

/// How long it pays to look for something before going to sleep, learned from how the last waits of a kind went.
///
/// Looking pays while the one that is waited for runs on another core. It does not while that one waits for this very
/// core, or for one that others have: then each look keeps it away. Nothing says which it is, and it changes with what
/// else the machine has to do, but it shows: in looks that find nothing, in others that take the core away while one
/// looks, and in sleeps that are short. So what was found in time lets the next wait look for longer, and what was not,
/// for half as long, down to nothing. Where nobody looks any more and sleeps are short, one wait tries now and then.
///
/// One object serves all threads of a process that wait for the same kind of thing.
/// ORDERING: relaxed throughout; each word is a hint by itself.
package final class SpinHistory: Sendable {
    /// For how long to look, in nanoseconds.
    private let reach = Atomic<Int64>(.max)
    /// When to look for the full time although looking hasn't paid off recently.
    private let tries = RareTries(every: 8)

    package init() {}

    /// Less is not worth it: the other side does not come to its core and back in that time.
    private static let shortestReach: Int64 = 10_000
    /// Looks that are so far apart, in nanoseconds, say that another thread has had the core in between.
    private static let interruption: Int64 = 20_000

    /// Whether looking hasn't paid off recently.
    package var isDiscouraged: Bool { reach.load(ordering: .relaxed) == 0 }

    /// Notes that something was there before it was worth reading a clock.
    package func foundAtOnce(of limit: Int64) {
        if reach.load(ordering: .relaxed) < limit { grow(to: 0, of: limit) }
    }

    /// Looks for something until it is there, or for as long as it pays; false if it did not come.
    ///
    /// - Parameters:
    ///   - limit: for how long at most, in nanoseconds.
    ///   - isFound: looks, for about half a microsecond with pauses in between.
    package func look(upTo limit: Int64, _ isFound: () -> Bool) -> Bool {
        let known = reach.load(ordering: .relaxed)
        let isTry = known == 0 && tries.isDue()
        let reach = isTry ? limit : min(limit, known)
        guard reach > 0 else { return false }
        let start = monotonicNanoseconds()
        var last = start
        while true {
            let isFound = isFound()
            let now = monotonicNanoseconds()
            // Another one had the core; if it has done what is waited for, it did so because nobody looked.
            let isInterrupted = now - last > Self.interruption
            if isFound, !isInterrupted {
                tries.noteSuccess()
                grow(to: last - start, of: limit)
                return true
            }
            if isInterrupted || now - start >= reach {
                if isTry { tries.noteFailure() } else { shrink(from: reach, by: isInterrupted ? 4 : 2) }
                return isFound
            }
            last = now
        }
    }

    /// Notes how long a sleep took behind a look that found nothing, in nanoseconds.
    package func slept(for duration: Int64, of limit: Int64) {
        guard duration < limit, isDiscouraged else { return }
        tries.noteShortSleep()
    }

    private func grow(to time: Int64, of limit: Int64) {
        let now = reach.load(ordering: .relaxed)
        guard now < limit else { return }
        let longer = max(Self.shortestReach, now + now / 8, 2 * time)
        reach.store(min(limit, longer), ordering: .relaxed)
    }

    private func shrink(from former: Int64, by factor: Int64) {
        let shorter = former / factor
        reach.store(shorter < Self.shortestReach ? 0 : shorter, ordering: .relaxed)
    }
}
