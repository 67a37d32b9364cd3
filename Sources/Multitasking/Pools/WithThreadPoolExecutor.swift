// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore
public import MultitaskingSessions
internal import MultitaskingThreads

// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

/// Creates a pool of threads, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// Use threads for work that blocks or that shares large values: arguments and results aren't copied, so they only
/// need to be `Sendable`. A crash in a task ends the program; to isolate crashes, use `withProcessPoolExecutor`.
///
/// When `body` returns, the pool finishes all tasks before it shuts down. When `body` throws, tasks that haven't
/// started are cancelled, and sessions' tasks that run are asked to stop: their cancel events are set and their
/// queues are closed.
///
/// - Parameters:
///   - maxWorkers: the maximum number of tasks that run concurrently, at least 1; nil for four more than the number
///     of cores that this process may use, but at most 32.
///   - threadNamePrefix: the prefix of the threads' names.
///   - queueLimit: how many tasks may wait for a thread, at least 1; nil for no limit except memory.
///   - atExit: what happens to unfinished tasks if the program calls `exit` while `body` runs; see the pool.
///   - initializer: a function that each thread calls once before its first task.
///   - finalizer: a function that each thread calls once after its last task; see
///     `ThreadPool.finalizerResults(as:)`.
///   - globalInputQueue: whether the manager has an input queue of scope `.global`. `globalOutputQueue` and
///     `globalCancelEvent` do the same for the output queue and the cancel event.
///   - globalInputQueueLock: whether draining the input queue is atomic among the parent's threads.
///   - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
///   - interrupts: what Ctrl-C does while `body` runs.
/// - Throws: `invalidArgument`; `interrupted` after an interrupt; what the pool throws when it starts; what `body`
///   throws. Errors of tasks are in their results.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
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
/// Cancelling the awaiting Swift task doesn't cancel the pool's tasks: the cancellation is visible in `body`, and
/// the pool shuts down when `body` ends.
/// - Throws: whatever the blocking function throws.
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

/// Creates a pool of threads whose initializer takes arguments.
///
/// - Throws: whatever the function without arguments throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
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
/// Cancelling the awaiting Swift task doesn't cancel the pool's tasks: the cancellation is visible in `body`, and
/// the pool shuts down when `body` ends.
/// - Throws: whatever the blocking function throws.
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
