// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore
public import MultitaskingSessions
internal import MultitaskingThreads

// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

/// Makes a pool of threads for the time of `body`.
///
/// Use it for work that waits, or that shares large values: arguments and results are not copied and need only be
/// `Sendable`. A crash in a task ends the program; use `withProcessPoolExecutor` where that must not be.
///
/// When `body` returns, all tasks are run to their end and the pool is gone; when it throws, tasks that have not
/// started are cancelled first.
///
/// - Parameters:
///   - maxWorkers: how many tasks run at the same time, at least 1; nil for four more than this process may use
///     cores, but no more than 32.
///   - threadNamePrefix: what the names of the threads begin with.
///   - queueLimit: how many tasks may wait for a thread, at least 1; nil for no limit but memory.
///   - atExit: what happens to the tasks when `exit` is called meanwhile; see the pool.
///   - initializer: called once in each thread before its first task.
///   - finalizer: called once in each thread after its last task; see `ThreadPool.finalizerResults(as:)`.
///   - globalInputQueue: whether there is an input queue of scope `.global`; so for the other objects.
///   - globalInputQueueLock: whether draining the input queue is one step among the parent's threads.
///   - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
///   - interrupts: what Ctrl-C does meanwhile.
/// - Throws: `invalidArgument`; `interrupted` after an interrupt; what the pool throws when it starts; what `body`
///   throws. Not what tasks throw.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@_disfavoredOverload
@discardableResult
public func withThreadPoolExecutor<Output: Sendable, Value>(
    maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
    initializer: @escaping @Sendable () throws -> Void = {}, finalizer: @escaping @Sendable () throws -> Output = {},
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (ThreadTaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        inProcess: try makePool(maxWorkers, threadNamePrefix, queueLimit, atExit, initializer, finalizer),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withThreadPoolExecutor<Output: Sendable, Value>(
    maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
    initializer: @escaping @Sendable () throws -> Void = {}, finalizer: @escaping @Sendable () throws -> Output = {},
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (ThreadTaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        inProcess: try makePool(maxWorkers, threadNamePrefix, queueLimit, atExit, initializer, finalizer),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Makes a pool of threads whose initializer takes arguments.
///
/// - Throws: as the function without arguments does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@_disfavoredOverload
@discardableResult
public func withThreadPoolExecutor<First: Sendable, each Argument: Sendable, Output: Sendable, Value>(
    maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
    initializer: @escaping @Sendable (First, repeat each Argument) throws -> Void, _ argument: First,
    _ arguments: repeat each Argument, finalizer: @escaping @Sendable () throws -> Output = {},
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (ThreadTaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        inProcess: try makePool(
            maxWorkers, threadNamePrefix, queueLimit, atExit, { try initializer(argument, repeat each arguments) },
            finalizer),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withThreadPoolExecutor<
    First: Sendable, each Argument: Sendable, Output: Sendable, Value
>(
    maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
    initializer: @escaping @Sendable (First, repeat each Argument) throws -> Void, _ argument: First,
    _ arguments: repeat each Argument, finalizer: @escaping @Sendable () throws -> Output = {},
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (ThreadTaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        inProcess: try makePool(
            maxWorkers, threadNamePrefix, queueLimit, atExit, { try initializer(argument, repeat each arguments) },
            finalizer),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}
