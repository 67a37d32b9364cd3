internal import MultitaskingCore
internal import MultitaskingProcesses
internal import MultitaskingThreads

// The pools of the `with…Executor` functions.

/// Makes a pool of processes. The initializer is wrapped by the caller: wrapped once more, it would capture and could
/// not be sent.
func makePool(
    _ maxWorkers: Int?, _ startMethod: StartMethod, _ arenaLimit: Int?, _ queueLimit: Int?, _ limits: WorkerLimits,
    _ captures: CapturePolicy, _ backtraces: Backtraces, _ atExit: ShutdownMode, _ environment: [String: String],
    _ workerNamePrefix: String, _ initializer: WorkerInitializer, _ finalizer: WorkerFinalizer
) throws -> ProcessPool {
    try validate(maxWorkers: maxWorkers)
    return try ProcessPool(
        maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
        limits: limits, captures: captures, backtraces: backtraces, atExit: atExit, environment: environment,
        workerNamePrefix: workerNamePrefix, initializingWith: initializer, finalizingWith: finalizer)
}

/// Makes a pool of threads.
func makePool<Output: Sendable>(
    _ maxWorkers: Int?, _ threadNamePrefix: String, _ queueLimit: Int?, _ atExit: ShutdownMode,
    _ initializer: @escaping @Sendable () throws -> Void, _ finalizer: @escaping @Sendable () throws -> Output
) throws -> ThreadPool {
    try validate(maxWorkers: maxWorkers)
    return try ThreadPool(
        maxWorkers: maxWorkers, threadNamePrefix: threadNamePrefix, queueLimit: queueLimit, atExit: atExit,
        initializer: initializer, finalizer: finalizer)
}

private func validate(maxWorkers: Int?) throws {
    guard let maxWorkers, maxWorkers < 1 else { return }
    throw MultitaskingError(
        .invalidArgument, "maxWorkers is \(maxWorkers), but must be at least 1; pass nil for the default")
}
