internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

// The end of the program, for a pool that nobody has shut down.

extension PoolStorage: PoolAtExit {
    var workLeft: WorkLeft { WorkLeft(running: busyWorkers - exiting.withLock(\.count), queued: queuedTasks) }

    func beginExit() { close(cancellingQueued: modeAtExit != .drain) }

    func hasExited() -> Bool {
        if PoolIdentity.current === identity {
            // A task that has called `exit` does not come back, so its thread is free for the others; it counts until
            // they have ended.
            workOff()
            _ = exiting.withLock { $0.insert(CurrentThread.id) }
        }
        return remainingWorkers == 0
    }

    var isStuck: Bool { identity.endlessWaitCount >= remainingWorkers }

    var pulse: UInt64 { identity.endlessWaitsSoFar &+ UInt64(truncatingIfNeeded: queuedTasks &+ livingWorkers) }

    /// Threads cannot be killed: they end with the program.
    func cutOff() {}

    private var remainingWorkers: Int { livingWorkers - exiting.withLock(\.count) }
}
