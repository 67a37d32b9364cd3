// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore
public import MultitaskingProcesses
public import MultitaskingSessions

// Calls that cannot work, so that the compiler says in a sentence what to write instead.

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Value>(
    _ maxWorkers: Int?, _ body: (TaskManager) throws -> Value
) throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    _ maxWorkers: Int?, _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
@_disfavoredOverload
@discardableResult
public func withProcessPoolExecutor<Value>(
    _ maxWorkers: Int?, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled, _ body: (TaskManager) throws -> Value
) throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
nonisolated(nonsending) public func withProcessPoolExecutor<Value>(
    _ maxWorkers: Int?, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
    limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, backtraces: Backtraces = .inError,
    atExit: ShutdownMode = .drain, environment: [String: String] = [:], workerNamePrefix: String = "mt-worker",
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (TaskManager) async throws -> Value
) async throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
@_disfavoredOverload
@discardableResult
public func withThreadPoolExecutor<Value>(
    _ maxWorkers: Int?, _ body: (ThreadTaskManager) throws -> Value
) throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
nonisolated(nonsending) public func withThreadPoolExecutor<Value>(
    _ maxWorkers: Int?, _ body: nonisolated(nonsending) (ThreadTaskManager) async throws -> Value
) async throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
@_disfavoredOverload
@discardableResult
public func withThreadPoolExecutor<Value>(
    _ maxWorkers: Int?, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled, _ body: (ThreadTaskManager) throws -> Value
) throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}

/// A call that omits the label `maxWorkers:`.
///
/// Without this overload, the compiler doesn't say what is wrong.
@available(*, unavailable, message: "write maxWorkers: before the number of workers")
nonisolated(nonsending) public func withThreadPoolExecutor<Value>(
    _ maxWorkers: Int?, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
    globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
    globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
    globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled,
    _ body: nonisolated(nonsending) (ThreadTaskManager) async throws -> Value
) async throws -> Value {
    throw MultitaskingError(.invalidArgument, "the number of workers has no label")
}
