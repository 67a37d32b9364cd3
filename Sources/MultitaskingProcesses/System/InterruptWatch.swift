import CMultitaskingLinux
import MultitaskingCore

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
