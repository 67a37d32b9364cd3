internal import MultitaskingCore
internal import Synchronization

/// The tasks that wait for a worker: a queue for each priority.
///
/// While all tasks are of normal priority, only their queue is looked at.
final class TaskQueues: Sendable {
    private let high = SegmentedQueue<PendingTask>()
    private let normal = SegmentedQueue<PendingTask>()
    private let low = SegmentedQueue<PendingTask>()

    /// Whether there ever was a task of another priority.
    ///
    /// ORDERING: sequentially consistent. It is set before such a task is queued, and so before a worker is notified;
    /// a worker counts as idle before it looks here, see `IdleWorkers`.
    private let arePrioritized = Atomic<Bool>(false)

    /// A task, and when it was submitted.
    typealias Entry = (task: PendingTask, submission: Submission)

    /// Puts a task at the end of its queue; false if the queues are closed.
    @inline(__always)
    func push(_ task: PendingTask, _ priority: TaskOptions.Priority, _ submission: Submission) -> Bool {
        guard priority != .normal else { return normal.push(task, with: submission.rawValue) }
        if !isPrioritized { arePrioritized.store(true, ordering: .sequentiallyConsistent) }
        return queue(priority).push(task, with: submission.rawValue)
    }

    /// Takes the next task; nil if there is none.
    ///
    /// - Parameter turn: how many tasks the caller has taken so far; counted on.
    func pop(turn: inout UInt) -> Entry? {
        var note: UInt = 0
        if !isPrioritized { return normal.pop(&note).map { ($0, Submission(rawValue: note)) } }
        let order = TaskOptions.Priority.order(turn: turn)
        guard let task = queue(order.0).pop(&note) ?? queue(order.1).pop(&note) ?? queue(order.2).pop(&note) else {
            return nil
        }
        turn &+= 1
        return (task, Submission(rawValue: note))
    }

    /// Refuses every later task.
    func close() {
        high.close()
        low.close()
        // Last, since it tells that they all are.
        normal.close()
    }

    /// Whether they were closed: then what is not there will never be.
    var isClosed: Bool { normal.isClosed }

    /// Whether there was nothing to take at some moment during the call.
    var isEmpty: Bool { normal.isEmpty && (!isPrioritized || high.isEmpty && low.isEmpty) }

    /// How many tasks there are, about.
    var count: Int { normal.count + (isPrioritized ? high.count + low.count : 0) }

    /// How many tasks there ever were.
    var submittedCount: Int { normal.pushedCount + high.pushedCount + low.pushedCount }

    /// A number that grows with each task of normal priority.
    @inline(__always) var position: UInt { normal.position }

    private var isPrioritized: Bool { arePrioritized.load(ordering: .sequentiallyConsistent) }

    private func queue(_ priority: TaskOptions.Priority) -> SegmentedQueue<PendingTask> {
        switch priority {
        case .high: high
        case .normal: normal
        case .low: low
        }
    }
}
