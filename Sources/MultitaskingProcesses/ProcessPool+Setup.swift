public import MultitaskingCore
public import MultitaskingSerialization

// The initializers of a pool whose workers run something with arguments first, or anything last. They differ in the
// shapes of both functions alone.

extension ProcessPool {
    /// Makes a pool whose workers run a finalizer before they leave.
    ///
    /// - Parameters:
    ///   - finalizer: what each worker runs before it leaves: at the end of the pool, unless that is killed, and when
    ///     it is replaced or there are to be fewer. See ``finalizerResults(as:)``.
    ///   - finalizerTimeout: how long it may take; then the worker is ended by force, and its result is missing. Nil
    ///     for no limit.
    /// - Throws: as the initializer without a finalizer does.
    public convenience init(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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

    /// Makes a pool whose workers run a finalizer that returns something before they leave.
    ///
    /// - Throws: as the initializer without a finalizer does.
    public convenience init<Output: Portable>(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
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

    /// Makes a pool whose initializer takes arguments: `ProcessPool(maxWorkers: 4, initializer: connect, "db://…")`.
    ///
    /// - Parameters:
    ///   - initializer: what each worker runs before its first task, with the arguments.
    ///   - arguments: one for each parameter of `initializer`; encoded once, and decoded in every worker.
    /// - Throws: `encodeFailed` for an argument that cannot be encoded; else as the initializer without arguments does.
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

    /// Makes a pool whose initializer takes arguments, and whose workers run a finalizer.
    ///
    /// - Throws: as the other initializers do.
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

    /// Makes a pool whose initializer takes arguments, and whose workers run a finalizer.
    ///
    /// - Throws: as the other initializers do.
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
