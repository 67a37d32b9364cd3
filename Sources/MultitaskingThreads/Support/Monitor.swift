// The one file that handles POSIX mutexes and condition variables.

internal import MultitaskingCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Data under a lock on which threads can wait for a condition.
///
/// For what is waited for; data that is only touched briefly goes under a ``Lock``.
@safe final class Monitor<Value: ~Copyable>: @unchecked Sendable {
    // SAFETY: `value` is only touched between `pthread_mutex_lock` and `unlock`; the mutex and the condition variable
    // keep their addresses from `init` to `deinit`, and nobody waits in `deinit` because waiting needs a reference.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init(_ value: consuming sending Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        // These can only fail where memory for a kernel object is needed, which none of our platforms does.
        unsafe pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
            unsafe pthread_cond_init(condition, nil)
        #else
            var attributes = pthread_condattr_t()
            unsafe pthread_condattr_init(&attributes)
            unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            unsafe pthread_cond_init(condition, &attributes)
            unsafe pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the data; must not block.
    func withLock<Result: ~Copyable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Blocks until `attempt` gives a value; nil if the deadline passed first. `attempt` runs under the lock.
    ///
    /// - Parameter isForOthers: whether what is waited for is to be done by other tasks or by the parent.
    func wait<Result>(
        until deadline: ContinuousClock.Instant?, isForOthers: Bool = true, _ attempt: (inout Value) -> Result?
    ) -> Result? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = attempt(&value) { return result }
            guard let deadline else {
                guard isForOthers else {
                    unsafe pthread_cond_wait(condition, mutex)
                    continue
                }
                PoolIdentity.waitingEndlessly { _ = unsafe pthread_cond_wait(condition, mutex) }
                continue
            }
            let left = deadline - .now
            guard left > .zero else { return nil }
            sleepWhileUnlocked(for: left)
        }
    }

    /// Wakes one waiting thread to try again.
    func signal() { unsafe pthread_cond_signal(condition) }

    /// Wakes all waiting threads to try again.
    func broadcast() { unsafe pthread_cond_broadcast(condition) }

    private func sleepWhileUnlocked(for duration: Duration) {
        #if canImport(Darwin)
            var time = timespec(duration)
            unsafe pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            time = time.advanced(by: duration)
            unsafe pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}
