import Synchronization

/// Tells whether the first of some tasks has ended or failed.
final class CompletionWatcher: Sendable {
    private struct State {
        /// Tasks that have ended and were not looked at yet.
        var ended: [PoolTask] = []
        var pending: Int
        var isFulfilled: Bool
        var waiter: (@Sendable () -> Void)?
    }

    private let returnWhen: ReturnWhen
    private let state: Mutex<State>

    /// Watches `tasks` for the first that ends or, with `.firstFailed`, fails; fulfilled at once if there is no task.
    init(_ tasks: [PoolTask], _ returnWhen: ReturnWhen) {
        self.returnWhen = returnWhen
        state = Mutex(State(pending: tasks.count, isFulfilled: tasks.isEmpty, waiter: nil))
        for task in tasks { task.future.whenDone { self.taskEnded(task) } }
    }

    /// Whether what was waited for has happened.
    ///
    /// Looks at results, and so may decode them: it is called by the waiter, not by the pool's thread.
    func isFulfilled() -> Bool {
        while let task = state.withLock({ $0.isFulfilled ? nil : $0.ended.popLast() }) {
            let fulfils = returnWhen == .firstCompleted || hasFailed(task)
            state.withLock { state in
                state.pending -= 1
                if fulfils || state.pending == 0 { state.isFulfilled = true }
            }
        }
        return state.withLock { $0.isFulfilled }
    }

    /// Calls `body` when a further task has ended, at once if one has that ``isFulfilled()`` did not look at.
    func onNextCompletion(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.ended.isEmpty { state.waiter = body }
            return !state.ended.isEmpty
        }
        if isNow { body() }
    }

    /// Blocks until a further task has ended; false if the deadline passed first.
    @available(*, noasync)
    func waitForNextCompletion(until deadline: WaitDeadline) -> Bool {
        if let timeline = deadline.timeline {
            // A latch would block a thread without which the simulation does not go on.
            return timeline.wait(deadline.remaining) { self.state.withLock { !$0.ended.isEmpty } }
        }
        let latch = Latch()
        onNextCompletion { latch.open() }
        return latch.wait(deadline.remaining)
    }

    private func taskEnded(_ task: PoolTask) {
        let waiter = state.withLock { state in
            state.ended.append(task)
            return swapOut(&state.waiter, nil)
        }
        waiter?()
    }

    private func hasFailed(_ task: PoolTask) -> Bool {
        !task.isCancelled && task.resultOrNil()?.isSuccessful == false
    }
}
