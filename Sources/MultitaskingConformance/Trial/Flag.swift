import Synchronization

/// Something that happens once, waited for without the backend's help and with a limit in real time.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    // ORDERING: releasing what was done before, pairs with the acquiring of `isSet`.
    func set() { value.store(true, ordering: .releasing) }
    var isSet: Bool { value.load(ordering: .acquiring) }

    func wait(within limit: Duration) -> Bool {
        let end = ContinuousClock.now + limit
        // The clock goes on while a virtual machine stands still, so the limit takes a number of looks as well.
        let leastLooks = Int(limit / .milliseconds(20))
        var looks = 0
        while !isSet {
            if looks >= leastLooks, ContinuousClock.now > end { return false }
            System.sleep(milliseconds: 1)
            looks += 1
        }
        return true
    }
}

/// A count that callbacks and threads raise.
final class Tally: Sendable {
    private let value = Atomic<Int>(0)
    func add() { value.add(1, ordering: .sequentiallyConsistent) }
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
}

/// Calls `whenReached` once, at the last of a number of arrivals.
final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let whenReached: @Sendable () -> Void

    init(from count: Int, whenReached: @escaping @Sendable () -> Void) {
        left = Atomic(count)
        self.whenReached = whenReached
    }

    func arrive() {
        if left.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { whenReached() }
    }
}
