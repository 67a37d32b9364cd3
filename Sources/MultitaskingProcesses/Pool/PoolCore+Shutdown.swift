import MultitaskingCore
import MultitaskingSystem
import Synchronization

extension PoolCore {
    func shutdown(_ mode: ShutdownMode) {
        guard isOwn else { return }
        beginShutdown(mode)
        supervision.awaitEnd(isKilled: mode == .kill)
        // A task pushed at the very moment of the end has nobody left to take it; from here on none is pushed.
        state.withLock { $0.isShutDown = true }
        supervision.endAllQueued(as: .cancelled)
        membership.setSupervisorCheck(nil)
        if mode == .kill { killAllCopies() }
        reapAllCopies()
        sweepAbandoned()
        ExitDrain.remove(self)
    }

    /// Starts the end without waiting for it; a thread of its own waits and reaps.
    func drainInBackground() {
        guard !supervision.isOver, isOwn else { return }
        beginShutdown(.drain)
        BackgroundThread.run { [self] in shutdown(.drain) }
    }

    func beginShutdown(_ mode: ShutdownMode) {
        switch mode {
        case .drain:
            PoolPhase(arena).advance(to: .draining)
        case .cancelQueued:
            PoolPhase(arena).advance(to: .draining)
            supervision.endAllQueued(as: .cancelled)
        case .kill:
            PoolPhase(arena).advance(to: .killing)
            supervision.endAllQueued(as: .cancelled)
        }
        idle.wakeAll()
        supervision.ringDoorbell()
    }
}
