import CMultitaskingLinux
import Glibc
import Synchronization

/// Where a forked child does its work: on a thread that did not exist before the fork.
///
/// `Synchronization.Mutex` keeps the id of the current thread in thread-local variables, one for each object file that
/// uses it (`_SynchronizationShims.h`), and a fork copies them. In the child some then name the parent's thread and
/// some, not yet filled, will name the child's. A mutex locked under one and unlocked under the other traps, and so
/// does one that other threads contend for. Swift's runtime does the same for what is initialized once. A new thread's
/// variables are all empty.
///
/// The first thread is left for what belongs to a program's first thread: it serves the main queue and the main actor.
enum FreshThread {
    /// 1 in a process whose first thread is parked here; it holds no lock, so it does not stand in the way of a fork.
    ///
    /// ORDERING: relaxed; it changes while there is one thread.
    static let parkedThreads = Atomic<Int>(0)

    private final class Job {
        let body: () -> Int32
        init(_ body: @escaping () -> Int32) { self.body = body }
    }

    /// Runs `body` on a new thread, and ends the process with what it returns.
    ///
    /// If the system has no thread to give, a member ends the process with a word on that: in place, nobody would serve
    /// the main queue, and what tasks do on the main actor would never end. What runs no tasks runs in place.
    ///
    /// Only right after a fork, while this process has one thread.
    ///
    /// - Parameter member: the member this process is, whose tasks may use the main queue, which the first thread
    ///   serves from then on; nil if nothing here ever will, and the first thread is to be parked.
    static func leave(serving member: MemberRecord?, _ body: () -> Int32) -> Never {
        withoutActuallyEscaping(body) { body in
            // Kept until the process ends.
            let job = unsafe Unmanaged.passRetained(Job(body))
            parkedThreads.store(1, ordering: .relaxed)
            if member != nil { mt_adopt_main_queue() }
            let result = unsafe mt_start_thread(
                { job in
                    // SAFETY: it is the job below.
                    guard let job = unsafe job else { return nil }
                    // Not `exit`: the handlers registered in the client are the client's to run.
                    _exit(unsafe Unmanaged<Job>.fromOpaque(job).takeUnretainedValue().body())
                }, unsafe job.toOpaque())
            guard result == 0 else {
                if let member {
                    member.refusedThread.store(UInt64(-result))
                    _exit(PoolPhase.threadRefusedExitCode)
                }
                parkedThreads.store(0, ordering: .relaxed)
                _exit(body())
            }
            if let member { member.phaseWord.serveMainQueue() }
            mt_park_thread()
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
