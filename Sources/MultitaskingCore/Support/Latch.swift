// With `DetachedThread.swift`, the one place where the core needs more than the standard library, which has nothing to
// block a thread with until another one says so.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A door that is opened once; its waiters block until then.
///
/// It is made of a mutex and a condition of the system, and not of Dispatch, because a process that has used Dispatch
/// cannot be forked safely.
@safe package final class Latch: @unchecked Sendable {
    // SAFETY: the two pointers are allocated in `init`, never change and are freed in `deinit`, when nobody can use the
    // latch any more; `isOpen` is read and written only while `mutex` is held. So the class may be called Sendable.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isOpen = false

    package init() {
        // SAFETY: both objects are initialised by the system before anybody sees them.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        // SAFETY: see above; nobody waits, since a waiter holds a reference.
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Opens the door and wakes everybody; opening it twice is the same as once.
    package func open() {
        // SAFETY: mutex and condition live as long as `self`.
        unsafe pthread_mutex_lock(mutex)
        isOpen = true
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Blocks until the door is open; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    package func wait(_ limit: WaitLimit) -> Bool {
        let deadline = limit.deadline
        // SAFETY: mutex and condition live as long as `self`.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isOpen {
            guard let deadline else {
                unsafe pthread_cond_wait(condition, mutex)
                continue
            }
            let left = deadline - .now
            guard left > .zero else { return false }
            var time = Self.wallTime(after: left)
            unsafe pthread_cond_timedwait(condition, mutex, &time)
        }
        return true
    }

    /// The wall time that `pthread_cond_timedwait` wants; at most a minute ahead.
    ///
    /// The caller looks at the continuous clock after each wake-up, so a wall clock that jumps delays it by that much.
    private static func wallTime(after duration: Duration) -> timespec {
        let (seconds, attoseconds) = min(duration, .seconds(60)).components
        // SAFETY: `time` is a local variable, and has two words: seconds and nanoseconds. Its members cannot be named
        // here: depending on the order in which it reads files, the compiler says that another module defines them.
        var time = unsafe unsafeBitCast((0, 0), to: timespec.self)
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        unsafe withUnsafeMutableBytes(of: &time) { bytes in
            let words = unsafe bytes.assumingMemoryBound(to: Int.self)
            let nanoseconds = unsafe words[1] + Int(attoseconds / 1_000_000_000)
            unsafe words[0] += Int(seconds) + nanoseconds / 1_000_000_000
            unsafe words[1] = nanoseconds % 1_000_000_000
        }
        return time
    }
}
