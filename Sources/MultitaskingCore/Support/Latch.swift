/// A door that is opened once; its waiters block until then.
@safe package final class Latch: @unchecked Sendable {
    // SAFETY: `isOpen` is only read and written while the lock is held.
    private let lock = ConditionLock()
    private var isOpen = false

    package init() {}

    /// Opens the door and wakes everybody; opening it twice is the same as once.
    package func open() {
        lock.lock()
        isOpen = true
        lock.broadcast()
        lock.unlock()
    }

    /// Blocks until the door is open; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    package func wait(_ limit: WaitLimit) -> Bool {
        let deadline = limit.deadline
        lock.lock()
        defer { lock.unlock() }
        while !isOpen {
            guard let deadline else {
                lock.wait()
                continue
            }
            let left = deadline - .now
            guard left > .zero else { return false }
            lock.wait(for: left)
        }
        return true
    }

    /// The same; a wait without a limit is counted for the pool whose task calls this, so that one whose tasks all wait
    /// for others is noticed.
    @available(*, noasync, message: "this blocks the thread")
    @discardableResult
    package func waitCounted(_ limit: WaitLimit) -> Bool {
        limit == .forever ? PoolIdentity.waitingEndlessly { wait(limit) } : wait(limit)
    }
}
