import MultitaskingCore
package import MultitaskingSystem
import Synchronization

extension ProcessPool: InterruptiblePool {
    /// Arranges for the next SIGINT to shut the pool down: what is queued is cancelled, what runs is asked to end, and
    /// killed after `grace`. Then all channels of the pool are closed, so that nobody waits for the dead.
    ///
    /// This process needs no thread for it: the handler rings the supervisor. Only calls that wait in this process for
    /// results of others are cancelled here, at the pool's end.
    package func shutDownOnInterrupt(within grace: Duration) throws -> any InterruptHandling {
        core.arena.header.interruptGrace.store(UInt64(clamping: max(0, grace.nanoseconds)))
        core.interruptNotice.isExpected.store(true, ordering: .relaxed)
        return try InterruptWatch(core.supervision.doorbell)
    }
}

extension ProcessPool: TellsOfInterrupt {
    package func whenInterrupted(_ body: @escaping @Sendable () -> Void) { core.whenInterrupted(body) }
}
