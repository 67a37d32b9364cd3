internal import Logging
internal import MultitaskingCore

/// Waits for the end of a pool that finishes its tasks, and says in the log if that may never come.
///
/// A program whose tasks wait for an event that it sets only after their scope has ended hangs without an error: the
/// scope waits for the tasks, and they for the event. The log says what the program waits for. Waiting goes on, because
/// another thread may still do what the tasks wait for.
package struct ShutdownWatch: ~Copyable {
    private let pool: any PoolActivity
    private let patience: Duration

    /// - Parameter patience: for how long nothing may happen in the pool before the log says so.
    package init(_ pool: any PoolActivity, patience: Duration = .seconds(10)) {
        self.pool = pool
        self.patience = patience
    }

    /// Returns when `wait` returns true, which it does when the pool has ended, or false after at most the duration
    /// that it is passed.
    ///
    /// - Returns: what it has written to the log; nil if nothing.
    @discardableResult
    package consuming func wait(for end: (Duration?) -> Bool) -> String? {
        var former: UInt64?
        while !end(patience) {
            let pulse = pool.isStuck ? pool.pulse : nil
            if let pulse, pulse == former {
                let notice = notice(pool.workLeft)
                Logger(label: "swift-multitasking").warning("\(notice)")
                _ = end(nil)
                return notice
            }
            former = pulse
        }
        return nil
    }

    private func notice(_ left: WorkLeft) -> String {
        """
        a pool that shuts down waits for \(left.running) running and \(left.queued) queued tasks, and nothing has \
        happened there for \(patience): each running task waits, without a limit, for a message, an event, or a \
        result. What they wait for must happen before the pool's scope ends or its shutdown begins, or on another \
        thread; or call shutdown(.drain, within: …, then: .kill)
        """
    }
}
