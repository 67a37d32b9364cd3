internal import MultitaskingCore

/// The tasks of a session, which have different names, in the order of submission.
///
/// Any of them is found and removed in about the same time, however many there are.
struct NamedTasks: Sendable {
    private var numbers: [String: UInt64] = [:]
    private var tasks = NumberedLine<PoolTask>()
    private var lastNumber: UInt64 = 0

    /// In the order of submission.
    var all: [PoolTask] { tasks.elements }

    subscript(name: String) -> PoolTask? { numbers[name].flatMap { tasks[$0] } }

    /// Adds a task, whose name no other has.
    mutating func append(_ task: PoolTask) {
        lastNumber += 1
        numbers[task.name] = lastNumber
        tasks.append(task, lastNumber)
    }

    mutating func remove(_ name: String) -> PoolTask? {
        numbers.removeValue(forKey: name).flatMap { tasks.remove($0) }
    }

    mutating func removeAll() -> [PoolTask] {
        numbers = [:]
        return tasks.removeAll()
    }
}
