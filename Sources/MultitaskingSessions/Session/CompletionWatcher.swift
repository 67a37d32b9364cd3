internal import MultitaskingSystem
import Synchronization

/// Tells whether the first of some tasks has ended, failed or succeeded.
final class CompletionWatcher: Sendable {
    private struct State {
        /// Tasks that have ended, in that order.
        var ended: [PoolTask] = []
        /// How many of them were looked at.
        var looked = 0
        var pending: Int
        var isFulfilled: Bool
        /// The task that fulfilled it.
        var first: PoolTask?
        var waiter: (@Sendable () -> Void)?

        mutating func next() -> PoolTask? {
            guard looked < ended.count else { return nil }
            looked += 1
            return ended[looked - 1]
        }
    }

    private let returnWhen: ReturnWhen
    private let state: Mutex<State>

    /// Watches `tasks` for the first that ends, fails or succeeds; fulfilled when there is no task left that could.
    init(_ tasks: [PoolTask], _ returnWhen: ReturnWhen) {
        self.returnWhen = returnWhen
        state = Mutex(State(pending: tasks.count, isFulfilled: tasks.isEmpty))
        for task in tasks { task.future.whenDone { self.taskEnded(task) } }
    }

    /// The task that was waited for; nil if there is none so far.
    var first: PoolTask? { state.withLock { $0.first } }

    /// Whether what was waited for has happened.
    ///
    /// Looks at results, and so may decode them: it is called by the waiter, not by the pool's thread.
    func isFulfilled() -> Bool {
        while let task = state.withLock({ $0.isFulfilled ? nil : $0.next() }) {
            let fulfils = isAwaited(task)
            state.withLock { state in
                state.pending -= 1
                if fulfils || state.pending == 0 { state.isFulfilled = true }
                if fulfils, state.first == nil { state.first = task }
            }
        }
        return state.withLock { $0.isFulfilled }
    }

    /// Calls `body` when a further task has ended, at once if one has that ``isFulfilled()`` did not look at.
    func onNextCompletion(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            let isNow = state.looked < state.ended.count
            if !isNow { state.waiter = body }
            return isNow
        }
        if isNow { body() }
    }

    /// Blocks until a further task has ended; false if the deadline passed first.
    @available(*, noasync)
    func waitForNextCompletion(until deadline: WaitDeadline) -> Bool {
        if let timeline = deadline.timeline {
            // A latch would block a thread without which the simulation does not go on.
            return timeline.wait(deadline.remaining) { self.state.withLock { $0.looked < $0.ended.count } }
        }
        let latch = Latch()
        onNextCompletion { latch.open() }
        return latch.wait(deadline.remaining)
    }

    private func taskEnded(_ task: PoolTask) {
        let waiter = state.withLock { state in
            state.ended.append(task)
            return exchange(&state.waiter, with: nil)
        }
        waiter?()
    }

    private func isAwaited(_ task: PoolTask) -> Bool {
        switch returnWhen {
        case .firstCompleted: true
        case .firstFailed: !task.isCancelled && task.resultOrNil()?.isSuccessful == false
        case .firstSuccessful: task.resultOrNil()?.isSuccessful == true
        // Fulfilled by nobody before all have ended.
        case .allCompleted: false
        }
    }
}
