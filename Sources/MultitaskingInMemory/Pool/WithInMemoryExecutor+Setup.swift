// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore
public import MultitaskingSessions

// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

/// Creates a simulated pool whose workers run a finalizer before they exit.
///
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the function without a finalizer throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withInMemoryExecutor<Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: (@Sendable () throws -> Void)? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withSimulation(
        seed, maxWorkers, options,
        setup: { try SimulatedSetup(calling: initializer, finalizer: PlainFunction(finalizer), $0) },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withInMemoryExecutor<Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: (@Sendable () throws -> Void)? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withSimulation(
        seed, maxWorkers, options,
        setup: { try SimulatedSetup(calling: initializer, finalizer: PlainFunction(finalizer), $0) },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Creates a simulated pool whose workers run a finalizer before they exit.
///
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the function without a finalizer throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withInMemoryExecutor<Output: Portable, Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: (@Sendable () throws -> Void)? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withSimulation(
        seed, maxWorkers, options,
        setup: { try SimulatedSetup(calling: initializer, finalizer: PlainValueFunction(finalizer), $0) },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withInMemoryExecutor<Output: Portable, Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: (@Sendable () throws -> Void)? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withSimulation(
        seed, maxWorkers, options,
        setup: { try SimulatedSetup(calling: initializer, finalizer: PlainValueFunction(finalizer), $0) },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Creates a simulated pool whose initializer takes arguments, and whose workers run a finalizer before they exit.
///
/// The arguments are encoded once and decoded in each worker, including workers that start later.
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the function without arguments throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withInMemoryExecutor<each Argument: Portable, Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noFinalizer,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withSimulation(
        seed, maxWorkers, options,
        setup: {
            try SimulatedSetup(
                calling: initializer, repeat each arguments, within: initializerTimeout,
                finalizer: PlainFunction(finalizer), $0)
        },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withInMemoryExecutor<each Argument: Portable, Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noFinalizer,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withSimulation(
        seed, maxWorkers, options,
        setup: {
            try SimulatedSetup(
                calling: initializer, repeat each arguments, within: initializerTimeout,
                finalizer: PlainFunction(finalizer), $0)
        },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Creates a simulated pool whose initializer takes arguments, and whose workers run a finalizer before they exit.
///
/// The arguments are encoded once and decoded in each worker, including workers that start later.
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the function without arguments throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withInMemoryExecutor<each Argument: Portable, Output: Portable, Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withSimulation(
        seed, maxWorkers, options,
        setup: {
            try SimulatedSetup(
                calling: initializer, repeat each arguments, within: initializerTimeout,
                finalizer: PlainValueFunction(finalizer), $0)
        },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withInMemoryExecutor<each Argument: Portable, Output: Portable, Value>(
    seed: UInt64 = 0, maxWorkers: Int = 2, options: InMemoryOptions = InMemoryOptions(),
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try await withSimulation(
        seed, maxWorkers, options,
        setup: {
            try SimulatedSetup(
                calling: initializer, repeat each arguments, within: initializerTimeout,
                finalizer: PlainValueFunction(finalizer), $0)
        },
        globals: QueueSettings(
            inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
            inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
            inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
        body)
}
