import Glibc
import Logging
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// A detached thread for one short job that must not block the caller.
enum BackgroundThread {
    /// For how long a thread that is refused is asked for again, in nanoseconds.
    private static let patience: Int64 = 500_000_000
    /// Whether it was said that there was none. ORDERING: relaxed; it only keeps it from being said often.
    private static let wasReported = Atomic<Bool>(false)

    /// Runs `body` on a thread of its own; in place, and so for as long as it takes, if the system has no thread to
    /// give.
    static func run(_ body: @escaping @Sendable () -> Void) {
        if !start(body) { body() }
    }

    /// Runs `body` on a thread of its own; false if the system has none to give, which is logged once.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let end = monotonicNanoseconds() + patience
        var result = startDetachedThread(body)
        while result != 0, monotonicNanoseconds() < end {
            usleep(10_000)
            result = startDetachedThread(body)
        }
        if result != 0, !wasReported.exchange(true, ordering: .relaxed) {
            let refusal = Refusal(.createThread, result)
            Logger.processes.warning(
                "\(refusal.error("start a thread that ends a pool").message). The caller is blocked.")
        }
        return result == 0
    }
}
