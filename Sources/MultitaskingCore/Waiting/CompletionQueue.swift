/// Gives the tasks of a list as they end, each once, by their places in the list.
final class CompletionQueue: Sendable {
    private let mailbox = NumberMailbox()
    let tasks: [any Awaitable]
    private let timeline: (any Timeline)?
    /// What takes the callbacks back.
    private let endings = Keeper<[@Sendable () -> Void]>([])

    /// Watches the tasks; those that have ended come first, in their order.
    init(_ tasks: [any Awaitable]) {
        self.tasks = tasks
        timeline = tasks.lazy.compactMap(\.timeline).first
        endings.value = tasks.enumerated().map { place, task in
            // It does not keep the queue: a wait whose time is up takes the callbacks back.
            task.notifyWhenDone { [mailbox] in mailbox.post(place) }
        }
    }

    deinit { for ending in endings.value { ending() } }

    /// When a wait for these tasks that begins now must end.
    func deadline(_ wait: WaitLimit) -> WaitDeadline { WaitDeadline(wait, timeline: timeline) }

    /// The next task that has ended; never waits.
    func take() -> Int? { mailbox.takeNumber() }

    /// Blocks until there is a task to take; false if the deadline passed first.
    @available(*, noasync)
    func waitForNext(until deadline: WaitDeadline) -> Bool {
        if let timeline {
            // A latch would block a thread without which the simulation does not go on.
            return timeline.wait(deadline.remaining) { [mailbox] in mailbox.hasNews }
        }
        let latch = Latch()
        mailbox.onPost { latch.open() }
        return latch.waitCounted(deadline.remaining)
    }

    /// Suspends until there is a task to take; false if the deadline passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func waitForNext(until deadline: WaitDeadline) async throws -> Bool {
        try await awaitCallback(deadline.remaining, in: timeline, register: mailbox.onPost)
    }
}
