/// A number of permits; taking one blocks until there is one.
final class Semaphore: Sendable {
    private let permits = Monitor(0)

    /// Adds one permit and wakes one thread.
    func post() {
        permits.withLock { $0 += 1 }
        permits.signal()
    }

    /// Takes one permit; false if there was none until the deadline.
    @discardableResult
    func wait(until deadline: ContinuousClock.Instant? = nil) -> Bool {
        let isTaken: Bool? = permits.wait(until: deadline) { permits in
            guard permits > 0 else { return nil }
            permits -= 1
            return true
        }
        return isTaken ?? false
    }
}
