internal import MultitaskingSystem

// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

/// Creates an executor, passes its manager to `body`, and shuts the executor down when `body` ends.
///
/// With this function, a backend can offer one like `withProcessPoolExecutor`:
///
/// ```swift
/// public func withMyExecutor<Value>(
///     maxWorkers: Int, globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
///     _ body: (TaskManager) throws -> Value
/// ) throws -> Value {
///     try withExecutor(try MyPool(maxWorkers: maxWorkers), globals: globals, interrupts: interrupts, body)
/// }
/// ```
/// When `body` returns, the executor finishes all tasks before it shuts down. When `body` throws, tasks that haven't
/// started are cancelled, and sessions' tasks that run are asked to stop: their cancel events are set and their queues
/// are closed. The executor shuts down when they end.
///
/// - Parameters:
///   - makeExecutor: creates the executor; not called if `interrupts` is invalid.
///   - globals: the queues and the event with scope `.global`.
///   - interrupts: what Ctrl-C does while `body` runs.
/// - Throws: `invalidArgument` for a size below 1 or a negative time; `interrupted` after an interrupt; whatever
///   `makeExecutor` and `body` throw. Errors of tasks are in their results.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withExecutor<Value>(
    _ makeExecutor: @autoclosure () throws -> any Executor, globals: QueueSettings = .none,
    interrupts: Interrupts = .unhandled, _ body: (TaskManager) throws -> Value
) throws -> Value {
    try interrupts.validate()
    let executor = try makeExecutor()
    return try withManager(of: executor, interrupts, try TaskManager(executor: executor, globals: globals), body)
}

/// Suspends instead of blocking; otherwise, like the function of the same name.
///
/// Cancelling the awaiting Swift task only cancels `body`; the executor is shut down when `body` ends.
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withExecutor<Value>(
    _ makeExecutor: @autoclosure () throws -> any Executor, globals: QueueSettings = .none,
    interrupts: Interrupts = .unhandled, _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    try interrupts.validate()
    let executor = try makeExecutor()
    return try await withManager(of: executor, interrupts, try TaskManager(executor: executor, globals: globals), body)
}

/// Creates an executor whose workers share the caller's memory, so that arguments and results only need to be
/// `Sendable`.
///
/// ```swift
/// try withExecutor(inProcess: try MyThreadPool(), globals: .all) { manager in
///     try manager.session().submit("a", parse, document).waitForAll()
/// }
/// ```
/// Otherwise, this works like `withExecutor`.
/// - Throws: whatever `withExecutor` throws.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withExecutor<Value>(
    inProcess makeExecutor: @autoclosure () throws -> any InProcessExecutor, globals: QueueSettings = .none,
    interrupts: Interrupts = .unhandled, _ body: (ThreadTaskManager) throws -> Value
) throws -> Value {
    try interrupts.validate()
    let executor = try makeExecutor()
    return try withManager(
        of: executor, interrupts, try ThreadTaskManager(executor: executor, globals: globals), body)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws.
nonisolated(nonsending) public func withExecutor<Value>(
    inProcess makeExecutor: @autoclosure () throws -> any InProcessExecutor, globals: QueueSettings = .none,
    interrupts: Interrupts = .unhandled, _ body: nonisolated(nonsending) (ThreadTaskManager) async throws -> Value
) async throws -> Value {
    try interrupts.validate()
    let executor = try makeExecutor()
    return try await withManager(
        of: executor, interrupts, try ThreadTaskManager(executor: executor, globals: globals), body)
}

/// Calls `body` with a manager and shuts the executor down, whatever happens.
@available(*, noasync)
private func withManager<Manager: TaskManager, Value>(
    of executor: any Executor, _ interrupts: Interrupts, _ makeManager: @autoclosure () throws -> Manager,
    _ body: (Manager) throws -> Value
) throws -> Value {
    var handling: (any InterruptHandling)?
    var openTasks: OpenTasks?
    let value: Value
    do {
        let manager = try makeManager()
        openTasks = manager.openTasks
        handling = try interrupts.handle(for: executor)
        value = try body(manager)
    } catch {
        openTasks?.abandon()
        executor.shutdown(.cancelQueued)
        try handling?.endOrThrow(error)
        throw error
    }
    executor.shutdown(.drain)
    try handling?.endOrThrow()
    return value
}

/// The asynchronous version.
nonisolated(nonsending) private func withManager<Manager: TaskManager, Value>(
    of executor: any Executor, _ interrupts: Interrupts, _ makeManager: @autoclosure () throws -> Manager,
    _ body: nonisolated(nonsending) (Manager) async throws -> Value
) async throws -> Value {
    var handling: (any InterruptHandling)?
    var openTasks: OpenTasks?
    let value: Value
    do {
        let manager = try makeManager()
        openTasks = manager.openTasks
        handling = try interrupts.handle(for: executor)
        value = try await body(manager)
    } catch {
        openTasks?.abandon()
        await executor.shutdown(.cancelQueued)
        try handling?.endOrThrow(error)
        throw error
    }
    await executor.shutdown(.drain)
    try handling?.endOrThrow()
    return value
}
