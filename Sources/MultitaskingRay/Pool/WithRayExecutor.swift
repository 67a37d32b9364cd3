public import MultitaskingSessions

// The blocking function is disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose it. In a synchronous function nothing else can be chosen.

/// Makes a pool on a Ray cluster for the time of `body`: what `withProcessPoolExecutor` is for one machine.
///
/// ```swift
/// try withRayExecutor(address: "10.0.0.1:6379", maxWorkers: 64) { manager in
///     let session = try manager.map("task-", findPrimes, ranges)
///     for (name, result) in try session.results() { … }
/// }
/// ```
/// When `body` returns, all tasks are run to their end and the pool is gone; when it throws, tasks that have not
/// started are cancelled first.
///
/// - Parameters:
///   - address: host and port of the cluster's head; nil starts a Ray on this machine, which ends with the pool.
///   - maxWorkers: how many tasks run at most at the same time.
///   - queueLimit: how many tasks may wait for a worker; nil for no limit but memory.
///   - options: how the cluster is reached, and how tasks are run.
///   - setup: what each process runs before its first task, and before it leaves.
///   - globals: which queues and which event there are of scope `.global`.
///   - interrupts: what Ctrl-C does while `body` runs.
/// - Throws: `invalidArgument`; `clusterUnreachable`; `interrupted` after an interrupt; what `body` throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
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

/// Makes a pool on a Ray cluster for the time of `body`, and suspends where the blocking function of the same name
/// blocks.
///
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withRayExecutor<Value>(
    address: String?, maxWorkers: Int, queueLimit: Int? = nil, options: RayOptions = RayOptions(),
    setup: RaySetup = RaySetup(), globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let pool = try await RayPool.connect(
        to: address, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}

/// Makes a pool on a cluster that is reached already, for the time of `body`.
///
/// - Throws: as the function with `address` does.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
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

/// Makes a pool on a cluster that is reached already, for the time of `body`, and suspends where the blocking function
/// of the same name blocks.
///
/// - Throws: as the blocking function does.
nonisolated(nonsending) public func withRayExecutor<Value>(
    on cluster: RayCluster, maxWorkers: Int, queueLimit: Int? = nil, setup: RaySetup = RaySetup(),
    globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    let pool = try await RayPool.make(on: cluster, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup)
    return try await withExecutor(pool, globals: globals, interrupts: interrupts, body)
}
