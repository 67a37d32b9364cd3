import Foundation
import MultitaskingCore

/// Data under a lock, and whoever waits until it has changed: threads, and callbacks.
final class Watched<Value: Sendable>: @unchecked Sendable {
    // SAFETY: `value` and `watchers` are touched only between `lock` and `unlock` of the condition.
    private var value: Value
    private var watchers: [Watcher] = []
    private let condition = NSCondition()

    private struct Watcher {
        let isDue: @Sendable (Value) -> Bool
        let callback: @Sendable () -> Void
    }

    init(_ value: Value) { self.value = value }

    /// Reads or changes the data; must not block.
    @discardableResult
    func access<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        condition.lock()
        defer { unlock() }
        return try body(&value)
    }

    /// Blocks until `attempt`, which may change the data, gives a value; nil if the limit passed first.
    func wait<Result>(_ limit: WaitLimit, until attempt: (inout Value) throws -> Result?) rethrows -> Result? {
        let deadline = limit.deadline
        condition.lock()
        defer { unlock() }
        while true {
            if let result = try attempt(&value) { return result }
            guard let deadline else {
                condition.wait()
                continue
            }
            let left = (deadline - .now) / .seconds(1)
            if left <= 0 { return nil }
            _ = condition.wait(until: Date(timeIntervalSinceNow: left))
        }
    }

    /// Calls `callback` once as soon as `isDue` holds, at once if it does already.
    func notify(when isDue: @escaping @Sendable (Value) -> Bool, _ callback: @escaping @Sendable () -> Void) {
        access { _ in watchers.append(Watcher(isDue: isDue, callback: callback)) }
    }

    /// Wakes all who wait, and calls the callbacks that are due without the lock: they may come back here.
    private func unlock() {
        condition.broadcast()
        let due = watchers.filter { $0.isDue(value) }
        if !due.isEmpty { watchers.removeAll { $0.isDue(value) } }
        condition.unlock()
        for watcher in due { watcher.callback() }
    }
}
