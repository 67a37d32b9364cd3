import CMultitaskingLinux
import MultitaskingCore
import MultitaskingSystem

extension ProcessPool {
    /// Has the next SIGINT of this process end the pool: what is queued is cancelled, what runs is asked to end, and
    /// killed after `grace`. Then all channels of the pool are closed, so that nobody waits for the dead.
    ///
    /// This process needs no thread for it: the handler rings the supervisor.
    package func shutDownOnInterrupt(within grace: Duration) throws -> InterruptWatch {
        core.arena.header(ArenaLayout.Header.interruptGrace).store(UInt64(clamping: max(0, grace.nanoseconds)))
        return try InterruptWatch(core.supervision.doorbell)
    }
}

/// The time in which SIGINT is handled on behalf of one pool.
package final class InterruptWatch: Sendable {
    private let place: Int32

    /// - Parameter eventfd: what the handler adds `mt_interrupt_value` to; open until `end()` has returned.
    package init(_ eventfd: Int32) throws {
        place = mt_interrupts_add(eventfd)
        guard place >= 0 else {
            throw MultitaskingError.system(-place, "handle SIGINT", advice: "use fewer pools with interrupts at a time")
        }
    }

    /// Restores what SIGINT did before; to be called once. Whether it came.
    package func end() -> Bool { mt_interrupts_remove(place) }
}

extension PoolCore {
    /// Whether SIGINT is ending the pool.
    var isInterrupted: Bool { arena.header(ArenaLayout.Header.interruptDeadline).load() != 0 }
}
