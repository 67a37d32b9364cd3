internal import MultitaskingCore

/// Where threads wait for several things at once, until a callback of one of them wakes them.
struct ThreadSelectStation: SelectStation {
    /// How long a thread looks before it goes to sleep.
    private static var spinNanoseconds: Int64 { 10_000 }

    /// How often in a row it may be woken for nothing before it naps instead.
    private static var mostWakesForNothing: Int { 8 }
    private static var nap: Duration { .microseconds(500) }

    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? {
        if let index = firstReady(of: sources, self) { return index }
        if case .never = wait { return nil }
        let deadline = wait.deadline
        var wakesForNothing = 0
        while true {
            _ = Spin.wait(Spin.change, nanoseconds: Self.spinNanoseconds) { sources.contains { $0.isReadyForSelect } }
            let isInTime = try sleep(until: deadline, sources)
            if let index = firstReady(of: sources, self) { return index }
            if let deadline, !isInTime || deadline <= .now { return nil }
            // Others may have been faster; or the caller waits on both sides of a channel without room, where its own
            // wait on one side wakes that on the other, again and again.
            wakesForNothing += 1
            if wakesForNothing > Self.mostWakesForNothing { Semaphore().wait(until: .now + Self.nap) }
        }
    }

    /// Sleeps until one of the sources may be ready; false if the deadline passed first.
    private func sleep(until deadline: ContinuousClock.Instant?, _ sources: [any Selectable]) throws -> Bool {
        let semaphore = Semaphore()
        let watch = SelectWatch()
        defer { watch.end() }
        try watch.begin(sources) { semaphore.post() }
        return semaphore.wait(until: deadline)
    }
}
