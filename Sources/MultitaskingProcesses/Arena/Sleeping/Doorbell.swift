/// What one member sleeps on while it has nothing to do.
///
/// The member takes a ticket, says that it sleeps, looks for work once more, and sleeps unless somebody has rung since.
struct Doorbell {
    let futex: SharedFutex

    /// What ``sleep(while:nanoseconds:)`` needs: how often it has been rung.
    @inline(__always) var ticket: UInt32 { futex.load() }

    /// Wakes the member if it sleeps, or is about to.
    @inline(__always)
    func ring() {
        futex.increment()
        futex.wake()
    }

    /// Sleeps until somebody rings, unless that was done since the ticket; at most for `nanoseconds`, if not negative.
    func sleep(while ticket: UInt32, nanoseconds: Int64) { futex.sleep(while: ticket, nanoseconds: nanoseconds) }
}
