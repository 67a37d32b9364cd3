internal import Synchronization

/// When to try again what did not pay the last time: once in so many short sleeps, of which more have to come the more
/// tries have failed.
///
/// ORDERING: relaxed throughout; each word is a hint by itself.
package struct RareTries: ~Copyable, Sendable {
    /// How many short sleeps there were since the last try.
    private let shortSleeps = Atomic<Int64>(0)
    /// How many short sleeps are worth a try.
    private let interval: Atomic<Int64>
    private let shortestInterval: Int64
    private static let longestInterval: Int64 = 1_024

    /// - Parameter shortestInterval: how many short sleeps are worth a try as long as tries succeed.
    package init(every shortestInterval: Int64) {
        self.shortestInterval = shortestInterval
        interval = Atomic(shortestInterval)
    }

    /// Whether a try is due. If it is, the caller makes it, and says what came of it.
    package func isDue() -> Bool {
        guard shortSleeps.load(ordering: .relaxed) >= interval.load(ordering: .relaxed) else { return false }
        shortSleeps.store(0, ordering: .relaxed)
        return true
    }

    /// Notes that it pays again.
    package func noteSuccess() { interval.store(shortestInterval, ordering: .relaxed) }

    /// Notes that a try has failed.
    package func noteFailure() {
        let longer = 2 * interval.load(ordering: .relaxed)
        interval.store(min(Self.longestInterval, longer), ordering: .relaxed)
    }

    /// Notes a sleep that was so short that a try may have been better.
    package func noteShortSleep() {
        shortSleeps.store(shortSleeps.load(ordering: .relaxed) + 1, ordering: .relaxed)
    }
}
