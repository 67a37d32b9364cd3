public import MultitaskingSessions
internal import MultitaskingSystem

// With `WithInMemoryExecutor+Setup.swift`, `Simulation.swift`, and its deprecated names, the only file that knows the
// sessions: tests are written against the same manager as programs. The blocking functions are disfavored for the same
// reason as those of the other pools.

/// Creates a simulated pool, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// ```swift
/// try withInMemoryExecutor(seed: 7) { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     for (name, result) in try session.results() { … }
/// }
/// ```
/// Use this in tests instead of `withProcessPoolExecutor`. When `body` returns, the pool finishes all tasks before it
/// shuts down. When `body` throws, tasks that haven't started are cancelled, and sessions' tasks that run are asked to
/// stop: their cancel events are set and their queues are closed.
///
/// - Parameters:
///   - seed: the seed of the schedule.
///   - maxWorkers: the number of workers; it overrides `options.maxWorkers`.
///   - initializer: a function that each worker runs before its first task.
///   - globalInputQueue: whether the manager has an input queue with scope `.global`. `globalOutputQueue` and
///     `globalCancelEvent` do the same for the output queue and the cancel event.
/// - Throws: `invalidArgument`; `deadlock` if no party could continue; whatever `body` throws. Errors of tasks are in
///   their results.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withInMemoryExecutor<Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: (@Sendable () throws -> Void)? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false,
    globalCancelEvent: Bool = false, globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false,
    globalInputQueueSize: Int? = nil, globalOutputQueueSize: Int? = nil,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withSimulation(
        seed, maxWorkers, options, setup: { _ in try SimulatedSetup(calling: initializer) },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// The course of events then also depends on when the caller's task runs, so the seed alone doesn't determine it.
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withInMemoryExecutor<Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: (@Sendable () throws -> Void)? = nil,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false,
    globalCancelEvent: Bool = false, globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false,
    globalInputQueueSize: Int? = nil, globalOutputQueueSize: Int? = nil,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withSimulation(
        seed, maxWorkers, options, setup: { _ in try SimulatedSetup(calling: initializer) },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Makes a simulated pool for the time of `body`; what all these functions have in common.
@available(*, noasync)
@_disfavoredOverload
func withSimulation<Value>(
    _ seed: UInt64, _ maxWorkers: Int, _ options: InMemoryOptions,
    setup: (InMemoryOptions) throws -> SimulatedSetup, globals: QueueSettings, _ body: (TaskManager) throws -> Value
) throws -> Value {
    var options = options
    options.maxWorkers = maxWorkers
    let pool = try InMemoryPool(.seed(seed), options, parent: .current, threads: nil, setup: try setup(options))
    let value = try withExecutor(pool, globals: globals, body)
    // Calls that cannot throw may have hidden it.
    if let failure = pool.failure { throw failure }
    return value
}

nonisolated(nonsending) func withSimulation<Value>(
    _ seed: UInt64, _ maxWorkers: Int, _ options: InMemoryOptions,
    setup: (InMemoryOptions) throws -> SimulatedSetup, globals: QueueSettings,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    var options = options
    options.maxWorkers = maxWorkers
    let pool = try InMemoryPool(.seed(seed), options, parent: nil, threads: nil, setup: try setup(options))
    let value = try await withExecutor(pool, globals: globals, body)
    // Calls that cannot throw may have hidden it.
    if let failure = pool.failure { throw failure }
    return value
}
