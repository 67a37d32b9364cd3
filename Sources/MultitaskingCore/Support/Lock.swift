#if SANITIZE_THREAD
    /// A stand-in for `Mutex`, in which thread sanitizer reports races that do not exist, as it does not see it locked.
    @safe final class Lock<Value: ~Copyable>: @unchecked Sendable {
        // SAFETY: `value` is only touched while the lock is held.
        private let lock = ConditionLock()
        private var value: Value
        /// Gives a value without a size, such as `()`, an address of its own, which thread sanitizer would otherwise
        /// take for that of what comes next.
        private let end: UInt8 = 0

        init(_ value: consuming sending Value) { self.value = value }

        func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            lock.lock()
            defer { lock.unlock() }
            return try body(&value)
        }
    }
#else
    internal import Synchronization

    /// The lock of this module, for data that is held for a few instructions.
    typealias Lock = Mutex
#endif
