public import Logging
internal import MultitaskingSystem

extension LoggingSystem {
    /// Sets up the program's logging, for its workers too: what they log goes to this process's handlers.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(withWorkers: StreamLogHandler.standardError)
    /// try withProcessPoolExecutor { manager in … }
    /// ```
    ///
    /// It takes the place of `LoggingSystem.bootstrap`: call it once, before the first pool of processes is made. What
    /// a task logs comes out of the handler that `factory` makes for the logger's label, with the metadata `task` (the
    /// task's name, or its function's), `worker` and `attempt`; what an initializer or a finalizer logs, with `worker`
    /// alone. Records of one worker come in the order in which it has logged them, a moment later, and on a thread of
    /// the pool: a handler that blocks holds up asynchronous waits. When the pool has ended, all are there.
    ///
    /// A record is in memory that outlives the worker before `log` returns, so what a task has logged comes also if its
    /// worker is killed. Only if that memory is full, the record is written to standard error instead.
    ///
    /// Loggers of workers have the level of the handlers that `factory` makes; in workers that are spawned, of the one
    /// that it makes for the label `swift-multitasking.workers`. Tasks in threads and simulations log like the rest of
    /// the program. In a worker the call does nothing, so that an initializer may make it as well.
    ///
    /// - Parameter factory: makes the handler of each label, as for `LoggingSystem.bootstrap`.
    public static func bootstrap(withWorkers factory: @escaping @Sendable (String) -> any LogHandler) {
        WorkerLogging.bootstrap(factory)
    }
}
