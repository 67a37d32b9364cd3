internal import Logging

/// Names a task whose pool runs it in this process to what it logs: in threads and in simulations.
package struct TaskLogNames: Sendable {
    /// The worker's number, from 0.
    private let worker: Int
    private let task: (@Sendable () -> String)?
    private let attempt: Int

    /// The names of what the current task logs.
    ///
    /// Set only if the program has asked for what workers log, so that other programs don't pay for it.
    @TaskLocal private static var current: TaskLogNames?

    /// - Parameter task: what the task is called; nil for what a worker does besides tasks.
    package init(worker: Int, attempt: Int = 1, task: (@Sendable () -> String)? = nil) {
        self.worker = worker
        self.task = task
        self.attempt = attempt
    }

    /// Whether what workers log is named.
    package static var areWanted: Bool { WorkerLogging.factory != nil }

    /// Runs `body`, whose records have these names.
    package static func with<Result>(_ names: TaskLogNames, _ body: () throws -> Result) rethrows -> Result {
        try $current.withValue(names, operation: body)
    }

    /// The metadata of a record that is logged now.
    static var metadata: Logger.Metadata? { current?.metadata }

    private var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["worker": "\(worker)"]
        if let task {
            metadata["task"] = "\(task())"
            metadata["attempt"] = "\(attempt)"
        }
        return metadata
    }
}
