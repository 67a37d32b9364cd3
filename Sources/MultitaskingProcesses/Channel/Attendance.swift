import Synchronization

/// How many receivers wait in a channel of capacity 0.
///
/// A death may leave it too high, and nobody knows by how much. So the supervisor begins a new count after each death,
/// and wakes all waiters: each of them enters the new count, and takes nothing off that is not its own.
struct Attendance {
    /// Bits 0...31: how many. Bits 32...63: how often the count was begun anew.
    let word: SharedWord

    var isEmpty: Bool { UInt32(truncatingIfNeeded: word.loadOrdered()) == 0 }

    fileprivate var epoch: UInt64 { word.load() >> 32 }

    /// Counts one more; in which epoch.
    fileprivate func enter() -> UInt64 { word.add(1) >> 32 }

    /// Counts one less, unless the count was begun anew since.
    fileprivate func leave(_ epoch: UInt64) {
        while true {
            let now = word.load()
            guard now >> 32 == epoch, UInt32(truncatingIfNeeded: now) > 0 else { return }
            if word.compareExchange(now, now &- 1) { return }
        }
    }

    /// Begins anew; for the supervisor.
    func reset() {
        while true {
            let now = word.load()
            if word.compareExchange(now, (now >> 32 &+ 1) << 32) { return }
        }
    }

    /// Of a channel that does not exist yet.
    func clear() { word.store(0) }
}

/// A receiver that is counted while it waits.
final class Presence: Sendable {
    private let queue: ChannelQueue
    /// In which epoch it is counted, or ``none``. ORDERING: relaxed; only its waiter and the watcher look at it.
    private let epoch: Atomic<UInt64>

    /// The epoch of one that has left.
    private static let none = UInt64.max

    init(in queue: ChannelQueue) {
        self.queue = queue
        epoch = Atomic(queue.header.attendance.enter())
        announce()
    }

    /// Enters again if the count was begun anew.
    func renew() {
        let entered = epoch.load(ordering: .relaxed)
        let attendance = queue.header.attendance
        guard entered != Self.none, attendance.epoch != entered else { return }
        let now = attendance.enter()
        // Its waiter and the watcher may do this at once, or the waiter may leave: one of them is counted, or none.
        guard epoch.compareExchange(expected: entered, desired: now, ordering: .relaxed).exchanged else {
            return attendance.leave(now)
        }
        announce()
    }

    func leave() {
        let entered = epoch.exchange(Self.none, ordering: .relaxed)
        if entered != Self.none { queue.header.attendance.leave(entered) }
    }

    /// Tells senders that wait for a receiver.
    private func announce() {
        fence()
        queue.header.notifyWatcher()
    }
}
