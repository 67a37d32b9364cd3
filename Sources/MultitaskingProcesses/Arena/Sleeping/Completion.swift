/// The part of a slot that waiters sleep on: two flags, and a count that every signal raises.
///
/// It does not say that the task has ended — the slot's word does. So a signal may be repeated, as the supervisor does
/// on behalf of the dead, even when the slot serves for another task by then: it costs a needless wake-up, no more.
///
/// ORDERING: a process that waits sets a flag and then looks at the slot's word, and a process that ends the task
/// changes the word and then looks at the flags, all in the one order of ordered accesses and fences: one of them sees
/// what the other has done.
struct Completion {
    private static let sleeping: UInt32 = 1
    private static let watched: UInt32 = 2
    private static let step: UInt32 = 4

    let futex: SharedFutex

    @inline(__always)
    func reset() { futex.store(futex.load() & ~(Self.sleeping | Self.watched)) }

    /// Tells everybody that the task has ended; its word was changed before, by an ordered exchange or before a fence.
    ///
    /// If nobody sleeps, this only reads: the word is on the same cache line, and a process that waits for it by
    /// looking at it has the line by now, and would have to wait until it comes back to read the result.
    ///
    /// - Parameter slot: the number of the slot.
    @inline(__always)
    func signal(_ arena: Arena, slot: Int) {
        guard futex.loadOrdered() & (Self.sleeping | Self.watched) != 0 else { return }
        let before = futex.add(Self.step)
        if before & Self.sleeping != 0 { futex.wake() }
        if before & Self.watched != 0 {
            EndedTasks(arena: arena).note(slot)
            arena.event.signal()
        }
    }

    /// Sleeps until `hasEnded` may be true, at most for `nanoseconds`; may return early.
    func sleep(nanoseconds: Int64, unless hasEnded: () -> Bool) {
        let value = futex.formUnion(Self.sleeping) | Self.sleeping
        fence()
        if !hasEnded() { futex.sleep(while: value, nanoseconds: nanoseconds) }
    }

    /// Asks for the pool's event to be signalled at the end.
    func watch() {
        futex.formUnion(Self.watched)
        fence()
    }
}
