import CMultitaskingLinux
import Glibc
import Synchronization

/// The system's number of a thread, which it notes itself when it begins.
final class ThreadNumber: Sendable {
    /// 0 until the thread has begun. ORDERING: relaxed; nothing else is read because of it.
    private let number = Atomic<pid_t>(0)

    func takeCallers() { number.store(mt_thread_id(getpid()), ordering: .relaxed) }

    var isCallers: Bool { number.load(ordering: .relaxed) == mt_thread_id(getpid()) }

    /// Whether the thread is one of this process's, or may become one.
    var isThere: Bool {
        let number = number.load(ordering: .relaxed)
        return number == 0 || mt_has_thread(number)
    }
}

/// Threads of this process that were told to end. The system counts them until they have, which may take long on a
/// busy machine.
enum EndingThreads {
    private static let threads = Mutex<[ThreadNumber]>([])

    static func add(_ thread: ThreadNumber) {
        threads.withLock { threads in
            threads.removeAll { !$0.isThere }
            threads.append(thread)
        }
    }

    /// Whether one of them has not ended.
    static var areThere: Bool {
        threads.withLock { threads in
            threads.removeAll { !$0.isThere }
            return !threads.isEmpty
        }
    }
}
