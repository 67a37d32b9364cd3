public import Logging
internal import MultitaskingSystem

extension LoggingSystem {
    /// Sets up the logging of the program and of its workers: this process's handlers receive what workers log.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(withWorkers: StreamLogHandler.standardError)
    /// try withProcessPoolExecutor { manager in … }
    /// ```
    ///
    /// Call it once, instead of `LoggingSystem.bootstrap`, before you make the first pool. The handler that `factory`
    /// makes for a logger's label receives the records of tasks with the metadata `task` (the name of the task, or of
    /// its function), `worker`, and `attempt`, and those of initializers and finalizers with `worker` only.
    ///
    /// In a process pool, records of one worker arrive in the order in which it logged them, shortly afterwards, and at
    /// the latest before the shutdown of the pool returns. A thread of the pool calls the handlers; if one blocks, it
    /// delays asynchronous waits.
    ///
    /// Before `log` returns, the record is in memory that outlives the worker, so a task's records arrive even if its
    /// worker is killed. If that memory is full, the worker writes the record to standard error instead.
    ///
    /// Loggers in workers have the log level of the handlers that `factory` makes; in spawned workers, all have that of
    /// the handler for the label `swift-multitasking.workers`. In a worker this call does nothing, so that an
    /// initializer can make it too.
    ///
    /// Tasks in thread pools and simulations call the handlers themselves, and their records have the same metadata;
    /// there, a task without a name is identified as in the statistics. On a Ray cluster, tasks log to the output of
    /// their worker, as swift-log does by default.
    ///
    /// - Parameter factory: makes the handler for each label, as for `LoggingSystem.bootstrap`.
    public static func bootstrap(withWorkers factory: @escaping @Sendable (String) -> any LogHandler) {
        WorkerLogging.bootstrap(factory)
    }
}
