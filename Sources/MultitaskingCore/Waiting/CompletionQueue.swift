import Synchronization

/// Gives the tasks of a list as they end, each once, by their places in the list.
final class CompletionQueue: Sendable {
    private struct State {
        /// Tasks that have ended and were not taken, the next one last.
        var ended: [Int] = []
        /// Those that have ended after these.
        var endedLater: [Int] = []
        var waiter: (@Sendable () -> Void)?

        var isEmpty: Bool { ended.isEmpty && endedLater.isEmpty }

        mutating func take() -> Int? {
            if ended.isEmpty {
                ended = endedLater.reversed()
                endedLater = []
            }
            return ended.popLast()
        }
    }

    private let state = Lock(State())
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
            task.notifyWhenDone { [weak self] in self?.end(place) }
        }
    }

    deinit { for ending in endings.value { ending() } }

    /// When a wait for these tasks that begins now must end.
    func deadline(_ wait: WaitLimit) -> WaitDeadline { WaitDeadline(wait, timeline: timeline) }

    /// The next task that has ended; never waits.
    func take() -> Int? { state.withLock { $0.take() } }

    private func end(_ place: Int) {
        let waiter = state.withLock { state in
            state.endedLater.append(place)
            return state.waiter.take()
        }
        waiter?()
    }

    /// Calls `body` once when there is a task to take, at once if there is.
    private func onNext(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isEmpty { state.waiter = body }
            return !state.isEmpty
        }
        if isNow { body() }
    }

    /// Blocks until there is a task to take; false if the deadline passed first.
    @available(*, noasync)
    func waitForNext(until deadline: WaitDeadline) -> Bool {
        if let timeline {
            // A latch would block a thread without which the simulation does not go on.
            return timeline.wait(deadline.remaining) { self.state.withLock { !$0.isEmpty } }
        }
        let latch = Latch()
        onNext { latch.open() }
        guard case .forever = deadline.remaining else { return latch.wait(deadline.remaining) }
        return PoolIdentity.waitingEndlessly { latch.wait(.forever) }
    }

    /// Suspends until there is a task to take; false if the deadline passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func waitForNext(until deadline: WaitDeadline) async throws -> Bool {
        try await awaitCallback(deadline.remaining, in: timeline, register: onNext)
    }
}
