/// Processes that sleep until something happens.
///
/// The count is a hint: a sleeper that dies leaves it too high, which costs a needless system call now and then.
///
/// Waking one sleeper takes a system call, and until it runs, more changes may come. So bit 0 of the futex says that
/// one was woken and is on its way: a process that makes a change meanwhile leaves it at that. The one on its way
/// clears the bit before it looks, and when it has taken its part and there is more, it wakes the next. If it dies
/// first, the supervisor wakes all; and every member clears the bit before going to sleep, so that none relies on one
/// that is not there.
///
/// What a sleeper compares the futex with is what its clearing has left, not what it reads afterwards: by then the bit
/// may be set again, for a member that was not asleep yet. A model of this is in `Tests/Models`.
struct WaitQueue: Record {
    enum Field: Int, RecordField {
        case futex = 0
        case sleepers = 8

        var size: Int { self == .futex ? 4 : 8 }
    }

    static let size = 16

    private static let onItsWay: UInt32 = 1

    let arena: Arena
    let offset: Int

    @inline(__always) private var futex: SharedFutex { futex(.futex) }
    @inline(__always) var sleepers: SharedWord { word(.sleepers) }

    /// Wakes one sleeper, if there is any. The caller has made its change before, by an ordered exchange or before a
    /// fence.
    @inline(__always)
    func wakeOne() {
        if sleepers.loadOrdered() != 0 { wake() }
    }

    @inline(never)
    private func wake() {
        while true {
            let now = futex.load()
            if now & Self.onItsWay != 0 { return }
            if futex.compareExchange(now, (now &+ 2) | Self.onItsWay) { return futex.wake(1) }
        }
    }

    @inline(__always)
    func wakeAll() {
        fence()
        guard sleepers.loadRelaxed() != 0 else { return }
        futex.add(2)
        futex.wake()
    }

    /// Sleeps for at most `nanoseconds`, unless `isReady`, which others make true before they wake.
    func sleep(nanoseconds: Int64, unless isReady: () -> Bool) {
        sleepers.add(1)
        let ticket = clear()
        fence()
        // A change made before this look is seen by it; a change made later sees the sleeper and raises the futex.
        if !isReady() { futex.sleep(while: ticket, nanoseconds: nanoseconds) }
        sleepers.subtract(1)
        clear()
        fence()
    }

    /// Clears the bit, and returns what the futex is then.
    @discardableResult
    private func clear() -> UInt32 { futex.formClear(Self.onItsWay) & ~Self.onItsWay }
}
