public import MultitaskingCore
public import MultitaskingSerialization
import MultitaskingSystem

/// A pool of worker processes: what a task does to its process is felt by no other task.
///
/// ```swift
/// let pool = try ProcessPool(maxWorkers: 2)
/// let future = try pool.submit(findPrimes, 1..<1_000)
/// print(try future.value())
/// pool.shutdown(.drain)
/// ```
///
/// Arguments and results are encoded; functions are not: a function is called by its address, and what it captures is
/// copied like its arguments (`CapturePolicy`). Where a captured value cannot be copied, `submit` throws
/// `capturesState`. A function with an argument or result whose type is private runs in a copy of this process forked
/// for that one task, where that is safe.
///
/// A worker that dies fails the one task it was running, with an error of the code `workerCrashed` or `workerExited`
/// whose cause is a `WorkerFailure`, and is replaced. If this process dies, so do all of the pool's.
///
/// Tasks start in the order of submission. Dropping the pool without `shutdown(_:)` lets queued tasks finish,
/// also if the program ends meanwhile, as `atExit` says.
public final class ProcessPool: GradualShutdown, SharingExecutor {
    @usableFromInline let core: PoolCore

    /// How many workers run at most at the same time; see ``resize(to:)``.
    public var maxWorkers: Int { core.arena.workerTarget }

    /// Makes a pool and starts its workers, or as many as `limits` say; returns before they are ready.
    ///
    /// - Parameters:
    ///   - maxWorkers: how many workers, 1...512; nil for one for each core this process may use.
    ///   - startMethod: how the first process of the pool is made.
    ///   - arenaLimit: how many bytes arguments, results and messages may take up at the same time; nil for half of the
    ///     memory that this process may use: the machine's, or its control group's, less where a limit of the process
    ///     (`ulimit -v`, `-f`) leaves no room for so much. Tasks themselves take up to 256 bytes each besides.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit but memory. What `submit`
    ///     does at the limit is said by `TaskOptions.waitForRoom`.
    ///   - compression: whether large payloads are compressed.
    ///   - limits: what the workers may use, how long they serve, and how many are there when there is little to do.
    ///   - captures: what becomes of functions that capture values. Without copies, which must be asked for, the same
    ///     functions work in programs with threads and without.
    ///   - backtraces: whether the stack of a worker that crashes is in the task's error, is printed, or both.
    ///   - atExit: what happens when the program ends, by `exit` or by returning from `main`, while the pool is open.
    ///     `.drain` runs what was submitted, for as long as it goes on: tasks that all wait, without a limit, for what
    ///     nobody can do any more are killed after a second. `.cancelQueued` runs what has started, `.kill` kills that
    ///     as well. What is cut off is logged. Ctrl-C, `_exit` and `abort` end the program and the pool at once.
    ///   - environment: variables that each worker has besides those of this process, set before the initializer runs;
    ///     forked and spawned workers alike. What a library reads before `main`, in a spawned worker, or has read
    ///     before the pool was made, in a forked one, it has read by then.
    ///   - workerNamePrefix: what the names of the workers' processes begin with, as `ps` and `top` show them. A hyphen
    ///     and the number follow; Linux keeps 15 bytes in all.
    ///   - initializer: what each worker runs before its first task, also one that takes the place of another; an error
    ///     it throws, or a worker that ends in it, fails the pool after three tries.
    ///   - initializerTimeout: how long a worker may take from its start to the end of the initializer; then it is
    ///     killed, and the try has failed. Nil for no limit.
    /// - Throws: `invalidArgument`; `unsafeFork`; `cannotSpawn` if the pool must be spawned and this program, started
    ///   anew, does not become a supervisor; `nestedTooDeep` in a task that would make pool after pool; `capturesState`
    ///   if the initializer captures something and the pool must be spawned; `systemError` and `permissionDenied` if
    ///   the system refuses memory or processes.
    public convenience init(
        maxWorkers: Int? = nil, startMethod: StartMethod = .automatic, arenaLimit: Int? = nil, queueLimit: Int? = nil,
        compression: CompressionPolicy = .automatic, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        backtraces: Backtraces = .inError, atExit: ShutdownMode = .drain, environment: [String: String] = [:],
        workerNamePrefix: String = "mt-worker",
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noInitializer,
        initializerTimeout: Duration? = nil
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, startMethod: startMethod, arenaLimit: arenaLimit, queueLimit: queueLimit,
            compression: compression, limits: limits, captures: captures, backtraces: backtraces, atExit: atExit,
            environment: environment, workerNamePrefix: workerNamePrefix,
            initializingWith: WorkerInitializer(initializer, timeout: initializerTimeout))
    }

    /// Makes a pool whose initializer and finalizer were wrapped by the caller, for layers above this one.
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
        try core.supervision.start(startMethod, setup)
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

    /// Makes a channel that all workers can use, also those that run already.
    ///
    /// - Throws: `invalidArgument`; `arenaLimitReached`; `shutDown`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try core.makeChannel(options)
    }

    /// Makes a cancel signal that all workers can use, also those that run already.
    /// - Throws: `arenaLimitReached`; `shutDown`.
    public func makeCancelSignal() throws -> any CancelSignal { try core.makeCancelSignal() }

    /// Shares an array: its elements are copied once, to memory that each worker maps for reading.
    ///
    /// It takes its own size of memory, which `arenaLimit` does not count, however many tasks use it.
    /// - Throws: `shutDown`; `arenaLimitReached` if it is more than there is memory; `systemError`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try core.share(array)
    }

    /// Shares a value: it is encoded once, and decoded once by each worker that is given it.
    ///
    /// - Throws: `shutDown`; `encodeFailed`; `arenaLimitReached` if it is more than there is memory; `systemError`.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> MultitaskingCore.Shared<Value> {
        try core.share(value)
    }

    /// Ends the pool and blocks until all its processes are gone.
    ///
    /// With `.kill`, running tasks end with `workerCrashed`. In a task of the pool itself this does nothing: only the
    /// process that made the pool can end it.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func shutdown(_ mode: ShutdownMode = .drain) {
        Dependents.settle(of: self, mode)
        core.shutdown(mode)
        if core.belongsToThisProcess { Self.sharedPool.forget(self) }
    }

    /// Ends the pool and suspends, instead of blocking, until all its processes are gone.
    public func shutdown(_ mode: ShutdownMode = .drain) async {
        await withCheckedContinuation { continuation in
            BackgroundThread.run { [self] in
                shutdown(mode)
                continuation.resume()
            }
        }
    }

    /// Processes can be killed.
    public var endsRunningTasks: Bool { true }

    /// Refuses further tasks and returns at once; the processes end when their tasks have, or are killed.
    public func beginShutdown(_ mode: ShutdownMode = .drain) { core.beginShutdownIfOwn(mode) }

    /// Blocks until all processes are gone, after the pool was told to end; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool { core.waitUntilShutDown(wait) }

    /// What the pool's shared memory holds at the moment.
    /// - Complexity: O(shared memory in use); meant for tests and diagnosis.
    public var memoryUsage: MemoryUsage { core.memoryUsage }

    /// The process ids of the workers that run now, without those that are being replaced.
    public var workerProcessIDs: [Int32] { core.workerProcessIDs }

    /// The process id of the supervisor, the parent of all workers; 0 before it has started.
    public var supervisorProcessID: Int32 { core.supervision.pid }

    /// How this pool's first process was made.
    public var startedBy: StartMethod { core.supervision.method }
}

extension ProcessPool: CustomStringConvertible {
    /// What it is, and how many workers it has at most.
    public var description: String { "ProcessPool(\(maxWorkers) workers, \(startedBy.rawValue))" }
}
