/// Gives the tasks of a list as they end, each once, by their places in the list.
final class CompletionQueue: Sendable {
    private let mailbox = NumberMailbox()
    let tasks: [any Awaitable]
    private let timeline: (any Timeline)?
    /// The tasks that something other than the backend may end, if a caller waits in a time of its own.
    private let outsiders: Outsiders?
    /// What takes the callbacks back.
    private let endings = Keeper<[@Sendable () -> Void]>([])

    /// Watches the tasks; those that have ended come first, in their order.
    ///
    /// - Parameter timeline: the time in which to wait for them; nil for the machine's.
    init(_ tasks: [any Awaitable], in timeline: (any Timeline)?) {
        self.tasks = tasks
        self.timeline = timeline
        let outsiders = (timeline as? any CallersTimeline).map { Outsiders(of: tasks, in: $0) }
        self.outsiders = outsiders
        endings.value = tasks.enumerated().map { place, task in
            // It does not keep the queue: a wait whose time is up takes the callbacks back.
            task.notifyWhenDone { [mailbox] in
                outsiders?.remove(place)
                mailbox.post(place)
            }
        }
    }

    /// Watches tasks for callers that block.
    @available(*, noasync)
    static func blocking(_ tasks: [any Awaitable]) -> CompletionQueue {
        CompletionQueue(tasks, in: CallersTimelines.timeline(ofCallerThatWaitsFor: tasks))
    }

    /// Watches tasks for callers that suspend.
    static func suspending(_ tasks: [any Awaitable]) -> CompletionQueue {
        CompletionQueue(tasks, in: tasks.lazy.compactMap(\.timeline).first)
    }

    deinit { for ending in endings.value { ending() } }

    /// When a wait for these tasks that begins now must end.
    func deadline(_ wait: WaitLimit) -> WaitDeadline { WaitDeadline(wait, timeline: timeline) }

    /// The next task that has ended; never waits.
    func take() -> Int? { mailbox.takeNumber() }

    /// Blocks until there is a task to take; false if the deadline passed first.
    ///
    /// - Throws: a `MultitaskingError` if nothing will ever happen; another error if the caller has died.
    @available(*, noasync)
    func waitForNext(until deadline: WaitDeadline) throws -> Bool {
        if let outsiders {
            return try outsiders.timeline.wait(
                deadline.remaining, until: { [mailbox] in mailbox.hasNews }, outside: { outsiders.outside($0) },
                register: { [mailbox] wake in
                    mailbox.onPost(wake)
                    return {}
                })
        }
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
