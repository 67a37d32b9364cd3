/// What happens to the tasks that remain when the condition of a wait is met.
///
/// ```swift
/// let (done, _) = try wait(for: mirrors, until: .firstSuccessful, rest: .cancel)
/// ```
public enum RemainingTasks: Sendable, Hashable, CaseIterable {
    /// They keep running.
    case leaveRunning
    /// Tasks that haven't started never do; a cluster may take a moment to say which these are. Running tasks are asked
    /// to stop if they can notice the request: a session's task is asked by its cancel event, unless that event has the
    /// scope `.global`, because it would stop tasks of other sessions.
    case cancel
    /// In addition, running tasks are ended by force if the pool can do that (a process pool can, a thread pool can't);
    /// see ``Future/cancel(force:)``.
    case cancelByForce

    /// Deals with tasks that have not ended.
    package func apply(to tasks: [any Awaitable]) {
        guard self != .leaveRunning else { return }
        // From the last to the first, because workers take the first; and before anybody is asked to stop.
        for task in tasks.reversed() { task.cancelUnlessStarted() }
        for task in tasks where !task.isOver { task.askToEnd(force: self == .cancelByForce) }
    }
}
