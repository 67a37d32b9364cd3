public import MultitaskingCore
public import MultitaskingProcesses
public import MultitaskingSessions

// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

/// Makes a pool of worker processes for the time of `body`.
///
/// ```swift
/// try withProcessPoolExecutor(maxWorkers: 5) { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     for (name, result) in try session.results() { … }
/// }
/// ```
/// Use it for work that keeps a core busy, or that may crash. Arguments and results are copied: they must be `Codable`.
/// When `body` returns, all tasks are run to their end and the pool is gone; when it throws, tasks that have not
/// started are cancelled first.
///
/// - Parameters:
///   - maxWorkers: how many tasks run at the same time, at least 1; nil for one for each core this process may use.
///   - startMethod: how the workers are started.
///   - arenaLimit: how many bytes arguments, results and messages may take up at the same time; nil for half of the
///     memory that this process may use.
///   - limits: what the workers may use, how long they serve, and how many are there when there is little to do.
///   - captures: what becomes of functions that capture values; by default the values are copied like arguments.
///   - atExit: what happens to the tasks when `exit` is called meanwhile; see the pool.
///   - backtraces: whether the stack of a worker that crashes is in the task's error, is printed, or both.
///   - initializer: what each worker runs before its first task. If it throws, tasks fail with `initializerFailed`.
///   - globalInputQueue: whether there is an input queue of scope `.global`; so for the other objects.
///   - globalInputQueueLock: whether draining the input queue is one step among the parent's threads.
///   - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
///   - interrupts: what Ctrl-C does meanwhile.
/// - Throws: `invalidArgument`; `interrupted` after an interrupt; what the pool throws when it starts; what `body`
///   throws. Not what tasks throw.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain,
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false,
    globalCancelEvent: Bool = false, globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false,
    globalInputQueueSize: Int? = nil, globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(maxWorkers, startMethod, arenaLimit, limits, captures, backtraces, atExit, initializer),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body` ends.
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain,
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false,
    globalCancelEvent: Bool = false, globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false,
    globalInputQueueSize: Int? = nil, globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(maxWorkers, startMethod, arenaLimit, limits, captures, backtraces, atExit, initializer),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Makes a pool. The initializer is handed on as it came: wrapped once more, it would capture and could not be sent.
private func makePool(
    _ maxWorkers: Int?, _ startMethod: StartMethod, _ arenaLimit: Int?, _ limits: WorkerLimits,
    _ captures: CapturePolicy, _ backtraces: Backtraces, _ atExit: ShutdownMode,
    _ initializer: @escaping @Sendable () -> @Sendable () throws -> Void
) throws -> ProcessPool {
    try validate(maxWorkers: maxWorkers)
    return try ProcessPool(
        maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, limits: limits,
        captures: captures, backtraces: backtraces, atExit: atExit, initializingWith: WorkerInitializer(initializer))
}
