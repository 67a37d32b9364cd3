// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

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
/// Use it for work that keeps a core busy, or that may crash. Arguments and results are copied: they must be
/// `Codable`. When `body` returns, all tasks are run to their end and the pool is gone; when it throws, tasks that
/// have not started are cancelled first.
///
/// - Parameters:
///   - maxWorkers: how many tasks run at the same time, at least 1; nil for one for each core this process may use.
///   - startMethod: how the workers are started.
///   - arenaLimit: how many bytes arguments, results and messages may take up at the same time; nil for half of the
///     memory that this process may use.
///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit but memory.
///   - limits: what the workers may use, how long they serve, and how many are there when there is little to do.
///   - captures: what becomes of functions that capture values; by default the values are copied like arguments.
///   - backtraces: whether the stack of a worker that crashes is in the task's error, is printed, or both.
///   - atExit: what happens to the tasks when `exit` is called meanwhile; see the pool.
///   - environment: variables that each worker has besides those of this process.
///   - workerNamePrefix: what the names of the workers' processes begin with.
///   - initializer: what each worker runs before its first task. If it throws, tasks fail with `initializerFailed`.
///   - initializerTimeout: how long the initializer may take; nil for no limit.
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
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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

/// Makes a pool of worker processes whose workers run a finalizer at their end.
/// - Throws: as the function without a finalizer does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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

/// Makes a pool of worker processes whose workers run a finalizer at their end.
///
/// What the finalizer returns is collected: `manager.finalizerResults(as:)`, complete after the scope.
/// - Throws: as the function without a finalizer does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Output: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withProcessPoolExecutor<Output: Portable, Value>(
    maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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

/// Makes a pool of worker processes whose initializer takes arguments.
///
/// The arguments are encoded once, and decoded in every worker, also in those that come later.
/// - Throws: as the function without arguments does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
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
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
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

/// Makes a pool of worker processes whose initializer takes arguments, and whose workers run a finalizer at their end.
///
/// The arguments are encoded once, and decoded in every worker, also in those that come later.
/// - Throws: as the function without arguments does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
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
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
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

/// Makes a pool of worker processes whose initializer takes arguments, and whose workers run a finalizer at their end.
///
/// The arguments are encoded once, and decoded in every worker, also in those that come later.
///
/// What the finalizer returns is collected: `manager.finalizerResults(as:)`, complete after the scope.
/// - Throws: as the function without arguments does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
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
/// Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body`
/// ends.
/// - Throws: as the blocking function does.
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
