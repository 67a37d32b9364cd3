internal import MultitaskingCore

/// Numbers of tasks, in the order in which they are taken: those that are tried again, then by priority, as
/// `TaskOptions.Priority` says.
struct TaskQueue: Sendable {
    private var again = FIFO<Int>()
    private var queues: [TaskOptions.Priority: FIFO<Int>] = [:]
    private var turn: UInt = 0

    /// The next task.
    var first: Int? { again.first ?? next.flatMap { queues[$0]?.first } }

    mutating func append(_ task: Int, _ priority: TaskOptions.Priority) {
        queues[priority, default: FIFO()].append(task)
    }

    mutating func appendRetry(_ task: Int) { again.append(task) }

    /// Takes the first task out.
    ///
    /// - Parameter isTaken: whether a worker takes it; false if it has ended in the queue.
    mutating func removeFirst(isTaken: Bool) {
        guard again.popFirst() == nil, let next else { return }
        _ = queues[next]?.popFirst()
        if isTaken { turn &+= 1 }
    }

    /// The queue whose first task is next.
    private var next: TaskOptions.Priority? {
        let order = TaskOptions.Priority.order(turn: turn)
        return [order.0, order.1, order.2].first { queues[$0]?.first != nil }
    }
}
