internal import Logging
package import MultitaskingCore

/// Waits for the calls of a pool whose arguments are results of others, before the pool shuts down, and says in the log
/// if those may never come: nobody may be left to keep a promise.
package enum DependentsWatch {
    /// Waits until the calls are submitted, or cancels them; see `Executor.settleDependents(_:)`.
    @available(*, noasync)
    package static func settle(of pool: some Executor, _ mode: ShutdownMode) {
        guard let notice = notice(of: pool, mode, within: .seconds(10)) else { return }
        Logger(label: "swift-multitasking").warning("\(notice)")
        Dependents.settle(of: pool, mode)
    }

    /// Does the same within a time limit.
    ///
    /// - Returns: what the log should say if that has passed; nil if the calls are settled.
    @available(*, noasync)
    package static func notice(
        of pool: some Executor, _ mode: ShutdownMode, within patience: Duration
    ) -> String? {
        guard !Dependents.settle(of: pool, mode, .upTo(patience)) else { return nil }
        return """
            a pool that shuts down waits for calls with resultsOf: (\(Dependents.count(of: pool))), whose arguments \
            haven't come for \(patience). Fulfill or fail each promise that they wait for, before the pool's scope \
            ends or its shutdown begins, or on another thread; or call shutdown(.drain, within: …, then: .kill)
            """
    }
}
