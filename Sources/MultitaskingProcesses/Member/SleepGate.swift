import CMultitaskingLinux
import Glibc
import MultitaskingSystem
import Synchronization

/// A thread of the library that a fork can hold asleep.
protocol SleepingThread: AnyObject, Sendable {
    /// Whether the system counts it as a thread of this process.
    var isRunning: Bool { get }
    /// Whether it sleeps, or has done its work.
    var isAsleep: Bool { get }
    /// Whether the caller runs on this thread.
    var isCaller: Bool { get }
    /// Runs `body` while the thread sleeps; nil if it is not about to.
    func whileHeld(_ body: () -> pid_t) -> pid_t?
}

/// Lets a thread do its work only while no fork holds it asleep.
///
/// All that the thread does is in ``whileAwake(_:)``, apart from sleeping. Asleep it is in a system call and has no
/// lock, and a fork keeps it there: so a copy of the process, which has no such thread, misses nothing but its sleep,
/// and no lock is left locked in the copy by it.
struct SleepGate: ~Copyable {
    private let asleep = Atomic<Bool>(false)
    /// Held by the thread while it is awake.
    private let awake = Mutex(())

    /// Whether the thread sleeps. ORDERING: sequentially consistent, as it is read before a fork.
    var isAsleep: Bool { asleep.load(ordering: .sequentiallyConsistent) }

    /// Does a part of the thread's work, when no fork is under way.
    func whileAwake<Value: Sendable>(_ body: () -> Value) -> Value { awake.withLock { _ in body() } }

    /// - Parameter sleep: a system call that sleeps, and nothing else.
    func whileAsleep(_ sleep: () -> Void) {
        noteSleep()
        sleep()
        asleep.store(false, ordering: .sequentiallyConsistent)
    }

    /// Says that the thread sleeps from now on, or has done its work.
    func noteSleep() { asleep.store(true, ordering: .sequentiallyConsistent) }

    /// Runs `body` while the thread sleeps; nil if it is not about to.
    ///
    /// Doesn't wait for the thread in the kernel: it may be waiting for a lock that the caller has, which the kernel
    /// would notice, and end the program for it.
    func whileHeld(_ body: () -> pid_t) -> pid_t? {
        let end = monotonicNanoseconds() + ForkSafety.callbackNanoseconds
        while true {
            if let result = awake.withLockIfAvailable({ _ in body() }) { return result }
            guard monotonicNanoseconds() < end else { return nil }
            usleep(50)
        }
    }
}
