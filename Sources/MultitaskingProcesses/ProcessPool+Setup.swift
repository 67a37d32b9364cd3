public import MultitaskingCore
public import MultitaskingSerialization

// The initializers of a pool whose workers run something with arguments first, or anything last. They differ in the
// shapes of both functions alone.

extension ProcessPool {
    /// Creates a pool whose workers run a finalizer before they exit.
    ///
    /// - Parameters:
    ///   - finalizer: a function that each worker runs before it exits: at the end of the pool, unless the pool is
    ///     killed, and when the worker is replaced or surplus. See ``finalizerResults(as:)``.
    ///   - finalizerTimeout: how long the finalizer may take; nil for no limit. After that, the worker is ended by
    ///     force and has no result.
    /// - Throws: whatever the initializer without a finalizer throws.
    public convenience init(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
        initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
        finalizerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer(initializer, timeout: initializerTimeout),
            finalizingWith: WorkerFinalizer(finalizer, timeout: finalizerTimeout))
    }

    /// Creates a pool whose workers run a finalizer that returns a value before they exit.
    ///
    /// - Throws: whatever the initializer without a finalizer throws.
    public convenience init<Output: Portable>(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
        initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
        finalizerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer(initializer, timeout: initializerTimeout),
            finalizingWith: WorkerFinalizer(finalizer, timeout: finalizerTimeout))
    }

    /// Creates a pool whose initializer takes arguments: `ProcessPool(maxWorkers: 4, initializer: connect, "db://…")`.
    ///
    /// - Parameters:
    ///   - initializer: a function that each worker runs before its first task, with the arguments.
    ///   - arguments: one argument for each parameter of `initializer`; encoded once, and decoded in every worker.
    /// - Throws: `encodeFailed` if an argument can't be encoded; whatever the initializer without arguments throws.
    public convenience init<each Argument: Portable>(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout)
        )
    }

    /// Creates a pool whose initializer takes arguments, and whose workers run a finalizer.
    ///
    /// - Throws: whatever the other initializers throw.
    public convenience init<each Argument: Portable>(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
        finalizerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer.calling(
                initializer, repeat each arguments, timeout: initializerTimeout),
            finalizingWith: WorkerFinalizer(finalizer, timeout: finalizerTimeout))
    }

    /// Creates a pool whose initializer takes arguments, and whose workers run a finalizer.
    ///
    /// - Throws: whatever the other initializers throw.
    public convenience init<each Argument: Portable, Output: Portable>(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
        finalizerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer.calling(
                initializer, repeat each arguments, timeout: initializerTimeout),
            finalizingWith: WorkerFinalizer(finalizer, timeout: finalizerTimeout))
    }
}
