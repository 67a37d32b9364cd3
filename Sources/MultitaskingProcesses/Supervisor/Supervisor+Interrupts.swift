import MultitaskingCore
import MultitaskingSystem

// Ending the pool because the client was interrupted: at once what has not begun, after a while what has.

extension Supervisor {
    private var interruptDeadline: SharedWord { arena.header.interruptDeadline }

    /// The client was told to end.
    func handleInterrupt() {
        let grace = Int64(clamping: arena.header.interruptGrace.load())
        let end = UInt64(max(1, monotonicNanoseconds().addingSaturated(grace)))
        guard interruptDeadline.compareExchange(0, end) else { return }
        beginInterruptShutdown()
    }

    /// Begins the end of an interrupted pool, even if a predecessor may have died doing so.
    func beginInterruptShutdown() {
        guard interruptDeadline.load() != 0 else { return }
        arena.header.phase.advance(to: .draining)
        arena.header.cancelsRetries.store(1)
        arena.idleWorkers.wakeAll(peak)
    }

    /// Goes on with the end of an interrupted pool; when to look again.
    func continueInterruptShutdown() -> Int64 {
        let end = interruptDeadline.load()
        guard end != 0 else { return .max }
        // ORDERING: the client queues a task, then looks at the deadline. It sees that, or this sees the task.
        fence()
        settleQueuedTasks()
        for index in 1..<workers.count where workers[index] != nil {
            arena.slot(arena.member(index).slot.load())?.requests.requestEnd()
        }
        guard monotonicNanoseconds() >= Int64(clamping: end) else { return Int64(clamping: end) }
        arena.header.phase.advance(to: .killing)
        return .max
    }

    /// Closes all channels of an interrupted pool: what is in them can still be received, and nobody waits for more.
    func closeChannelsIfInterrupted() {
        guard interruptDeadline.load() != 0 else { return }
        arena.forEachChannel { $0.close(with: ChannelHeader.closedFlag) }
    }
}
