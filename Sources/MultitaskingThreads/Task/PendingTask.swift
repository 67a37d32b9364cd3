internal import MultitaskingCore

/// A task as the pool's queue sees it: something to be run, failed or cancelled, whichever comes first.
class PendingTask: @unchecked Sendable {
    // SAFETY: of what the subclass adds, each part is touched by one thread at a time, as `TaskProgress` decides.

    /// Runs the task unless it was cancelled.
    func run(in environment: any TaskEnvironment) {}

    /// Ends the task with an error unless it was cancelled.
    func fail(_ error: any Error) {}

    /// Cancels the task: true means that it never starts, also because it was cancelled before.
    @discardableResult
    func cancel(force: Bool) -> Bool { false }
}
