/// The worker that runs a task.
///
/// ```swift
/// func describe(_ context: TaskContext) -> String {
///     let worker = context.worker
///     return "worker \(worker.index), process \(worker.pid), after \(worker.tasksRun) other tasks"
/// }
/// ```
public struct WorkerInfo: Sendable, Hashable, Codable {
    /// The worker's index, from 0 and below the pool's `maxWorkers`; -1 if there is no worker. A replacement has the
    /// index of the worker it replaces.
    public let index: Int

    /// The process ID of the worker, which for threads is that of the program; 0 if there is no worker.
    public let pid: Int32

    /// How many tasks the worker ran before this one. A replacement starts at 0.
    public let tasksRun: Int

    /// Creates a description of a worker.
    public init(index: Int, pid: Int32, tasksRun: Int) {
        self.index = index
        self.pid = pid
        self.tasksRun = tasksRun
    }

    /// The value for backends that don't identify their workers, and for contexts outside a task.
    public static let none = WorkerInfo(index: -1, pid: 0, tasksRun: 0)
}
