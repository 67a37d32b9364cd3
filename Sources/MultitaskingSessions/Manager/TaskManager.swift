internal import MultitaskingSystem

/// Runs functions in parallel and gives out sessions: what `withProcessPoolExecutor` hands to its body.
///
/// ```swift
/// try withProcessPoolExecutor { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     try session.waitForAll()
/// }
/// ```
///
/// A function that takes a `TaskManager` works with either pool: `func scenario(_ manager: TaskManager) throws`.
/// Every member may be used from any thread.
public class TaskManager: @unchecked Sendable {
    // SAFETY: not checked only because the class is not final. Its stored properties, and those of its one subclass,
    // are constants of Sendable types.

    /// The pool; with it functions can be submitted without a session.
    public let executor: any Executor

    /// The queues and the cancel event that all tasks of scope `.global` share.
    ///
    /// What the manager was made without is missing: see ``QueueContext/hasInputQueue`` and its kin.
    public let context: CombinedContext

    let globalObjects: SharedObjects

    /// Makes a manager of any executor, also of one that is not of this package.
    ///
    /// - Parameter globals: which queues and which event there are of scope `.global`.
    /// - Throws: `invalidArgument` for a size below 1; what the executor throws.
    public init(executor: any Executor, globals: QueueSettings) throws {
        self.executor = executor
        globalObjects = try SharedObjects(globals, of: executor)
        context = globalObjects.context
    }

    /// Makes a manager of any executor, with the settings spelled out.
    ///
    /// - Parameters:
    ///   - globalInputQueue: whether there is an input queue of scope `.global`; so for the other objects.
    ///   - globalInputQueueLock: whether draining the input queue is one step among the parent's threads.
    ///   - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
    /// - Throws: as ``init(executor:globals:)`` does.
    public convenience init(
        executor: any Executor, globalInputQueue: Bool = false, globalOutputQueue: Bool = false,
        globalCancelEvent: Bool = false, globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false,
        globalInputQueueSize: Int? = nil, globalOutputQueueSize: Int? = nil
    ) throws {
        try self.init(
            executor: executor,
            globals: QueueSettings(
                inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
                inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
                inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize))
    }

    /// Makes a session.
    ///
    /// - Parameters:
    ///   - inputQueue: whether there is an input queue of scope `.session`; so for the other objects.
    ///   - inputQueueLock: whether draining the input queue is one step among the parent's threads.
    ///   - inputQueueSize: how many elements fit in the session's input queue, and in the input queue of each task that
    ///     has one of its own; at least 1; nil for no limit.
    ///   - seed: what the random numbers of its tasks depend on (`context.random`): the nth task gets the same numbers
    ///     in every run; nil for a seed by chance, which ``TaskSession/seed`` tells.
    /// - Throws: `invalidArgument` for a size below 1; what the executor throws.
    public func session(
        inputQueue: Bool = true, outputQueue: Bool = true, cancelEvent: Bool = true, inputQueueLock: Bool = true,
        outputQueueLock: Bool = true, inputQueueSize: Int? = nil, outputQueueSize: Int? = nil, seed: UInt64? = nil
    ) throws -> TaskSession {
        try TaskSession(
            executor: executor, global: globalObjects,
            settings: QueueSettings(
                inputQueue: inputQueue, outputQueue: outputQueue, cancelEvent: cancelEvent,
                inputQueueLock: inputQueueLock, outputQueueLock: outputQueueLock, inputQueueSize: inputQueueSize,
                outputQueueSize: outputQueueSize), seed: seed)
    }

    /// What the pool has done so far, and what its workers do now.
    ///
    /// ```swift
    /// print(manager.statistics)   // a table
    /// ```
    /// Asking stops no worker. Of an executor that is no `MonitoredExecutor`, only the number of workers is known.
    public var statistics: PoolStatistics { executor.knownStatistics }

    /// Ends the pool and blocks until it is gone; the `with…Executor` functions do it when their body ends.
    ///
    /// - Parameter mode: what happens to tasks that have not ended; by default they are run to their end.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func shutdown(_ mode: ShutdownMode = .drain) {
        executor.shutdown(mode)
    }

    /// Ends the pool and suspends until it is gone, also if the awaiting task is cancelled.
    public func shutdown(_ mode: ShutdownMode = .drain) async { await executor.shutdown(mode) }

    /// Ends the pool within a time, and harder when that is up; see `Executor.shutdown(_:within:then:)`.
    ///
    /// - Returns: true if the pool has ended within the limit; false if something had to be ended.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) -> Bool {
        executor.shutdown(mode, within: limit, then: harderMode)
    }

    /// Suspends where the blocking call of the same name blocks, also if the awaiting task is cancelled.
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) async -> Bool {
        await executor.shutdown(mode, within: limit, then: harderMode)
    }

    /// Begins to end the pool, and returns without waiting for it; no further tasks are accepted.
    public func beginShutdown(_ mode: ShutdownMode = .drain) { executor.beginShutdown(mode) }
}

extension TaskOptions {
    /// The options of one of several tasks that are submitted by one call.
    func of(task index: Int) -> TaskOptions {
        guard let seed else { return self }
        var options = self
        options.seed = TaskRandom.seed(seed, at: index)
        return options
    }
}

extension TaskOptions {
    /// The options of a session's task, by whose name it is known where it has no other.
    func named(_ name: String) -> TaskOptions {
        var options = self
        if options.name == nil { options.name = name }
        return options
    }
}

// Where the overloads of `map` meet.
extension TaskManager {
    func addEach<Function: PortableFunction>(
        _ prefix: String, _ scopes: Scopes, _ options: TaskOptions, _ function: Function,
        _ rows: some IteratorProtocol<Function.Arguments>
    ) throws -> TaskSession {
        try eachRow(of: rows, in: try session()) { session, index, row in
            try session.add(prefix + String(index), scopes, options.of(task: index), function, arguments: row)
        }
    }

    func addEach<Function: ContextFunction>(
        _ prefix: String, _ scopes: Scopes, _ options: TaskOptions, _ function: Function,
        _ rows: some IteratorProtocol<Function.Row>
    ) throws -> TaskSession {
        try eachRow(of: rows, in: try session()) { session, index, row in
            try session.add(prefix + String(index), scopes, options.of(task: index), function, row: row)
        }
    }

    /// Submits a task for each row, or cancels what was submitted if one cannot be.
    func eachRow<Row, Session: TaskSession>(
        of rows: some IteratorProtocol<Row>, in session: Session, add: (Session, Int, Row) throws -> Void
    ) throws -> Session {
        var rows = rows
        var index = 0
        do {
            while let row = rows.next() {
                try add(session, index, row)
                index += 1
            }
        } catch {
            session.abandonAll()
            throw error
        }
        return session
    }
}
