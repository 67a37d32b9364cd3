public import MultitaskingCore
public import MultitaskingSerialization
import MultitaskingSystem

/// A pool of worker processes, in which a task that damages its process doesn't affect any other task.
///
/// ```swift
/// let pool = try ProcessPool(maxWorkers: 2)
/// let future = try pool.submit(findPrimes, 1..<1_000)
/// print(try future.value())
/// pool.shutdown(.drain)
/// ```
///
/// Arguments and results are encoded. Functions are called by their address, and captured values are copied like
/// arguments (`CapturePolicy`). If a captured value can't be copied, `submit` throws `capturesState`. A function with a
/// private argument or result type runs in a fork of this process, if that is safe.
///
/// If a worker dies, only the task that it was running fails, with the code `workerCrashed` or `workerExited` and a
/// `WorkerFailure` as the cause, and the worker is replaced. If this process dies, all of the pool's processes die with
/// it.
///
/// Tasks start in the order of submission. If you release the pool without calling `shutdown(_:)`, it finishes the
/// queued tasks. If the program ends meanwhile, `atExit` applies.
public final class ProcessPool: GradualShutdown, SharingExecutor {
    @usableFromInline let core: PoolCore

    /// The maximum number of workers that run concurrently; see ``resize(to:)``.
    public var maxWorkers: Int { core.arena.workerTarget }

    /// Creates a pool and starts its workers, or as many as `limits` specify. Returns before they are ready.
    ///
    /// - Parameters:
    ///   - maxWorkers: the maximum number of workers, 1...512; nil for one per core that this process may use.
    ///   - startMethod: how the first process of the pool is started.
    ///   - arenaLimit: the maximum number of bytes for arguments, results, and messages; nil for half of the memory
    ///     that this process may use (of the machine or its control group), or less if a limit of the process (`ulimit
    ///     -v`, `-f`) leaves no room for it. In addition, each task takes up to 256 bytes.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
    ///     `TaskOptions.waitForRoom` determines what `submit` does at the limit.
    ///   - compression: whether large payloads are compressed.
    ///   - limits: the resources that workers may use, how long they live, and how many stay when there is little to
    ///     do.
    ///   - captures: what to do with functions that capture values. The default treats a function the same whether or
    ///     not the program has threads.
    ///   - backtraces: whether the backtrace of a crashed worker is stored in the task's error, printed, or both.
    ///   - atExit: what happens if the program ends, by calling `exit` or returning from `main`, while the pool is
    ///     open. `.drain` finishes all submitted tasks; if every task waits without a limit for something that can no
    ///     longer happen, they are killed after a second. `.cancelQueued` finishes running tasks, and `.kill` kills
    ///     them. Interrupted work is logged. Ctrl-C, `_exit` and `abort` end the program and the pool immediately.
    ///   - environment: environment variables for the workers, in addition to those of this process. They are set
    ///     before the initializer runs, but after libraries have read the environment: in a spawned worker before
    ///     `main`, in a forked one before the pool was created.
    ///   - workerNamePrefix: the prefix of the workers' process names, which `ps` and `top` show. A hyphen and the
    ///     worker's index follow; Linux keeps 15 bytes in total.
    ///   - initializer: a function that each worker, including each replacement, runs before its first task. If it
    ///     throws or ends the worker three times in a row, the pool fails.
    ///   - initializerTimeout: how long a worker may take from its start to the end of the initializer; nil for no
    ///     limit. After that, the worker is killed and the attempt counts as failed.
    /// - Throws: `invalidArgument`; `unsafeFork`; `cannotSpawn` if the pool must be spawned but this program, started
    ///   again, doesn't become a supervisor; `nestedTooDeep` if pools are nested too deeply in tasks; `capturesState`
    ///   if the initializer captures something and the pool must be spawned; `systemError` and `permissionDenied` if
    ///   the system refuses memory or processes.
    public convenience init(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
        initializerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer(initializer, timeout: initializerTimeout))
    }

    /// Creates a pool with a wrapped initializer and finalizer, for layers above the pool.
    public init(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker", initializingWith initializer: WorkerInitializer,
        finalizingWith finalizer: WorkerFinalizer = .none
    ) throws {
        let workers = maxWorkers ?? UsableResources.current.cores
        guard (1...ArenaLayout.workerLimit).contains(workers) else {
            throw MultitaskingError(
                .invalidArgument,
                "maxWorkers is \(workers); give a number from 1 to \(ArenaLayout.workerLimit), or nil for one a core")
        }
        if let arenaLimit, arenaLimit < 1 << 20 || arenaLimit > 1 << 40 {
            throw MultitaskingError(
                .invalidArgument,
                "arenaLimit is \(arenaLimit) bytes; give at least 1 MiB (1048576) and at most 1 TiB")
        }
        if let queueLimit, queueLimit < 1 {
            throw MultitaskingError(
                .invalidArgument, "queueLimit is \(queueLimit); give at least 1, or nil for no limit")
        }
        try limits.validate(maxWorkers: workers)
        let setup = PoolWorkers(
            initializer: initializer, finalizer: finalizer, environment: environment, namePrefix: workerNamePrefix)
        try setup.validate()
        PoolCore.endLeftovers()
        core = try PoolCore(
            workers: workers, arenaLimit: arenaLimit, compression: compression, limits: limits,
            captures: captures, backtraces: backtraces, atExit: atExit, queueLimit: queueLimit,
            capacity: Self.capacity(for: workers), finalizer: finalizer)
        if core.finalizers.areWanted {
            let channel = try core.makeChannel(ChannelOptions())
            core.finalizers.expect(from: channel)
            core.arena.header.finalizerChannel.store(channel.reference.rawValue)
        }
        try core.collectLogs()
        try core.supervision.start(startMethod, setup)
        core.beginLogs()
        core.systemKills.begin()
        ExitDrain.add(core)
    }

    /// How many workers the pool can grow to: no more words are needed to say which are idle.
    private static func capacity(for workers: Int) -> Int { (workers + 63) / 64 * 64 }

    deinit { core.drainInBackground() }

    /// Queues a call; see `Executor.submit(_:options:)`.
    @inlinable
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions = .default
    ) throws -> Future<Function.Output> {
        Future(try core.submit(call, options: options))
    }

    /// Creates a channel for all workers, including those that are already running.
    ///
    /// - Throws: `invalidArgument`; `arenaLimitReached`; `shutDown`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try core.makeChannel(options)
    }

    /// Creates a cancel signal for all workers, including those that are already running.
    /// - Throws: `arenaLimitReached`; `shutDown`.
    public func makeCancelSignal() throws -> any CancelSignal { try core.makeCancelSignal() }

    /// Shares an array by copying its elements once, to memory that each worker maps read-only.
    ///
    /// The array uses its own size of memory, however many tasks use it, and doesn't count toward `arenaLimit`.
    /// - Throws: `shutDown`; `arenaLimitReached` if there isn't enough memory; `systemError`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try core.share(array)
    }

    /// Shares a value, which is encoded once, and decoded once by each worker that receives it.
    ///
    /// - Throws: `shutDown`; `encodeFailed`; `arenaLimitReached` if there isn't enough memory; `systemError`.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> MultitaskingCore.Shared<Value> {
        try core.share(value)
    }

    /// Shuts down the pool and blocks until all its processes are gone.
    ///
    /// With `.kill`, running tasks end with `workerCrashed`. In a task of the pool itself, this does nothing, because
    /// only the process that created the pool can end it.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func shutdown(_ mode: ShutdownMode = .drain) {
        // In a copy of this process, nobody would ever submit what waits.
        guard core.belongsToThisProcess else { return }
        DependentsWatch.settle(of: self, mode)
        core.shutdown(mode)
        Self.sharedPool.forget(self)
    }

    /// Shuts down the pool and suspends until all its processes are gone.
    public func shutdown(_ mode: ShutdownMode = .drain) async {
        await withCheckedContinuation { continuation in
            BackgroundThread.run { [self] in
                shutdown(mode)
                continuation.resume()
            }
        }
    }

    /// Always true: processes can be killed.
    public var endsRunningTasks: Bool { true }

    /// Refuses further tasks and returns immediately. Depending on the mode, the processes end with their tasks or are
    /// killed.
    public func beginShutdown(_ mode: ShutdownMode = .drain) {
        guard core.belongsToThisProcess else { return }
        if mode != .drain { Dependents.settle(of: self, mode) }
        core.beginShutdownUnlessOver(mode)
    }

    /// Blocks until all processes of a pool that is shutting down are gone; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool { core.waitUntilShutDown(wait) }

    /// The objects that are currently in the pool's shared memory.
    /// - Complexity: O(*n*) in the size of shared memory in use; intended for tests and diagnosis.
    public var memoryUsage: MemoryUsage { core.memoryUsage }

    /// The process IDs of the current workers, without those that are being replaced.
    public var workerProcessIDs: [Int32] { core.workerProcessIDs }

    /// The process ID of the supervisor, which is the parent of all workers; 0 before it has started.
    public var supervisorProcessID: Int32 { core.supervision.pid }

    /// How this pool's first process was started.
    public var startedBy: StartMethod { core.supervision.method }
}

extension ProcessPool: KnowsItsOwnTasks {
    /// In a copy of the process that made the pool, where nobody submits what waits for results of others.
    package var isInside: Bool { !core.belongsToThisProcess }
}

extension ProcessPool: ChecksSubmissions {
    package func validate(_ options: TaskOptions) throws { try core.validate(options) }
    package func checkUsable() throws { try core.checkUsable() }
}

extension ProcessPool: CustomStringConvertible {
    /// The type and the maximum number of workers.
    public var description: String { "ProcessPool(\(maxWorkers) workers, \(startedBy.rawValue))" }
}
