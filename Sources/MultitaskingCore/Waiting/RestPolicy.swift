/// What becomes of the other tasks when what was waited for has happened.
///
/// ```swift
/// let (done, _) = try wait(for: mirrors, until: .firstSuccessful, rest: .cancel)
/// ```
public enum RestPolicy: Sendable, Hashable, CaseIterable {
    /// They go on.
    case goOn
    /// Those that have not started never do. Those that have are asked to stop where they can hear it: a session's
    /// task by its cancel event, unless that is of scope `.global`, because it would stop tasks of other sessions.
    case cancel
    /// Besides, those that run are ended, where the pool can (processes can, threads cannot): see
    /// ``Future/cancel(force:)``.
    case cancelByForce

    /// Deals with tasks that have not ended.
    package func apply(to tasks: [any Awaitable]) {
        guard self != .goOn else { return }
        // From the last to the first, because workers take the first; and before anybody is asked to stop.
        for task in tasks.reversed() { task.cancelUnlessStarted() }
        for task in tasks where !task.isOver { task.askToEnd(force: self == .cancelByForce) }
    }
}
