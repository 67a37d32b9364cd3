internal import MultitaskingCore

/// The tasks that wait for a worker, in the order in which they start.
struct TaskQueue: Sendable {
    /// Of each priority, the first from `start` on.
    private struct Line: Sendable {
        private var tasks: [any QueuedTask] = []
        private var start = 0

        var isEmpty: Bool { start == tasks.count }
        var count: Int { tasks.count - start }
        var first: (any QueuedTask)? { isEmpty ? nil : tasks[start] }

        mutating func append(_ task: any QueuedTask) { tasks.append(task) }

        /// Puts a task back to where it was, behind those that were submitted before it.
        mutating func insert(_ task: any QueuedTask) {
            let place = tasks[start...].firstIndex { $0.submission > task.submission }
            tasks.insert(task, at: place ?? tasks.endIndex)
        }

        mutating func popFirst() -> (any QueuedTask)? {
            guard !isEmpty else { return nil }
            let task = tasks[start]
            start += 1
            if start == tasks.count || start >= 1024 {
                tasks.removeSubrange(..<start)
                start = 0
            }
            return task
        }

        mutating func removeAll() -> [any QueuedTask] {
            defer { self = Line() }
            return Array(tasks[start...])
        }
    }

    private var lines: [TaskOptions.Priority: Line] = [:]
    /// How many tasks were taken.
    private var turn: UInt = 0

    /// How many tasks there are, some of which may have ended.
    var count: Int { lines.values.reduce(0) { $0 + $1.count } }

    mutating func append(_ task: any QueuedTask) { lines[task.options.priority, default: Line()].append(task) }

    /// Puts a task back to where it was among the others of its priority.
    mutating func insert(_ task: any QueuedTask) { lines[task.options.priority, default: Line()].insert(task) }

    /// Takes the next task for which `begin` gives something; others have ended already.
    ///
    /// - Parameter isWanted: nothing is taken if the next one is not.
    mutating func next<Begun>(
        where isWanted: (any QueuedTask) -> Bool = { _ in true }, _ begin: (any QueuedTask) -> Begun?
    ) -> Begun? {
        let order = TaskOptions.Priority.order(turn: turn)
        for priority in [order.0, order.1, order.2] {
            while let first = lines[priority]?.first {
                guard isWanted(first) else { return nil }
                guard let task = lines[priority]?.popFirst() else { break }
                guard let begun = begin(task) else { continue }
                turn &+= 1
                return begun
            }
        }
        return nil
    }

    mutating func removeAll() -> [any QueuedTask] {
        TaskOptions.Priority.allCases.flatMap { lines[$0]?.removeAll() ?? [] }
    }
}
