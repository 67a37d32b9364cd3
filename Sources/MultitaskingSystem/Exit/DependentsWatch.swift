internal import Logging
package import MultitaskingCore

/// Waits for the calls of a pool whose arguments are results of others, before the pool shuts down, and says in the log
/// if those may never come: nobody may be left to keep a promise.
package enum DependentsWatch {
    /// How long nobody may keep a promise before the log says so.
    private static let patience = Duration.seconds(10)

    /// Waits until the calls are submitted, or cancels them; see `Executor.settleDependents(_:)`.
    @available(*, noasync)
    package static func settle(of pool: some Executor, _ mode: ShutdownMode) {
        while !Dependents.settle(of: pool, mode, .upTo(patience)) {
            guard let notice = notice(of: pool) else { continue }
            Logger(label: "swift-multitasking").warning("\(notice)")
            Dependents.settle(of: pool, mode)
            return
        }
    }

    /// What the log should say if calls of a pool still wait; nil if they only wait for tasks, which end.
    package static func notice(of pool: some Executor) -> String? {
        let promises = Dependents.pendingPromises(of: pool)
        guard promises > 0 else { return nil }
        return """
            a pool that shuts down waits for calls with resultsOf:, and these for promises (\(promises)) that nobody \
            has kept for \(patience). Fulfill or fail each promise before the pool's scope ends or its shutdown \
            begins, or on another thread; or call shutdown(.drain, within: …, then: .kill)
            """
    }
}
