internal import MultitaskingCore

/// Data under a lock on which threads can wait for a condition.
///
/// For what is waited for; data that is only touched briefly goes under a ``Lock``.
@safe final class Monitor<Value: ~Copyable>: @unchecked Sendable {
    // SAFETY: `value` is only touched while the lock is held.
    private var value: Value
    private let lock = ConditionLock()

    init(_ value: consuming sending Value) { self.value = value }

    /// Runs `body` with the data; must not block.
    func withLock<Result: ~Copyable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }

    /// Blocks until `attempt` gives a value; nil if the deadline passed first. `attempt` runs under the lock.
    func wait<Result>(until deadline: ContinuousClock.Instant?, _ attempt: (inout Value) -> Result?) -> Result? {
        lock.lock()
        defer { lock.unlock() }
        while true {
            if let result = attempt(&value) { return result }
            guard let deadline else {
                // What is waited for is to be done by other tasks or by the parent.
                PoolIdentity.waitingEndlessly { lock.wait() }
                continue
            }
            let left = deadline - .now
            guard left > .zero else { return nil }
            lock.wait(for: left)
        }
    }

    /// Wakes one waiting thread to try again.
    func signal() { lock.signal() }

    /// Wakes all waiting threads to try again.
    func broadcast() { lock.broadcast() }
}
