#if SANITIZE_THREAD
    /// A stand-in for `Mutex`, in which thread sanitizer reports races that do not exist.
    struct Lock<Value: ~Copyable>: ~Copyable, Sendable {
        private let monitor: Monitor<Value>

        init(_ value: consuming sending Value) { monitor = Monitor(value) }

        func withLock<Result: ~Copyable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
            try monitor.withLock(body)
        }
    }
#else
    internal import Synchronization

    /// The lock of this module, for data that is held for a few instructions and never while waiting.
    typealias Lock = Mutex
#endif
