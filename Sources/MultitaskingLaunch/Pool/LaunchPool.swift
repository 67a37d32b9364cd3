public import MultitaskingCore
internal import MultitaskingSystem
internal import RemoteWorkers

/// A pool whose workers are started by a command, on this machine or on others.
///
/// ```swift
/// let pool = try LaunchPool(command: ["ssh", "{host}"], hosts: ["node1", "node2"], maxWorkers: 16)
/// let primes = try pool.submit(findPrimes, 1..<1_000_000).value()
/// pool.shutdown(.drain)
/// ```
/// ``LaunchHosts`` explains the command. The workers run the same functions as a process pool, in the same executable,
/// which must be installed on the hosts. The workers and this machine exchange all data through the standard input and
/// output of the commands, so a task costs a round trip of that connection.
///
/// **Guarantees.** By default, a task runs *at most once*: if its worker is lost, because its command ends or its
/// connection breaks, it ends with `workerLost`, and it's unknown whether it ran completely, partly, or not at all.
/// With retries of `.onLoss(n)`, it runs *at least once*, possibly more often. If a task ends its own process, only
/// that task fails, with `workerCrashed` or `workerExited`, and `WorkerFailure.node` names the host. The command is
/// started again for the next task, after pauses that grow while it fails; a task that no host takes ends with
/// `clusterUnreachable`, and hasn't run. Time limits and forced cancellations are enforced on the task's host,
/// independently of this machine's clock and network. Channels and signals are kept on this machine. Reading a signal
/// costs one load, but every other call in a task takes a round trip: prefer batches (`send(contentsOf:)`,
/// `receive(upTo:)`) and asynchronous calls.
public final class LaunchPool: GradualShutdown {
    let core: RemotePool

    /// The hosts on which the workers are.
    public let hosts: LaunchHosts

    /// The maximum number of tasks that run concurrently, which is also the maximum number of workers.
    public var maxWorkers: Int { core.maxWorkers }

    /// Starts a worker on each host and creates a pool. Blocks until both are done.
    ///
    /// - Parameters:
    ///   - command: the command that starts a worker, and its arguments; see ``LaunchHosts``.
    ///   - hosts: the names that replace `{host}`; none if the command doesn't need any.
    ///   - maxWorkers: the maximum number of tasks that run concurrently, from 1 to 100,000.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
    ///   - options: options for starting workers and for running tasks.
    ///   - setup: the calls that each process makes before its first task, and before it exits.
    /// - Throws: `invalidArgument`; `clusterUnreachable`; `capturesState` and `encodeFailed` of the setup.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous LaunchPool.connect")
    public convenience init(
        command: [String], hosts: [String] = [], maxWorkers: Int, queueLimit: Int? = nil,
        options: LaunchOptions = LaunchOptions(), setup: LaunchSetup = LaunchSetup()
    ) throws {
        try RemotePool.validate(maxWorkers, queueLimit)
        try setup.validate()
        let hosts = try LaunchHosts(command: command, hosts: hosts, options: options)
        try self.init(hosts, maxWorkers, queueLimit, setup, ownsHosts: true)
    }

    /// Creates a pool on connected hosts. Blocks until that is done.
    ///
    /// - Parameters:
    ///   - hosts: the connection, which stays open when the pool ends.
    ///   - maxWorkers: the maximum number of tasks that run concurrently, from 1 to 100,000.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
    ///   - setup: what each process runs before its first task, and before it exits.
    /// - Throws: `invalidArgument`; `shutDown` if the connection was closed; `clusterLost`; `clusterUnreachable`;
    ///   `capturesState` and `encodeFailed` of the setup.
    @available(*, noasync, message: "this blocks the thread; await LaunchPool.make(on:maxWorkers:queueLimit:)")
    public convenience init(
        on hosts: LaunchHosts, maxWorkers: Int, queueLimit: Int? = nil, setup: LaunchSetup = LaunchSetup()
    ) throws {
        try RemotePool.validate(maxWorkers, queueLimit)
        try self.init(hosts, maxWorkers, queueLimit, setup, ownsHosts: false)
    }

    /// Starts a worker on each host and creates a pool, suspending where the blocking initializer blocks.
    public static func connect(
        command: [String], hosts: [String] = [], maxWorkers: Int, queueLimit: Int? = nil,
        options: LaunchOptions = LaunchOptions(), setup: LaunchSetup = LaunchSetup()
    ) async throws -> LaunchPool {
        try await awaitBlocking {
            Result {
                try LaunchPool(
                    command: command, hosts: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, options: options,
                    setup: setup)
            }
        }.get()
    }

    /// Creates a pool on connected hosts, suspending where the blocking initializer blocks.
    public static func make(
        on hosts: LaunchHosts, maxWorkers: Int, queueLimit: Int? = nil, setup: LaunchSetup = LaunchSetup()
    ) async throws -> LaunchPool {
        try await awaitBlocking {
            Result { try LaunchPool(on: hosts, maxWorkers: maxWorkers, queueLimit: queueLimit, setup: setup) }
        }.get()
    }

    @available(*, noasync)
    private init(
        _ hosts: LaunchHosts, _ maxWorkers: Int, _ queueLimit: Int?, _ setup: LaunchSetup, ownsHosts: Bool
    ) throws {
        self.hosts = hosts
        core = try RemotePool.begin(
            on: hosts.connection, hosts.options.poolOptions, maxWorkers: maxWorkers, queueLimit: queueLimit,
            setup.calls, ownsCluster: ownsHosts)
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

    /// Shuts down the pool and blocks until nothing remains of it on this machine. Workers on other hosts end when
    /// their commands do.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func shutdown(_ mode: ShutdownMode) {
        DependentsWatch.settle(of: self, mode)
        beginShutdown(mode)
        _ = waitUntilShutDown(.forever)
    }

    /// Always true: running tasks end with their workers.
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

extension LaunchPool: ChecksSubmissions {
    package func validate(_ options: TaskOptions) throws { try core.validate(options) }
    package func checkUsable() throws { try core.checkUsable() }
}
