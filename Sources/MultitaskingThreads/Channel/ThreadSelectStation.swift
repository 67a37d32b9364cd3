internal import MultitaskingCore

/// Where threads wait for several things at once, until a callback of one of them wakes them.
struct ThreadSelectStation: SelectStation {
    /// How long a thread looks before it goes to sleep.
    private static var spinNanoseconds: Int64 { 10_000 }

    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? {
        if let index = firstReady(of: sources, self) { return index }
        if case .never = wait { return nil }
        let deadline = wait.deadline
        while true {
            _ = Spin.wait(Spin.change, nanoseconds: Self.spinNanoseconds) { sources.contains { $0.isReadyForSelect } }
            let isInTime = try sleep(until: deadline, sources)
            if let index = firstReady(of: sources, self) { return index }
            if !isInTime { return nil }
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
