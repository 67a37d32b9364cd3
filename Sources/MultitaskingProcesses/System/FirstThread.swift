import CMultitaskingLinux
import Synchronization

/// Which of a process's threads has come first to something that is kept for it, and takes no exchange to use.
///
/// Most programs use a pool from one thread, and a worker runs its tasks on one. What belongs to that thread is touched
/// by no other; all others share what takes exchanges. When the thread has ended, a later one that has its number
/// follows it, or nobody.
struct FirstThread: ~Copyable, Sendable {
    // ORDERING: relaxed. A thread that reads its own number has written it, or the one whose number it has, which has
    // ended before; no other may touch what this guards.
    private let number = Atomic<UInt>(0)

    /// Whether the caller is that thread; the first one that asks becomes it.
    @inline(__always)
    var isCaller: Bool {
        let caller = mt_thread()
        let first = number.load(ordering: .relaxed)
        return first == caller || first == 0 && adopt(caller)
    }

    @inline(never)
    private func adopt(_ caller: UInt) -> Bool {
        number.compareExchange(expected: 0, desired: caller, ordering: .relaxed).exchanged
    }
}
