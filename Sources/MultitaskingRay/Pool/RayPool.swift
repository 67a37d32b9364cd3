public import MultitaskingCore
internal import RemoteWorkers

/// A pool whose workers are processes on the nodes of a Ray cluster.
///
/// ```swift
/// let pool = try RayPool(address: "10.0.0.1:6379", maxWorkers: 64)
/// let primes = try pool.submit(findPrimes, 1..<1_000_000).value()
/// pool.shutdown(.drain)
/// ```
/// The same functions run there as in a pool of processes, in the same executable, which Ray sends to the nodes. A task
/// costs a round trip of some milliseconds, so it should take many of them.
///
/// **What is promised.** A task runs *at most once* by default: if its worker is lost with its machine, it ends with
/// `workerLost`, and nobody knows whether it has run: not, in part or to its end. With retries of `.onLoss(n)` it runs
/// *at least once*, perhaps more often. A task that ends its own process fails alone, with `workerCrashed` or
/// `workerExited`, and `WorkerFailure.node` says where. If the driver or the cluster's head is gone, all tasks that
/// have not ended fail with `clusterLost`.
///
/// Time limits and forced cancels are carried out on the task's node, so no clock and no link of this machine takes
/// part. Channels and signals are kept by an actor on this machine; each call of theirs is a round trip, but for
/// looking at a signal, which is a load: prefer batches (`send(contentsOf:)`, `receive(upTo:)`), and the asynchronous
/// twins.
public final class RayPool: GradualShutdown {
    let core: RayPoolCore
    /// Whether the connection was made for this pool alone.
    private let ownsCluster: Bool

    /// The connection to the cluster.
    public var cluster: RayCluster { core.cluster }

    /// How many tasks run at most at the same time. The cluster may have room for fewer at the moment.
    public var maxWorkers: Int { core.maxWorkers }

    /// Connects to a cluster and makes a pool; blocks until both are done.
    ///
    /// - Parameters:
    ///   - address: host and port of the cluster's head; nil starts a Ray on this machine, which ends with the pool.
    ///   - maxWorkers: how many tasks run at most at the same time, from 1 to 100,000.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit but memory.
    ///   - options: how the cluster is reached, and how tasks are run.
    ///   - setup: what each process runs before its first task, and before it leaves.
    /// - Throws: `invalidArgument`; `clusterUnreachable`; `capturesState` and `encodeFailed` of the setup.
    @available(*, noasync, message: "this blocks the thread; await RayPool.connect(to:maxWorkers:queueLimit:options:)")
    public convenience init(
        address: String?, maxWorkers: Int, queueLimit: Int? = nil, options: RayOptions = RayOptions(),
        setup: RaySetup = RaySetup()
    ) throws {
        try Self.validate(maxWorkers, queueLimit)
        try setup.validate()
        let cluster = try RayCluster(address: address, options: options)
        try self.init(cluster, maxWorkers, queueLimit, setup, ownsCluster: true)
    }

    /// Makes a pool on a cluster that is reached already; blocks until that is done.
    ///
    /// - Parameters:
    ///   - cluster: the connection, which stays open after the pool's end.
    ///   - maxWorkers: how many tasks run at most at the same time, from 1 to 100,000.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit but memory.
    ///   - setup: what each process runs before its first task, and before it leaves.
    /// - Throws: `invalidArgument`; `clusterLost`; `clusterUnreachable`; `capturesState` and `encodeFailed` of the setup.
    @available(*, noasync, message: "this blocks the thread; await RayPool.make(on:maxWorkers:queueLimit:)")
    public convenience init(
        on cluster: RayCluster, maxWorkers: Int, queueLimit: Int? = nil, setup: RaySetup = RaySetup()
    ) throws {
        try Self.validate(maxWorkers, queueLimit)
        try self.init(cluster, maxWorkers, queueLimit, setup, ownsCluster: false)
    }

    /// Connects to a cluster and makes a pool, and suspends until both are done; otherwise as the blocking initializer.
    public static func connect(
        to address: String?, maxWorkers: Int, queueLimit: Int? = nil, options: RayOptions = RayOptions(),
        setup: RaySetup = RaySetup()
    ) async throws -> RayPool {
        try await awaitBlocking {
            Result {
                try RayPool(
                    address: address, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options, setup: setup)
            }
        }.get()
    }

    /// Makes a pool on a cluster, and suspends until that is done; otherwise as the blocking initializer.
    public static func make(
        on cluster: RayCluster, maxWorkers: Int, queueLimit: Int? = nil, setup: RaySetup = RaySetup()
    ) async throws -> RayPool {
        try await awaitBlocking {
            Result { try RayPool(on: cluster, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup) }
        }.get()
    }

    @available(*, noasync)
    private init(
        _ cluster: RayCluster, _ maxWorkers: Int, _ queueLimit: Int?, _ setup: RaySetup, ownsCluster: Bool
    ) throws {
        self.ownsCluster = ownsCluster
        core = try cluster.add {
            RayPoolCore(cluster, number: $0, maxWorkers: maxWorkers, queueLimit: queueLimit, setup)
        }
        do { try core.begin() } catch {
            if ownsCluster { cluster.close() }
            throw error
        }
    }

    deinit {
        core.beginShutdown(.drain)
        guard ownsCluster else { return }
        let core = core
        let body: @Sendable () -> Void = {
            _ = core.waitUntilEnded(.forever)
            core.cluster.close()
        }
        if startDetachedThread(body) != 0 { body() }
    }

    private static let workerLimit = 100_000

    static func validate(_ maxWorkers: Int, _ queueLimit: Int?) throws {
        guard (1...workerLimit).contains(maxWorkers) else {
            throw MultitaskingError(
                .invalidArgument, "maxWorkers is \(maxWorkers); give a number from 1 to \(workerLimit)")
        }
        if let queueLimit, queueLimit < 1 {
            throw MultitaskingError(
                .invalidArgument, "queueLimit is \(queueLimit); give at least 1, or nil for no limit")
        }
    }

    /// The processes that run tasks, for tests that end them.
    package var processes: [Int32] { core.processes }

    // MARK: Executor

    /// What of a task's options the pool keeps: everything.
    private static let capabilities: TaskCapabilities = [
        .timeout, .queueTimeout, .crashRetries, .errorRetries, .lossRetries, .resources, .priorities, .seeds, .output,
    ]

    /// Queues a call; see the overloads for the usual spellings.
    ///
    /// By default the task runs **at most once**; with retries of `.onLoss` it runs **at least once**.
    /// - Throws: `shutDown`; `capturesState`; `encodeFailed`; `timedOut` if there was no room in time; `clusterLost`.
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        try options.validate(for: Self.capabilities)
        try core.checkUsable()
        let encoded = try OutgoingCall.encode(call, captures: core.options.captures, core.hub.shares)
        guard core.room.take(options.waitForRoom) else {
            try core.checkUsable()
            throw MultitaskingError(
                .timedOut,
                "the pool's queue is full, and no task has left it in time: wait longer (`waitForRoom`), or make the "
                    + "pool with a larger queueLimit")
        }
        let task = RayTask<Function>(encoded, options, companion: Function.companion(of: call.arguments), core)
        do { try core.add(task) } catch {
            core.room.give()
            throw error
        }
        task.startTimer()
        return Future(task)
    }

    /// Makes a channel, without a round trip.
    ///
    /// - Throws: `invalidArgument` for a bound out of range; `shutDown`; `clusterLost`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try options.validate()
        return RemoteChannel.make(options, try core.makeObject(), at: core.hub)
    }

    /// Makes a cancel signal, without a round trip.
    ///
    /// - Throws: `shutDown`; `clusterLost`.
    public func makeCancelSignal() throws -> any CancelSignal {
        RemoteSignal.make(try core.makeObject(), at: core.hub)
    }

    /// Ends the pool and blocks until nothing of it is left, here and on the nodes.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func shutdown(_ mode: ShutdownMode) {
        settleDependents(mode)
        beginShutdown(mode)
        _ = waitUntilShutDown(.forever)
    }

    /// Tasks that run are ended with their Ray workers.
    public var endsRunningTasks: Bool { true }

    /// Refuses further tasks, and begins to end.
    public func beginShutdown(_ mode: ShutdownMode) { core.beginShutdown(mode) }

    /// Blocks until the pool has ended; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        guard core.waitUntilEnded(wait) else { return false }
        if ownsCluster { cluster.close() }
        return true
    }
}
