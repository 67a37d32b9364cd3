#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif
internal import Synchronization

/// Where one thread waits until another hands the turn to it: at most one token, which waiting takes.
///
/// Handing over is what a simulation does all the time, so a waiter looks for the token a few times, giving up the
/// processor in between, before it sleeps: on one core the other thread then goes on at once, on several a wake-up by
/// the system is saved.
@safe final class Parker: @unchecked Sendable {
    private static let empty = 0
    private static let token = 1
    private static let sleeping = 2
    /// How often a waiter looks before it sleeps. More is a little faster on an idle machine, and slower on a busy one.
    private static let looks = 8

    // ORDERING: the token is put with release and taken with acquire, so that the next thread sees what was
    // written by the one before it. `sleeping` is only set and waited for under the mutex, so no wake-up falls between.
    private let word = Atomic<Int>(Parker.empty)
    // SAFETY: mutex and condition variable keep their addresses from `init` to `deinit`, and nobody waits in `deinit`,
    // because waiting needs a reference.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Puts the token and wakes the waiter.
    func unpark() {
        guard word.exchange(Self.token, ordering: .acquiringAndReleasing) == Self.sleeping else { return }
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits for the token and takes it; false if there was none for `limit` of the machine's time.
    @discardableResult
    func park(for limit: Duration? = nil) -> Bool {
        for _ in 0..<Self.looks {
            if take() { return true }
            sched_yield()
        }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        let deadline = limit.map { ContinuousClock.now + $0 }
        while true {
            if take() { return true }
            let (isAsleep, _) = word.compareExchange(
                expected: Self.empty, desired: Self.sleeping, ordering: .acquiringAndReleasing)
            guard isAsleep else { continue }
            while word.load(ordering: .acquiring) == Self.sleeping {
                guard let deadline else {
                    unsafe pthread_cond_wait(condition, mutex)
                    continue
                }
                let left = deadline - .now
                if left <= .zero {
                    let (isOver, _) = word.compareExchange(
                        expected: Self.sleeping, desired: Self.empty, ordering: .acquiringAndReleasing)
                    if isOver { return false }
                    break
                }
                sleep(for: left)
            }
        }
    }

    private func take() -> Bool {
        word.compareExchange(expected: Self.token, desired: Self.empty, ordering: .acquiringAndReleasing).exchanged
    }

    private func sleep(for duration: Duration) {
        // The wall clock may jump; the caller looks at the continuous clock afterwards.
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let (seconds, attoseconds) = min(duration, .seconds(60)).components
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_cond_timedwait(condition, mutex, &time)
    }
}

/// Lets a thread that is of no use any more not burn a processor.
func pauseThread() { usleep(1_000) }
