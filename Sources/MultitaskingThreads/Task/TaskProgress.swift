internal import MultitaskingCore
internal import Synchronization

/// How far a task is: one word, in which starting and cancelling are decided against each other.
///
/// Exits: queued → running or cancelled; running → done; done and cancelled → none.
struct TaskProgress: ~Copyable, Sendable {
    private static let queued: UInt8 = 0
    private static let running: UInt8 = 1
    private static let done: UInt8 = 2
    private static let cancelled: UInt8 = 3
    private static let phase: UInt8 = 3
    /// Somebody waits for the end.
    private static let watched: UInt8 = 4

    private let word = Atomic<UInt8>(queued)

    /// What `start`, `cancel` and `finish` tell the one who succeeded.
    struct Change {
        /// Whether somebody waits for the end.
        var isWatched: Bool
    }

    var state: TaskState {
        // ORDERING: acquiring, pairs with `finish`: who sees the end also sees the outcome.
        switch word.load(ordering: .acquiring) & Self.phase {
        case Self.queued: .queued
        case Self.running: .running
        case Self.done: .done
        default: .cancelled
        }
    }

    var isOver: Bool { word.load(ordering: .acquiring) & Self.phase >= Self.done }

    /// Queued to running; nil if the task was cancelled.
    borrowing func start() -> Change? { leaveQueue(to: Self.running) }

    /// Queued to cancelled; nil if the task has started.
    borrowing func cancel() -> Change? { leaveQueue(to: Self.cancelled) }

    /// Running to done. The outcome must be in place.
    borrowing func finish() -> Change {
        // ORDERING: releasing the outcome to who sees the end, acquiring what `watch` released.
        let old = word.add(Self.done - Self.running, ordering: .acquiringAndReleasing).oldValue
        return Change(isWatched: old & Self.watched != 0)
    }

    /// Says that somebody waits, whose means of being told must be in place; false if the task is over already.
    borrowing func watch() -> Bool {
        // ORDERING: releasing, pairs with the acquiring of `finish` and `cancel`.
        let old = word.bitwiseOr(Self.watched, ordering: .acquiringAndReleasing).oldValue
        return old & Self.phase < Self.done
    }

    private borrowing func leaveQueue(to phase: UInt8) -> Change? {
        var now = word.load(ordering: .relaxed)
        while now & Self.phase == Self.queued {
            // ORDERING: acquiring what the submitter wrote and `watch` released; releasing, for a cancelled task, its
            // end.
            let (done, original) = word.weakCompareExchange(
                expected: now, desired: now | phase, successOrdering: .acquiringAndReleasing,
                failureOrdering: .relaxed)
            if done { return Change(isWatched: now & Self.watched != 0) }
            now = original
        }
        return nil
    }
}
