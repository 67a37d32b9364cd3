/// Something that a backend may leave out.
///
/// ```swift
/// let omissions: [Omission] = [.capability(.taskTimeout, because: "threads cannot be ended")]
/// ```
public enum Capability: String, Sendable, Hashable, CaseIterable {
    /// A task that ends its worker, by whatever means, fails alone: with `workerCrashed` or `workerExited`, whose cause
    /// is a `WorkerFailure`.
    case crashIsolation
    /// Arguments, results and elements are encoded; what cannot be is a typed error of the one task or call.
    case encoding
    /// Functions that capture can be submitted. What they capture is shared with them, or copied; what neither can be
    /// done with is `capturesState`.
    case captures
    /// Executors are `SharingExecutor`s: large values are shared by all tasks.
    case sharing
    /// Workers share the caller's memory: executors are `InProcessExecutor`s, channels `InProcessChannel`s.
    case sharedMemory
    /// `TaskOptions.timeout` ends a running task.
    case taskTimeout
    /// `TaskOptions.queueTimeout` ends a waiting task.
    case queueTimeout
    /// `TaskOptions.retries` run a task again.
    case retries
    /// `Future.cancel(force: true)` ends a running task, and so does `ShutdownMode.kill`.
    case forcedCancel
    /// `ChannelOptions.byteCapacity` bounds a channel.
    case byteCapacity
    /// `ChannelOptions.redelivers` gives back what a dead task had received.
    case redelivery
    /// `ChannelOptions.closesWithSenders` closes a channel with its last sender.
    case closingWithSenders
    /// `select` blocks a thread for several channels, signals and futures at once.
    case select
    /// A channel of capacity 0 hands its elements from sender to receiver.
    case rendezvous
    /// An executor can be made with a limit of waiting tasks.
    case limitedQueue
    /// `TaskOptions.priority` decides which of the waiting tasks start first.
    case priorities
    /// `TaskOptions.seed` comes to the task: `TaskEnvironment.seed`.
    case seeds
    /// `TaskOptions.output` keeps what a task prints.
    case output
    /// `TaskEnvironment.worker` tells the workers apart.
    case workerInfo
    /// Executors are `WorkerExecutor`s.
    case workers
    /// Executors are `MonitoredExecutor`s.
    case statistics
    /// An executor can be made with an initializer that takes arguments, and a finalizer.
    case workerSetup
    /// The calls of executors, futures, channels and signals may be made from several threads of the parent at once.
    case parentThreads
    /// Two executors can be used by the same caller at the same time.
    case severalPools
    /// `TaskOptions.resources` decide where and when a task runs.
    case resources
    /// Workers run on other machines, which may be lost with what they run: ``ConformanceBackend/loseWorkers(of:)``.
    case nodes
    /// The asynchronous twins can be awaited by the parent.
    case asyncTwins
}
