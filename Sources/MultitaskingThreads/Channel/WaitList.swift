internal import MultitaskingCore

/// The threads and tasks that wait, in the order in which they came; any of them may leave.
struct WaitList<Waiter> {
    private var order = FIFO<UInt64>()
    private var waiters: [UInt64: Waiter] = [:]

    var isEmpty: Bool { waiters.isEmpty }

    /// The first one, which stays.
    mutating func first() -> Waiter? {
        while let id = order.first {
            if let waiter = waiters[id] { return waiter }
            _ = order.popFirst()
        }
        return nil
    }

    /// Adds a waiter under an id that this list has not seen.
    mutating func append(_ waiter: Waiter, id: UInt64) {
        order.append(id)
        waiters[id] = waiter
    }

    /// Takes the first waiter.
    mutating func popFirst() -> Waiter? { popFirstEntry()?.waiter }

    /// Takes the first waiter, with its id.
    mutating func popFirstEntry() -> (id: UInt64, waiter: Waiter)? {
        while !waiters.isEmpty, let id = order.popFirst() {
            if let waiter = waiters.removeValue(forKey: id) { return (id, waiter) }
        }
        return nil
    }

    /// Takes a waiter out; false if it is not here anymore.
    mutating func remove(id: UInt64) -> Bool {
        guard waiters.removeValue(forKey: id) != nil else { return false }
        // Ids of waiters that left stay in `order`; they are swept before they outnumber the others.
        if order.count > 2 * waiters.count + 16 { sweep() }
        return true
    }

    /// Takes all waiters, in order.
    mutating func popAll() -> [Waiter] {
        var all: [Waiter] = []
        while let waiter = popFirst() { all.append(waiter) }
        order = FIFO()
        return all
    }

    private mutating func sweep() {
        var kept = FIFO<UInt64>()
        while let id = order.popFirst() {
            if waiters[id] != nil { kept.append(id) }
        }
        order = kept
    }
}
