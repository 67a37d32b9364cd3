public import MultitaskingSessions

// The blocking function is disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose it. In a synchronous function nothing else can be chosen.

/// Starts workers by a command, creates a pool, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// ```swift
/// try withLaunchedExecutor(command: ["ssh", "{host}"], hosts: ["node1", "node2"], maxWorkers: 16) { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     for (name, result) in try session.results() { … }
/// }
/// ```
/// This is the counterpart of `withProcessPoolExecutor` for other machines. When `body` returns, the pool finishes all
/// tasks before it shuts down. When `body` throws, tasks that haven't started are cancelled, and sessions' tasks that
/// run are asked to stop: their cancel events are set and their queues are closed.
///
/// - Parameters:
///   - command: the command that starts a worker, and its arguments; see ``LaunchHosts``.
///   - hosts: the names that replace `{host}`; none if the command doesn't need any.
///   - maxWorkers: the maximum number of tasks that run concurrently.
///   - queueLimit: how many tasks may wait for a worker; nil for no limit except memory.
///   - options: options for starting workers and for running tasks.
///   - setup: what each process runs before its first task, and before it exits.
///   - globals: the queues and the event with scope `.global`.
///   - interrupts: what Ctrl-C does while `body` runs.
/// - Throws: `invalidArgument`; `clusterUnreachable`; `interrupted` after an interrupt; whatever `body` throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withLaunchedExecutor<Value>(
    command: [String], hosts: [String] = [], maxWorkers: Int, queueLimit: Int? = nil,
    options: LaunchOptions = LaunchOptions(),
    setup: LaunchSetup = LaunchSetup(), globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try LaunchPool(
            command: command, hosts: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options,
            setup: setup),
        globals: globals, interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withLaunchedExecutor<Value>(
    command: [String], hosts: [String] = [], maxWorkers: Int, queueLimit: Int? = nil,
    options: LaunchOptions = LaunchOptions(),
    setup: LaunchSetup = LaunchSetup(), globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let pool = try await LaunchPool.connect(
        command: command, hosts: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}

/// Creates a pool on connected hosts, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// - Throws: whatever the function with `command` throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withLaunchedExecutor<Value>(
    on hosts: LaunchHosts, maxWorkers: Int, queueLimit: Int? = nil, setup: LaunchSetup = LaunchSetup(),
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled, _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try LaunchPool(on: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup), globals: globals,
        interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withLaunchedExecutor<Value>(
    on hosts: LaunchHosts, maxWorkers: Int, queueLimit: Int? = nil, setup: LaunchSetup = LaunchSetup(),
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let pool = try await LaunchPool.make(on: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}
