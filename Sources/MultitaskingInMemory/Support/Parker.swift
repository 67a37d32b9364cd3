internal import MultitaskingPlatform
internal import MultitaskingCore
internal import Synchronization

/// Where one thread waits until another hands the turn to it: at most one token, which waiting takes.
///
/// Handing over is what a simulation does all the time, so a waiter looks for the token a few times, giving up the
/// processor in between, before it sleeps: on one core the other thread then goes on at once, on several a wake-up by
/// the system is saved.
final class Parker: Sendable {
    private static let empty = 0
    private static let token = 1
    private static let sleeping = 2
    /// How often a waiter looks before it sleeps. More is a little faster on an idle machine, and slower on a busy one.
    private static let looks = 8

    // ORDERING: the token is put with release and taken with acquire, so that the next thread sees what was
    // written by the one before it. `sleeping` is only set and waited for under the lock, so no wake-up falls between.
    private let word = Atomic<Int>(Parker.empty)
    private let lock = ConditionLock()

    /// Puts the token and wakes the waiter.
    func unpark() {
        guard word.exchange(Self.token, ordering: .acquiringAndReleasing) == Self.sleeping else { return }
        lock.lock()
        lock.signal()
        lock.unlock()
    }

    /// Waits for the token and takes it; false if there was none for `limit` of the machine's time.
    @discardableResult
    func park(for limit: Duration? = nil) -> Bool {
        for _ in 0..<Self.looks {
            if take() { return true }
            sched_yield()
        }
        lock.lock()
        defer { lock.unlock() }
        let deadline = limit.map { ContinuousClock.now + $0 }
        while true {
            if take() { return true }
            let (isAsleep, _) = word.compareExchange(
                expected: Self.empty, desired: Self.sleeping, ordering: .acquiringAndReleasing)
            guard isAsleep else { continue }
            while word.load(ordering: .acquiring) == Self.sleeping {
                guard let deadline else {
                    lock.wait()
                    continue
                }
                let left = deadline - .now
                if left <= .zero {
                    let (isOver, _) = word.compareExchange(
                        expected: Self.sleeping, desired: Self.empty, ordering: .acquiringAndReleasing)
                    if isOver { return false }
                    break
                }
                lock.wait(for: left)
            }
        }
    }

    private func take() -> Bool {
        word.compareExchange(expected: Self.token, desired: Self.empty, ordering: .acquiringAndReleasing).exchanged
    }
}

/// Lets a thread that is of no use any more not burn a processor.
func pauseThread() { usleep(1_000) }
