import MultitaskingCore
import Synchronization

/// Something that happens once, waited for without the backend's help and with a limit in real time.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    // ORDERING: releasing what was done before, pairs with the acquiring of `isSet`.
    func set() { value.store(true, ordering: .releasing) }
    var isSet: Bool { value.load(ordering: .acquiring) }

    func wait(within limit: Duration) -> Bool {
        let end = ContinuousClock.now + limit
        // The clock advances while a virtual machine is paused, so the limit is also a number of checks.
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
    /// What it is then.
    @discardableResult
    func add() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
}

/// Calls `body` once, when all of some tasks have ended.
func whenAllAreDone(_ futures: [any Awaitable], _ body: @escaping @Sendable () -> Void) {
    let (tally, count) = (Tally(), futures.count)
    for future in futures { future.whenDone { if tally.add() == count { body() } } }
}
