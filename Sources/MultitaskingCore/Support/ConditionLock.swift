// With `DetachedThread.swift` and `TaskEnvironment+Shared.swift`, the one place where the core needs more than the
// standard library, which has nothing to block a thread with until another one says so.

internal import MultitaskingPlatform

/// A mutex and a condition variable of the system, from which everything is built that blocks a thread of a program.
///
/// Not of Dispatch, because a process that has used Dispatch can't be forked safely.
@safe package struct ConditionLock: ~Copyable, @unchecked Sendable {
    // SAFETY: both objects are allocated in `init`, keep their addresses, and are freed in `deinit`. Nobody waits then,
    // since a waiter borrows this value. The system's functions may be called from any thread.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
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

    package func lock() { unsafe pthread_mutex_lock(mutex) }
    package func unlock() { unsafe pthread_mutex_unlock(mutex) }

    /// Blocks until another thread signals, or without a reason; the caller holds the lock before and after.
    package func wait() { unsafe pthread_cond_wait(condition, mutex) }

    /// Like ``wait()``, for a day or `duration` at most, whichever is shorter.
    package func wait(for duration: Duration) {
        let (seconds, attoseconds) = min(max(duration, .zero), .seconds(86_400)).components
        // SAFETY: `time` is a local variable, and has two words: seconds and nanoseconds. Its members cannot be named
        // here: depending on the order in which it reads files, the compiler says that another module defines them.
        var time = unsafe unsafeBitCast((0, 0), to: timespec.self)
        #if !canImport(Darwin)
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        #endif
        unsafe withUnsafeMutableBytes(of: &time) { bytes in
            let words = unsafe bytes.assumingMemoryBound(to: Int.self)
            let nanoseconds = unsafe words[1] + Int(attoseconds / 1_000_000_000)
            unsafe words[0] += Int(seconds) + nanoseconds / 1_000_000_000
            unsafe words[1] = nanoseconds % 1_000_000_000
        }
        #if canImport(Darwin)
            unsafe pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            unsafe pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }

    /// Wakes one waiting thread.
    package func signal() { unsafe pthread_cond_signal(condition) }

    /// Wakes all waiting threads.
    package func broadcast() { unsafe pthread_cond_broadcast(condition) }
}
