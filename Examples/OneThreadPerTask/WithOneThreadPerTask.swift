public import MultitaskingSessions

/// Makes a pool that gives each task a thread of its own for the time of `body`; see `withExecutor`.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func withOneThreadPerTask<Value>(
    maxWorkers: Int, globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: (ThreadTaskManager) throws -> Value
) throws -> Value {
    try withExecutor(
        inProcess: try OneThreadPerTask(maxWorkers: maxWorkers), globals: globals, interrupts: interrupts, body)
}

/// Suspends where the blocking function of the same name blocks.
nonisolated(nonsending) public func withOneThreadPerTask<Value>(
    maxWorkers: Int, globals: QueueSettings = .none, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (ThreadTaskManager) async throws -> Value
) async throws -> Value {
    try await withExecutor(
        inProcess: try OneThreadPerTask(maxWorkers: maxWorkers), globals: globals, interrupts: interrupts, body)
}
