import CMultitaskingLinux
import Glibc
import Synchronization

/// Where a forked child does its work: on a thread that did not exist before the fork.
///
/// `Synchronization.Mutex` keeps the id of the current thread in thread-local variables, one for each object file that
/// uses it (`_SynchronizationShims.h`), and a fork copies them. In the child some then name the parent's thread and some,
/// not yet filled, will name the child's. A mutex locked under one and unlocked under the other traps, and so does one
/// that other threads contend for. Swift's runtime does the same for what is initialized once. A new thread's variables are
/// all empty.
enum FreshThread {
    /// 1 in a process whose first thread is parked here; it holds no lock, so it does not stand in the way of a fork.
    ///
    /// ORDERING: relaxed; it changes while there is one thread.
    static let parkedThreads = Atomic<Int>(0)

    private final class Job {
        let body: () -> Int32
        var exitCode: Int32 = 0
        init(_ body: @escaping () -> Int32) { self.body = body }
    }

    /// Runs `body` on a new thread and waits for what it returns; in place if the system has no thread to give.
    ///
    /// Only right after a fork, while this process has one thread.
    static func run(_ body: () -> Int32) -> Int32 {
        withoutActuallyEscaping(body) { body in
            let job = Job(body)
            var thread = pthread_t()
            parkedThreads.store(1, ordering: .relaxed)
            // SAFETY: this thread keeps the job alive and does not touch it until the other one has ended.
            let result = unsafe pthread_create(
                &thread, nil,
                { job in
                    guard let job = unsafe job else { return nil }
                    let mine = unsafe Unmanaged<Job>.fromOpaque(job).takeUnretainedValue()
                    mine.exitCode = mine.body()
                    return nil
                }, unsafe Unmanaged.passUnretained(job).toOpaque())
            guard result == 0, pthread_join(thread, nil) == 0 else {
                parkedThreads.store(0, ordering: .relaxed)
                return body()
            }
            return job.exitCode
        }
    }
}

extension StaticString {
    /// Calls the current thread, and those it starts, this.
    ///
    /// Not from a `String`: a new process would spend more time on the conversion than on anything else so early.
    func nameThread() {
        // SAFETY: a literal of several characters is kept as a pointer to bytes that end with a zero.
        unsafe mt_set_thread_name(UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self))
    }
}
