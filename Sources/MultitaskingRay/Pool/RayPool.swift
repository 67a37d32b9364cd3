public import MultitaskingCore
internal import MultitaskingSystem
internal import RemoteWorkers

/// A pool whose workers are processes on the nodes of a Ray cluster.
///
/// ```swift
/// let pool = try RayPool(address: "10.0.0.1:6379", maxWorkers: 64)
/// let primes = try pool.submit(findPrimes, 1..<1_000_000).value()
/// pool.shutdown(.drain)
/// ```
/// The workers run the same functions as a process pool, in the same executable, which Ray sends to the nodes. A task
/// costs a round trip of a few milliseconds, so it should do much more work than that.
///
/// **Guarantees.** By default, a task runs *at most once*: if its worker is lost with its machine, it ends with
/// `workerLost`, and it's unknown whether it ran completely, partly, or not at all. With retries of `.onLoss(n)`, it
/// runs *at least once*, possibly more often. If a task ends its own process, only that task fails, with
/// `workerCrashed` or `workerExited`, and `WorkerFailure.node` names the machine. If the driver or the cluster's head
/// is lost, all unfinished tasks fail with `clusterLost`. Time limits and forced cancellations are enforced on the
/// task's node, independently of this machine's clock and network. An actor on this machine keeps channels and signals.
/// Reading a signal costs one load, but every other call takes a round trip: prefer batches (`send(contentsOf:)`,
/// `receive(upTo:)`) and asynchronous calls.
public final class RayPool: GradualShutdown {
    let core: RemotePool

    /// The connection to the cluster.
    public let cluster: RayCluster

    /// The maximum number of tasks that run concurrently. The cluster may currently have room for fewer.
    public var maxWorkers: Int { core.maxWorkers }

    /// Connects to a cluster and creates a pool. Blocks until both are done.
    ///
    /// - Parameters:
    ///   - address: the host and port of the cluster's head; nil starts a Ray instance on this machine, which ends with
    ///     the pool.
    ///   - maxWorkers: the maximum number of tasks that run concurrently, from 1 to 100,000.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
    ///   - options: options for the connection and for running tasks.
    ///   - setup: the calls that each process makes before its first task, and before it exits.
    /// - Throws: `invalidArgument`; `clusterUnreachable`; `capturesState` and `encodeFailed` of the setup.
    @available(*, noasync, message: "this blocks the thread; await RayPool.connect(to:maxWorkers:queueLimit:options:)")
    public convenience init(
        address: String?, maxWorkers: Int, queueLimit: Int? = nil, options: RayOptions = RayOptions(),
        setup: RaySetup = RaySetup()
    ) throws {
        try RemotePool.validate(maxWorkers, queueLimit)
        try setup.validate()
        let cluster = try RayCluster(address: address, options: options)
        try self.init(cluster, maxWorkers, queueLimit, setup, ownsCluster: true)
    }

    /// Creates a pool on a connected cluster. Blocks until that is done.
    ///
    /// - Parameters:
    ///   - cluster: the connection, which stays open when the pool ends.
    ///   - maxWorkers: the maximum number of tasks that run concurrently, from 1 to 100,000.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
    ///   - setup: what each process runs before its first task, and before it exits.
    /// - Throws: `invalidArgument`; `shutDown` if the connection was closed; `clusterLost`; `clusterUnreachable`;
    ///   `capturesState` and `encodeFailed` of the setup.
    @available(*, noasync, message: "this blocks the thread; await RayPool.make(on:maxWorkers:queueLimit:)")
    public convenience init(
        on cluster: RayCluster, maxWorkers: Int, queueLimit: Int? = nil, setup: RaySetup = RaySetup()
    ) throws {
        try RemotePool.validate(maxWorkers, queueLimit)
        try self.init(cluster, maxWorkers, queueLimit, setup, ownsCluster: false)
    }

    /// Connects to a cluster and creates a pool, suspending where the blocking initializer blocks.
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

    /// Creates a pool on a connected cluster, suspending where the blocking initializer blocks.
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
        self.cluster = cluster
        core = try RemotePool.begin(
            on: cluster.connection, cluster.options.poolOptions, maxWorkers: maxWorkers, queueLimit: queueLimit,
            setup.calls, ownsCluster: ownsCluster)
    }

    deinit { core.abandon() }

    /// The processes that run tasks, for tests that end them.
    package var processes: [Int32] { core.processes }

    // MARK: Executor

    /// Queues a call; the overloads offer more convenient forms.
    ///
    /// By default, the task runs **at most once**; with retries of `.onLoss`, it runs **at least once**.
    /// - Throws: `shutDown`; `capturesState`; `encodeFailed`; `timedOut` if no room becomes free in time;
    ///   `clusterLost`.
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> { try core.submit(call, options) }

    /// Creates a channel, without a round trip.
    ///
    /// - Throws: `invalidArgument` for an option that is out of range or unsupported; `shutDown`; `clusterLost`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel { try core.makeChannel(options) }

    /// Creates a cancel signal, without a round trip.
    ///
    /// - Throws: `shutDown`; `clusterLost`.
    public func makeCancelSignal() throws -> any CancelSignal { try core.makeCancelSignal() }

    /// Shuts down the pool and blocks until nothing remains of it, on this machine or on the nodes.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func shutdown(_ mode: ShutdownMode) {
        DependentsWatch.settle(of: self, mode)
        beginShutdown(mode)
        _ = waitUntilShutDown(.forever)
    }

    /// Always true: running tasks end with their Ray workers.
    public var endsRunningTasks: Bool { true }

    /// Refuses further tasks and begins the shutdown.
    public func beginShutdown(_ mode: ShutdownMode) {
        if mode != .drain { settleDependents(mode) }
        core.beginShutdown(mode)
    }

    /// Blocks until the pool has ended; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool { core.waitUntilEnded(wait) }
}

extension RayPool: ChecksSubmissions {
    package func validate(_ options: TaskOptions) throws { try core.validate(options) }
    package func checkUsable() throws { try core.checkUsable() }
}

extension RayPool: CustomStringConvertible {
    /// The type and the maximum number of workers.
    public var description: String { "RayPool(\(maxWorkers) workers)" }
}
