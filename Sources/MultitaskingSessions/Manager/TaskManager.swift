internal import MultitaskingSystem

/// The entry point to a pool: creates sessions, which run functions in parallel. `withProcessPoolExecutor` passes one
/// to its body.
///
/// ```swift
/// try withProcessPoolExecutor { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     try session.waitForAll()
/// }
/// ```
///
/// A function that takes a `TaskManager` works with any pool: `func scenario(_ manager: TaskManager) throws`. You can
/// use every member from any thread.
public class TaskManager: @unchecked Sendable {
    // SAFETY: not checked only because the class is not final. Its stored properties, and those of its one subclass,
    // are constants of Sendable types.

    /// The pool, to which you can submit functions without a session.
    public let executor: any Executor

    /// The queues and the cancel event that tasks share with scope `.global`.
    ///
    /// They exist if the manager was created with them; see ``QueueContext/hasInputQueue`` and similar properties.
    public let context: CombinedContext

    let globalObjects: SharedObjects

    let openTasks = OpenTasks()

    /// Creates a manager of an executor of any backend.
    ///
    /// - Parameter globals: the queues and the event with scope `.global`.
    /// - Throws: `invalidArgument` for a size below 1; whatever the executor throws.
    public init(executor: any Executor, globals: QueueSettings) throws {
        self.executor = executor
        globalObjects = try SharedObjects(globals, of: executor)
        context = globalObjects.context
    }

    /// Creates a manager of an executor of any backend, with separate parameters for the settings.
    ///
    /// - Parameters:
    ///   - globalInputQueue: whether the manager has an input queue with scope `.global`. `globalOutputQueue` and
    ///     `globalCancelEvent` do the same for the output queue and the cancel event.
    ///   - globalInputQueueLock: whether draining the input queue is atomic among the parent's threads.
    ///   - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
    /// - Throws: whatever ``init(executor:globals:)`` throws.
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

    /// Creates a session.
    ///
    /// - Parameters:
    ///   - inputQueue: whether the session has an input queue with scope `.session`. `outputQueue` and `cancelEvent` do
    ///     the same for the output queue and the cancel event.
    ///   - inputQueueLock: whether draining the input queue is atomic among the parent's threads.
    ///   - inputQueueSize: how many elements fit in the session's input queue, and in the input queue of each task with
    ///     scope `.perTask`; at least 1; nil for no limit.
    ///   - seed: the seed of the tasks' random numbers (`context.random`), with which the nth task gets the same
    ///     numbers in every run; nil for a random seed, which you can read from ``TaskSession/seed``.
    /// - Throws: `invalidArgument` for a size below 1; whatever the executor throws.
    public func session(
        inputQueue: Bool = true, outputQueue: Bool = true, cancelEvent: Bool = true, inputQueueLock: Bool = true,
        outputQueueLock: Bool = true, inputQueueSize: Int? = nil, outputQueueSize: Int? = nil, seed: UInt64? = nil
    ) throws -> TaskSession {
        try TaskSession(
            executor: executor, global: globalObjects, openTasks: openTasks,
            settings: QueueSettings(
                inputQueue: inputQueue, outputQueue: outputQueue, cancelEvent: cancelEvent,
                inputQueueLock: inputQueueLock, outputQueueLock: outputQueueLock, inputQueueSize: inputQueueSize,
                outputQueueSize: outputQueueSize), seed: seed)
    }

    /// What the pool has done so far, and what its workers are doing now.
    ///
    /// ```swift
    /// print(manager.statistics)   // a table
    /// ```
    /// Reading it doesn't stop any worker. If the executor isn't a `MonitoredExecutor`, only the number of workers is
    /// known.
    public var statistics: PoolStatistics { executor.knownStatistics }

    /// Shuts down the pool and blocks until it is gone. The `with…Executor` functions do this when their body ends.
    ///
    /// - Parameter mode: what happens to tasks that haven't ended; by default, they all run to completion.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func shutdown(_ mode: ShutdownMode = .drain) {
        executor.shutdown(mode)
    }

    /// Shuts down the pool and suspends until it is gone, even if the awaiting task is cancelled.
    public func shutdown(_ mode: ShutdownMode = .drain) async { await executor.shutdown(mode) }

    /// Shuts down the pool within a time limit, switching to a stricter mode when it passes; see
    /// `Executor.shutdown(_:within:then:)`.
    ///
    /// - Returns: true if the pool ended within the limit; false if tasks had to be ended.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) -> Bool {
        executor.shutdown(mode, within: limit, then: harderMode)
    }

    /// Suspends where the blocking method of the same name blocks, even if the awaiting task is cancelled.
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) async -> Bool {
        await executor.shutdown(mode, within: limit, then: harderMode)
    }

    /// Begins to shut down the pool and returns without waiting. The pool accepts no further tasks.
    public func beginShutdown(_ mode: ShutdownMode = .drain) { executor.beginShutdown(mode) }
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
