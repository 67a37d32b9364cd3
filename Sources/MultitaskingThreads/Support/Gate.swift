internal import MultitaskingCore

/// Something that is shut or open, on which threads and callbacks wait until it is open.
///
/// Waiting costs the gate nothing once the wait has ended, in whatever way.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var openings: UInt64 = 0
        var callbacks = CallbackList<@Sendable () -> Void>()
    }

    private let monitor = Monitor(State())

    /// Opens the gate, wakes the threads, and runs the callbacks on this thread; they run once.
    ///
    /// - Parameter also: done in the same step, under the gate's lock.
    func open(_ also: () -> Void = {}) {
        let callbacks = monitor.withLock { state in
            state.isOpen = true
            state.openings &+= 1
            also()
            return state.callbacks.removeAll()
        }
        monitor.broadcast()
        for callback in callbacks { callback() }
    }

    /// Shuts the gate again, and does `also` in the same step.
    func shut(_ also: () -> Void) {
        monitor.withLock { state in
            state.isOpen = false
            also()
        }
    }

    /// Blocks until the gate is open, or was opened meanwhile; false if the deadline passed first.
    func wait(until deadline: ContinuousClock.Instant?) -> Bool {
        var before: UInt64?
        let wasOpened = monitor.wait(until: deadline) { state -> Bool? in
            let openings = before ?? state.openings
            before = openings
            return state.isOpen || state.openings != openings ? true : nil
        }
        return wasOpened ?? false
    }

    /// Calls `body` once when the gate is open, at once if it is. Returns the name under which to take it back.
    @discardableResult
    func whenOpen(_ body: @escaping @Sendable () -> Void) -> UInt64 {
        let id: UInt64? = monitor.withLock { state in
            state.isOpen ? nil : state.callbacks.add(body)
        }
        guard let id else {
            body()
            return 0
        }
        return id
    }

    /// How many callbacks wait; for tests.
    var callbackCount: Int { monitor.withLock { $0.callbacks.count } }

    /// Takes a callback back that was not called yet.
    func forget(_ id: UInt64) {
        let forgotten = monitor.withLock { $0.callbacks.remove(id) }
        // Released outside of the lock.
        withExtendedLifetime(forgotten) {}
    }
}
