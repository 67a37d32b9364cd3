/// Where processes sleep for a moment, so that changes gather, and are woken early only by one that cannot go on
/// without them.
///
/// Bit 0 of the futex says that somebody naps; after a napper's death it costs a needless system call.
struct NapSpot: Record {
    enum Field: Int, RecordField {
        case futex = 0

        var size: Int { 4 }
    }

    static let size = 8

    private static let isOccupied: UInt32 = 1

    let arena: Arena
    let offset: Int

    private var futex: SharedFutex { futex(.futex) }

    /// Sleeps for so long, or until somebody ends the nap; calls `wake` before, to wake those who can make that happen.
    ///
    /// They may run at once, on this very core, and find nothing left to do before this call goes on.
    func nap(nanoseconds: Int64, after wake: () -> Void) {
        let ticket = futex.formUnion(Self.isOccupied) | Self.isOccupied
        wake()
        futex.sleep(while: ticket, nanoseconds: nanoseconds)
    }

    /// Wakes those that nap here.
    func endNaps() {
        let now = futex.load()
        guard now & Self.isOccupied != 0, futex.compareExchange(now, (now &+ 2) & ~Self.isOccupied) else { return }
        futex.wake()
    }
}
