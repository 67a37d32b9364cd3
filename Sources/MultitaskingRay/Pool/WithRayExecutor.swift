public import MultitaskingSessions

// The blocking function is disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose it. In a synchronous function nothing else can be chosen.

/// Creates a pool on a Ray cluster, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// ```swift
/// try withRayExecutor(address: "10.0.0.1:6379", maxWorkers: 64) { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     for (name, result) in try session.results() { … }
/// }
/// ```
/// This is the counterpart of `withProcessPoolExecutor` for clusters. When `body` returns, the pool finishes all tasks
/// before it shuts down. When `body` throws, tasks that haven't started are cancelled, and sessions' tasks that run are
/// asked to stop: their cancel events are set and their queues are closed.
///
/// - Parameters:
///   - address: the host and port of the cluster's head; nil starts a Ray instance on this machine, which ends with the
///     pool.
///   - maxWorkers: the maximum number of tasks that run concurrently.
///   - queueLimit: how many tasks may wait for a worker; nil for no limit except memory.
///   - options: options for the connection and for running tasks.
///   - setup: what each process runs before its first task, and before it exits.
///   - globals: the queues and the event with scope `.global`.
///   - interrupts: what Ctrl-C does while `body` runs.
/// - Throws: `invalidArgument`; `clusterUnreachable`; `interrupted` after an interrupt; whatever `body` throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withRayExecutor<Value>(
    address: String?, maxWorkers: Int, queueLimit: Int? = nil, options: RayOptions = RayOptions(),
    setup: RaySetup = RaySetup(), globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try RayPool(
            address: address, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options, setup: setup),
        globals: globals, interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withRayExecutor<Value>(
    address: String?, maxWorkers: Int, queueLimit: Int? = nil, options: RayOptions = RayOptions(),
    setup: RaySetup = RaySetup(), globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let pool = try await RayPool.connect(
        to: address, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}

/// Creates a pool on a connected cluster, passes its manager to `body`, and shuts the pool down when `body` ends.
///
/// - Throws: whatever the function with `address` throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withRayExecutor<Value>(
    on cluster: RayCluster, maxWorkers: Int, queueLimit: Int? = nil, setup: RaySetup = RaySetup(),
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled, _ body: (TaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        try RayPool(on: cluster, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup), globals: globals,
        interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withRayExecutor<Value>(
    on cluster: RayCluster, maxWorkers: Int, queueLimit: Int? = nil, setup: RaySetup = RaySetup(),
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let pool = try await RayPool.make(on: cluster, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}
