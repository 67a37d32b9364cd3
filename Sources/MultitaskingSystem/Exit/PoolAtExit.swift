package import MultitaskingCore

/// What shows whether anything still happens in a pool.
package protocol PoolActivity: AnyObject, Sendable {
    /// How much work there is now.
    var workLeft: WorkLeft { get }

    /// Whether each task that runs waits, without a limit, for something that others must do.
    var isStuck: Bool { get }

    /// A number that changes as long as anything happens in the pool.
    var pulse: UInt64 { get }
}

/// A pool, as the end of the program sees it. All of it is called from the threads that are in `exit`.
package protocol PoolAtExit: PoolActivity {
    /// What the pool does when the program ends.
    var modeAtExit: ShutdownMode { get }

    /// Does what the caller's thread would do if it is one of the pool's: the task that it runs never goes on. Called
    /// again and again, also before ``beginExit()``.
    func help()

    /// Takes no more tasks, and begins what the mode says; does not wait. Called once.
    func beginExit()

    /// Whether everything has come to its end, so that nothing has to be waited for. Called again and again, and may
    /// help.
    func hasExited() -> Bool

    /// Ends by force what still runs.
    func cutOff()
}

/// How many tasks of a pool have not ended.
package struct WorkLeft: Sendable, Equatable {
    package var running: Int
    package var queued: Int

    package init(running: Int, queued: Int) {
        self.running = running
        self.queued = queued
    }

    /// Whether there are any.
    var isAny: Bool { running > 0 || queued > 0 }
}
