import MultitaskingCore

extension ConformanceCase {
    /// Runs the case outside a test, and returns the violations that it found.
    ///
    /// A case that blocks is abandoned, together with its threads, at the limit of the backend's ``ConformanceWorld``.
    public func evaluate(on backend: some ConformanceBackend, seed: UInt64? = nil) async -> [ConformanceFailure] {
        await SystemWarmUp.shared.value
        let trial = Trial(self, on: backend, seed: seed ?? .random(in: 0...UInt64.max))
        return await withCheckedContinuation { continuation in
            // A thread that watches the one that works: neither is one of Swift's, which the backend may block.
            let watch: @Sendable () -> Void = {
                let before = Resources.current()
                let worker = KitThread { trial.perform() }
                let start = ContinuousClock.now
                var hasEnded = worker.join(within: backend.world.caseLimit)
                // Pools may cost much; what they have taken meanwhile is added to the limit.
                while !hasEnded, ContinuousClock.now - start < trial.timeAllowed {
                    hasEnded = worker.join(within: .milliseconds(100))
                }
                if !hasEnded {
                    trial.recordBlocked()
                } else {
                    trial.recordLeaks(since: before)
                }
                continuation.resume(returning: trial.failures)
            }
            KitThread(watch).detach()
        }
    }

    /// Runs the case on the calling thread, and returns the violations that it found.
    ///
    /// Use this in programs that must not have a second thread because they fork a pool. A case that blocks is never
    /// ended.
    @available(*, noasync, message: "this blocks the thread; await evaluate(on:seed:)")
    public func evaluateHere(on backend: some ConformanceBackend, seed: UInt64? = nil) -> [ConformanceFailure] {
        let trial = Trial(self, on: backend, seed: seed ?? .random(in: 0...UInt64.max))
        let before = Resources.current()
        trial.perform()
        trial.recordLeaks(since: before)
        return trial.failures
    }
}
