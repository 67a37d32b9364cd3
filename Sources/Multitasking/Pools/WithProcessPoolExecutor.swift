// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore
public import MultitaskingProcesses
public import MultitaskingSessions

// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

/// Creates a pool of worker processes, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// ```swift
/// try withProcessPoolExecutor(maxWorkers: 5) { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     for (name, result) in try session.results() { … }
/// }
/// ```
/// Use worker processes for work that is CPU-bound or that might crash. Arguments and results are copied, so they
/// must be `Codable`. When `body` returns, the pool finishes all tasks before it shuts down. When `body` throws,
/// tasks that haven't started are cancelled, and sessions' tasks that run are asked to stop: their cancel events
/// are set and their queues are closed.
///
/// - Parameters:
///   - maxWorkers: the maximum number of tasks that run concurrently, 1...512; nil for one per core that this
///     process may use.
///   - startMethod: how the workers are started.
///   - arenaLimit: the maximum number of bytes for arguments, results, and messages; nil for half of the memory
///     that this process may use.
///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
///   - limits: the resources that workers may use, how long they live, and how many stay when there is little to
///     do.
///   - captures: what to do with functions that capture values; by default, the values are copied like arguments.
///   - backtraces: whether the backtrace of a crashed worker is stored in the task's error, printed, or both.
///   - atExit: what happens to unfinished tasks if the program calls `exit` while `body` runs; see the pool.
///   - environment: environment variables for the workers, in addition to those of this process.
///   - workerNamePrefix: the prefix of the workers' process names.
///   - initializer: a function that each worker runs before its first task. If it throws or ends the worker three
///     times in a row, the pool fails, and its tasks end with `initializerFailed`.
///   - initializerTimeout: how long a worker may take from its start to the end of the initializer; nil for no
///     limit. After that, the worker is killed and the attempt counts as failed.
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
public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
    initializerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix, WorkerInitializer(initializer, timeout: initializerTimeout), .none),
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
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
    initializerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix, WorkerInitializer(initializer, timeout: initializerTimeout), .none),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Creates a pool of worker processes whose workers run a finalizer before they exit.
/// - Throws: whatever the function without a finalizer throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
    initializerTimeout: Duration? = nil, finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
    finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix, WorkerInitializer(initializer, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
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
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
    initializerTimeout: Duration? = nil, finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
    finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix, WorkerInitializer(initializer, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Creates a pool of worker processes whose workers run a finalizer before they exit.
///
/// The results of the finalizer are collected: to read them, store or return the manager in `body`, and call its
/// `finalizerResults(as:)` after the scope has ended.
/// - Throws: whatever the function without a finalizer throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Output: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
    initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output, finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix, WorkerInitializer(initializer, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
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
nonisolated(nonsending) public func withProcessPoolExecutor<Output: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
    initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output, finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix, WorkerInitializer(initializer, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Creates a pool of worker processes whose initializer takes arguments.
///
/// The arguments are encoded once and decoded in each worker, including workers that start later.
/// - Throws: whatever the function without arguments throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<each Argument: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix,
            WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout), .none),
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
nonisolated(nonsending) public func withProcessPoolExecutor<each Argument: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix,
            WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout), .none),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Creates a pool of worker processes whose initializer takes arguments, and whose workers run a finalizer before
/// they exit.
///
/// The arguments are encoded once and decoded in each worker, including workers that start later.
/// - Throws: whatever the function without arguments throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<each Argument: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void, finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix,
            WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
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
nonisolated(nonsending) public func withProcessPoolExecutor<each Argument: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void, finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix,
            WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}

/// Creates a pool of worker processes whose initializer takes arguments, and whose workers run a finalizer before
/// they exit.
///
/// The arguments are encoded once and decoded in each worker, including workers that start later.
///
/// The results of the finalizer are collected: to read them, store or return the manager in `body`, and call its
/// `finalizerResults(as:)` after the scope has ended.
/// - Throws: whatever the function without arguments throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<each Argument: Portable, Output: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output, finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix,
            WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
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
nonisolated(nonsending) public func withProcessPoolExecutor<each Argument: Portable, Output: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output, finalizerTimeout: Duration? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        try makePool(
            maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, environment,
            workerNamePrefix,
            WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout),
            WorkerFinalizer(finalizer, timeout: finalizerTimeout)),
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        interrupts: interrupts, body)
}
