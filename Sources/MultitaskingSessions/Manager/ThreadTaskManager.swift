/// A ``TaskManager`` whose tasks run in threads, so that arguments and results only need to be `Sendable`.
///
/// ```swift
/// try withThreadPoolExecutor { manager in
///     try manager.session().submit("a", index, document).waitForAll()   // a class that is not Codable
/// }
/// ```
public final class ThreadTaskManager: TaskManager, @unchecked Sendable {
    // SAFETY: not checked only because its superclass is not; the property is a constant of a Sendable type.
    private let inProcess: any InProcessExecutor

    /// Creates a manager of an executor whose workers share the caller's memory.
    ///
    /// - Throws: whatever the initializer of ``TaskManager`` throws.
    public init(executor: any InProcessExecutor, globals: QueueSettings) throws {
        inProcess = executor
        try super.init(executor: executor, globals: globals)
    }

    /// Creates a manager of an executor whose workers share the caller's memory, with separate parameters for the
    /// settings.
    ///
    /// - Throws: whatever the initializer of ``TaskManager`` throws.
    public convenience init(
        executor: any InProcessExecutor, globalInputQueue: Bool = false, globalOutputQueue: Bool = false,
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

    /// Creates a session whose tasks run in threads.
    ///
    /// - Throws: whatever the superclass's method throws.
    public override func session(
        inputQueue: Bool = true, outputQueue: Bool = true, cancelEvent: Bool = true, inputQueueLock: Bool = true,
        outputQueueLock: Bool = true, inputQueueSize: Int? = nil, outputQueueSize: Int? = nil, seed: UInt64? = nil
    ) throws -> ThreadTaskSession {
        try ThreadTaskSession(
            inProcess: inProcess, global: globalObjects, openTasks: openTasks,
            settings: QueueSettings(
                inputQueue: inputQueue, outputQueue: outputQueue, cancelEvent: cancelEvent,
                inputQueueLock: inputQueueLock, outputQueueLock: outputQueueLock, inputQueueSize: inputQueueSize,
                outputQueueSize: outputQueueSize), seed: seed)
    }

    /// Where the overloads of `map` meet.
    func addEachInProcess<Row: Sendable, Output: Sendable>(
        _ prefix: String, _ scopes: Scopes, _ options: TaskOptions, _ rows: some IteratorProtocol<Row>,
        _ body: @escaping @Sendable (Row, TaskContext, any TaskEnvironment) throws -> Output
    ) throws -> ThreadTaskSession {
        try eachRow(of: rows, in: try session()) { session, index, row in
            try session.addInProcess(prefix + String(index), scopes, options.of(task: index)) { try body(row, $0, $1) }
        }
    }
}
