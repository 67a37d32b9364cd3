import MultitaskingCore
import MultitaskingSystem
import Synchronization

extension PoolCore {
    /// Whether SIGINT is ending the pool.
    var isInterrupted: Bool { arena.header.interruptDeadline.load() != 0 }

    func shutdown(_ mode: ShutdownMode) {
        guard belongsToThisProcess else { return }
        beginShutdown(mode)
        awaitEnd(mode)
        // A task pushed at the very moment of the end has nobody left to take it; from here on none is pushed.
        state.withLock { state in
            state.isShutDown = true
            state.end = state.end ?? monotonicNanoseconds()
        }
        supervision.endAllQueued(as: .cancelled)
        membership.setSupervisorCheck(nil)
        membership.bell.set(nil)
        finalizers.end()
        endLogs()
        endInterruptNotice()
        if mode == .kill { killAllForkedTasks() }
        reapAllForkedTasks()
        sweepAbandoned()
        // What was not read stays; the rest must not wait for whoever keeps the pool or a future.
        arena.discardFreeChunks(by: ArenaLayout.client)
        ExitDrain.remove(self)
    }

    private func awaitEnd(_ mode: ShutdownMode) {
        guard mode == .drain else {
            supervision.awaitEnd(isKilled: mode == .kill)
            return
        }
        ShutdownWatch(self).wait { limit in
            supervision.awaitEnd(isKilled: false, within: limit?.nanoseconds ?? .max)
        }
    }

    /// Starts the end without waiting for it; a thread of its own waits and reaps.
    func drainInBackground() {
        guard belongsToThisProcess, !state.withLock({ $0.isShutDown }) else { return }
        guard supervision.pid != 0 else { return giveBackUnstarted() }
        if !supervision.isOver { beginShutdown(.drain) }
        if DrainThread.start(for: self) { return }
        // A process that drops a pool does not expect to wait for it for long. What is queued is run all the same, and
        // its processes end by themselves: they are reaped when the next pool is made.
        if supervision.awaitEnd(isKilled: false, within: Self.dropPatience) { return shutdown(.drain) }
        Self.unended.withLock { $0.append(self) }
    }

    /// Gives back what a pool holds that could not start.
    private func giveBackUnstarted() {
        finalizers.end()
        endLogs()
    }

    /// The pools that were dropped when there was no thread to wait for their end.
    private static let unended = Mutex<[PoolCore]>([])

    /// Reaps what was left of pools whose end nobody has waited for.
    static func endLeftovers() {
        let cores = unended.withLock { exchange(&$0, with: []) }
        for core in cores {
            core.supervision.check()
            if core.supervision.isOver {
                core.shutdown(.drain)
            } else if !DrainThread.start(for: core) {
                unended.withLock { $0.append(core) }
            }
        }
    }

    /// For how long dropping a pool may block if there is no thread to wait for its end, in nanoseconds.
    private static let dropPatience: Int64 = 2_000_000_000

    func beginShutdownUnlessOver(_ mode: ShutdownMode) {
        if !supervision.isOver { beginShutdown(mode) }
    }

    /// Waits until an end that has begun is complete, and completes it; false if the limit passed first.
    func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        guard belongsToThisProcess else { return true }
        let patience = Deadline(wait).left
        let isKilled = arena.header.phase.load() == .killing
        guard supervision.awaitEnd(isKilled: isKilled, within: patience) else { return false }
        shutdown(isKilled ? .kill : .drain)
        return true
    }

    func beginShutdown(_ mode: ShutdownMode) {
        state.withLock { $0.isEnding = true }
        switch mode {
        case .drain:
            arena.header.phase.advance(to: .draining)
        case .cancelQueued:
            arena.header.phase.advance(to: .draining)
            // First: a task that runs until now may be to be run again later, and waits for that like others.
            arena.header.cancelsRetries.store(1)
            supervision.endAllQueued(as: .cancelled)
        case .kill:
            arena.header.phase.advance(to: .killing)
            supervision.endAllQueued(as: .cancelled)
        }
        idle.wakeAll(peak)
        supervision.ringDoorbell()
    }
}
