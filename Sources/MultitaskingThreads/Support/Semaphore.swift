/// A number of permits; taking one blocks until there is one, or until something is announced to all.
final class Semaphore: Sendable {
    fileprivate struct State {
        var permits = 0
        /// How often something was announced.
        var announcements = 0
    }

    private let state = Monitor(State())

    /// Adds one permit and wakes one thread.
    func post() {
        state.withLock { $0.permits += 1 }
        state.signal()
    }

    /// Wakes all threads that wait for an announcement as well.
    func announce() {
        state.withLock { $0.announcements += 1 }
        state.broadcast()
    }

    /// How often something was announced so far.
    var announcements: Int { state.withLock { $0.announcements } }

    /// Takes one permit; false if there was none until the deadline.
    @discardableResult
    func wait(until deadline: ContinuousClock.Instant? = nil) -> Bool {
        let isTaken: Bool? = state.wait(until: deadline) { $0.takePermit() ? true : nil }
        return isTaken ?? false
    }

    /// Takes one permit; false if something was announced before there was one.
    func wait(unlessAnnouncedAfter announcements: Int) -> Bool {
        let isTaken: Bool? = state.wait(until: nil) { state in
            if state.takePermit() { return true }
            return state.announcements == announcements ? nil : false
        }
        return isTaken ?? false
    }
}

extension Semaphore.State {
    fileprivate mutating func takePermit() -> Bool {
        guard permits > 0 else { return false }
        permits -= 1
        return true
    }
}
