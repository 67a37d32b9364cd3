/// The condition that ends a wait for several tasks; see `wait(for:until:timeout:rest:)`.
///
/// Every condition is also met when all tasks have ended.
///
/// ```swift
/// let (done, notDone) = try wait(for: futures, until: .count(2), timeout: .seconds(1))
/// ```
public enum WaitCondition: Sendable, Hashable {
    /// Every task has ended.
    case all
    /// Any task has ended, in whatever way.
    case any
    /// Any task has failed. A cancelled task doesn't count as failed.
    case firstFailed
    /// Any task has a value.
    case firstSuccessful
    /// The given number of tasks have ended, in whatever way.
    case count(Int)

    func validate() throws {
        guard case .count(let count) = self, count < 0 else { return }
        throw MultitaskingError(.invalidArgument, "the wait is for \(count) tasks; give zero or more")
    }
}

/// Tells whether a condition is fulfilled, from the tasks that have ended so far.
struct WaitProgress {
    private let condition: WaitCondition
    private let total: Int
    private var ended = 0
    /// The task by which it was fulfilled, for conditions that one fulfils.
    private(set) var decisive: Int?

    init(_ condition: WaitCondition, of total: Int) {
        self.condition = condition
        self.total = total
    }

    var isFulfilled: Bool {
        if ended == total || decisive != nil { return true }
        if case .count(let count) = condition { return ended >= count }
        return false
    }

    /// Takes note of a task that has ended. Looks at its result, and so may decode it.
    mutating func note(_ task: any Awaitable, at place: Int) {
        ended += 1
        let decides =
            switch condition {
            case .all, .count: false
            case .any: true
            case .firstFailed: task.state != .cancelled && task.failure != nil
            case .firstSuccessful: task.failure == nil
            }
        if decides, decisive == nil { decisive = place }
    }
}
