internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

// The end of the program, for a pool that nobody has shut down.

extension PoolStorage: PoolAtExit {
    var workLeft: WorkLeft { WorkLeft(running: busyWorkers - exiting.withLock(\.count), queued: queuedTasks) }

    func beginExit() { close(cancellingQueued: modeAtExit != .drain) }

    func help() {
        // A task that has called `exit` does not come back, so its thread is free for the others; it counts until they
        // have ended.
        guard PoolIdentity.current === identity else { return }
        _ = exiting.withLock { $0.remove(CurrentThread.id) }
        workOff()
        _ = exiting.withLock { $0.insert(CurrentThread.id) }
    }

    func hasExited() -> Bool {
        help()
        // In this order: a thread that helps counts again before it takes a task.
        return queuedTasks == 0 && remainingWorkers == 0
    }

    var isStuck: Bool { identity.endlessWaitCount >= remainingWorkers }

    var pulse: UInt64 { identity.endlessWaitsSoFar &+ UInt64(truncatingIfNeeded: queuedTasks &+ livingWorkers) }

    /// Threads cannot be killed: they end with the program.
    func cutOff() {}

    private var remainingWorkers: Int { livingWorkers - exiting.withLock(\.count) }
}
