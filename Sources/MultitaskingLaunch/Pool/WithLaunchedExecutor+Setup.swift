public import MultitaskingCore
public import MultitaskingSessions

// The spelling of `withProcessPoolExecutor`, so that one word makes the difference. The blocking functions are
// disfavored for the same reason as those without an initializer.

/// Creates a pool of launched workers whose processes run an initializer before their first task, and a finalizer
/// before they exit.
///
/// ```swift
/// try withLaunchedExecutor(
///     command: ["ssh", "{host}"], hosts: ["node1", "node2"], maxWorkers: 16, initializer: connect, "db://…",
///     finalizer: disconnect
/// ) { manager in … }
/// ```
/// See ``LaunchSetup`` for when they run.
/// - Throws: whatever the function without an initializer throws; `capturesState` and `encodeFailed`.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withLaunchedExecutor<each Argument: Portable, Value>(
    command: [String], hosts: [String] = [], maxWorkers: Int, queueLimit: Int? = nil,
    options: LaunchOptions = LaunchOptions(),
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noFinalizer,
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled, _ body: (TaskManager) throws -> Value
) throws -> Value {
    let setup = LaunchSetup(calling: initializer, repeat each arguments).finalized(by: PlainFunction(finalizer))
    return try withExecutor(
        try LaunchPool(
            command: command, hosts: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options,
            setup: setup),
        globals: globals, interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withLaunchedExecutor<each Argument: Portable, Value>(
    command: [String], hosts: [String] = [], maxWorkers: Int, queueLimit: Int? = nil,
    options: LaunchOptions = LaunchOptions(),
    initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
    _ arguments: repeat each Argument,
    finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noFinalizer,
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let setup = LaunchSetup(calling: initializer, repeat each arguments).finalized(by: PlainFunction(finalizer))
    let pool = try await LaunchPool.connect(
        command: command, hosts: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}
