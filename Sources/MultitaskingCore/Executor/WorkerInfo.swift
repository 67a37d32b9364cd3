/// The worker that runs a task.
///
/// ```swift
/// func describe(_ context: TaskContext) -> String {
///     let worker = context.worker
///     return "worker \(worker.index), process \(worker.pid), after \(worker.tasksRun) other tasks"
/// }
/// ```
public struct WorkerInfo: Sendable, Hashable, Codable {
    /// The worker's number, from 0 and below the pool's `maxWorkers`; -1 where there is no worker. One that takes the
    /// place of another has its number.
    public let index: Int

    /// The process it is in: its own, or on threads that of the program; 0 where there is none.
    public let pid: Int32

    /// How many tasks the worker has run before this one. A worker that takes the place of another begins with 0.
    public let tasksRun: Int

    /// Describes a worker.
    public init(index: Int, pid: Int32, tasksRun: Int) {
        self.index = index
        self.pid = pid
        self.tasksRun = tasksRun
    }

    /// What a backend says that does not tell its workers apart, and a context that is in no task.
    public static let none = WorkerInfo(index: -1, pid: 0, tasksRun: 0)
}
