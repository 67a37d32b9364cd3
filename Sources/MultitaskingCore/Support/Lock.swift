#if SANITIZE_THREAD
    /// A stand-in for `Mutex`, in which thread sanitizer reports races that do not exist, as it does not see it locked.
    @safe final class Lock<Value: ~Copyable>: @unchecked Sendable {
        // SAFETY: `held` is only touched while the lock is held.
        private var held: Held
        private let lock = ConditionLock()

        /// Gives a value without a size, such as `()`, an address of its own. It would have that of another property,
        /// and thread sanitizer would take the one for the other.
        private struct Held: ~Copyable {
            var value: Value
            let size: UInt8 = 0
        }

        init(_ value: consuming sending Value) { held = Held(value: value) }

        func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            lock.lock()
            defer { lock.unlock() }
            return try body(&held.value)
        }
    }
#else
    internal import Synchronization

    /// The lock of this module, for data that is held for a few instructions.
    typealias Lock = Mutex
#endif
