/// An executor that says when it has room for a task, for calls that wait for that without blocking a thread. One with
/// its own time must, because what the machine's clock makes it do isn't one of its events.
package protocol TellsOfRoom: Executor {
    /// Calls `body` once: as soon as there is room for a task, which others may take first, or no task is taken
    /// anymore, or when the limit has passed.
    func whenRoom(_ limit: WaitLimit, _ body: @escaping @Sendable () -> Void)
}
