internal import MultitaskingCore
internal import Synchronization

/// How many more tasks may wait in a pool with a limit.
final class QueuePermits: Sendable {
    private struct Waiters {
        var count = 0
        var isClosed = false
    }

    private let free: Atomic<Int>
    private let hasWaiters = Atomic<Bool>(false)
    private let waiters = Monitor(Waiters())

    init(limit: Int) { free = Atomic(limit) }

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
