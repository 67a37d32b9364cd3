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
    private struct State {
        var threads: [ThreadNumber] = []
        var addedCount = 0

        mutating func removeEnded() { threads.removeAll { !$0.isThere } }
    }

    private static let state = Mutex(State())

    /// Before the thread ceases to count as running, so that it is never neither.
    static func add(_ thread: ThreadNumber) {
        state.withLock { state in
            state.removeEnded()
            state.threads.append(thread)
            state.addedCount += 1
        }
    }

    /// Whether one of them has not ended.
    static var areThere: Bool {
        state.withLock { state in
            state.removeEnded()
            return !state.threads.isEmpty
        }
    }

    /// How many there have been so far. One that is added may have ended before anyone asks whether it is there.
    static var addedCount: Int { state.withLock(\.addedCount) }
}
