internal import MultitaskingCore
internal import Synchronization

/// How many more tasks may wait in a pool with a limit.
final class QueuePermits: Sendable {
    private struct Waiters {
        var count = 0
        var isClosed = false
    }

    private let free: Atomic<Int>
    /// How many cancelled tasks lie in the queue. Only for so many, room is given back before a worker passes them, so
    /// that whoever submits and cancels doesn't fill the queue without end.
    private let cancelled = Atomic<Int>(0)
    private let cancelledLimit: Int
    /// Cancelled tasks are small, as their calls are gone. A short queue must not look full because of them while all
    /// workers are busy.
    static let leastCancelledLimit = 1024
    private let hasWaiters = Atomic<Bool>(false)
    private let waiters = Monitor(Waiters())

    init(limit: Int) {
        cancelledLimit = max(limit, Self.leastCancelledLimit)
        free = Atomic(limit)
    }

    /// Takes the room of one task; false if there was none until the limit, or the pool was closed meanwhile.
    func take(_ wait: WaitLimit) -> Bool {
        if tryTake() { return true }
        if case .never = wait { return false }
        waiters.withLock { waiters in
            waiters.count += 1
            // ORDERING: sequentially consistent, here and in `give`: the giver adds room and then looks for waiters,
            // the waiter says that it is there and then looks for room; one sees the other.
            hasWaiters.store(true, ordering: .sequentiallyConsistent)
        }
        defer {
            waiters.withLock { waiters in
                waiters.count -= 1
                if waiters.count == 0 { hasWaiters.store(false, ordering: .sequentiallyConsistent) }
            }
        }
        return waiters.wait(until: wait.deadline) { waiters -> Bool? in
            if waiters.isClosed { return false }
            return tryTake() ? true : nil
        } ?? false
    }

    /// Gives the room of one task back.
    func give() {
        free.add(1, ordering: .sequentiallyConsistent)
        guard hasWaiters.load(ordering: .sequentiallyConsistent) else { return }
        // Under the lock, so that a waiter that has just found no room is really asleep when it is woken.
        waiters.withLock { _ in }
        waiters.signal()
    }

    // ORDERING: relaxed, in both: each task gives its room back once, at whichever of the two steps over the limit.

    /// Gives the room of a cancelled task back, unless too many lie in the queue.
    func giveCancelled() {
        if cancelled.add(1, ordering: .relaxed).newValue <= cancelledLimit { give() }
    }

    /// Notes that a cancelled task has left the queue, and gives its room back if that hasn't happened.
    func passCancelled() {
        if cancelled.subtract(1, ordering: .relaxed).newValue >= cancelledLimit { give() }
    }

    /// Lets all waiters fail.
    func close() {
        waiters.withLock { $0.isClosed = true }
        waiters.broadcast()
    }

    private func tryTake() -> Bool {
        var now = free.load(ordering: .sequentiallyConsistent)
        while now > 0 {
            let (done, original) = free.weakCompareExchange(
                expected: now, desired: now - 1, ordering: .sequentiallyConsistent)
            if done { return true }
            now = original
        }
        return false
    }
}
