/// A capability that a backend may lack.
///
/// ```swift
/// let omissions: [Omission] = [.capability(.taskTimeout, because: "threads cannot be ended")]
/// ```
public enum Capability: String, Sendable, Hashable, CaseIterable {
    /// If a task ends its worker, by whatever means, only that task fails, with `workerCrashed` or `workerExited` and a
    /// `WorkerFailure` as the cause.
    case crashIsolation
    /// Arguments, results, and elements are encoded. A value that can't be encoded causes a typed error of that task or
    /// call.
    case encoding
    /// Functions with captured values can be submitted. Captured values are shared or copied; if neither is possible,
    /// `submit` throws `capturesState`.
    case captures
    /// Executors are `SharingExecutor`s, so that tasks can share large values.
    case sharing
    /// Workers share the caller's memory. Executors are `InProcessExecutor`s, and channels are `InProcessChannel`s.
    case sharedMemory
    /// `TaskOptions.timeout` ends a running task.
    case taskTimeout
    /// `TaskOptions.queueTimeout` ends a queued task.
    case queueTimeout
    /// `TaskOptions.retries` retries a failed task.
    case retries
    /// `Future.cancel(force: true)` and `ShutdownMode.kill` end a running task.
    case forcedCancel
    /// `ChannelOptions.byteCapacity` limits a channel.
    case byteCapacity
    /// `ChannelOptions.redelivers` returns elements that a dead task had received.
    case redelivery
    /// `ChannelOptions.closesWithSenders` closes a channel with its last sender.
    case closingWithSenders
    /// `select` blocks a thread for several channels, signals and futures at once.
    case select
    /// A channel with a capacity of 0 passes elements directly from a sender to a receiver.
    case rendezvous
    /// An executor can limit the number of queued tasks.
    case limitedQueue
    /// `TaskOptions.priority` determines which queued tasks start first.
    case priorities
    /// `TaskOptions.seed` is passed to the task as `TaskEnvironment.seed`.
    case seeds
    /// `TaskOptions.output` captures a task's output.
    case output
    /// `TaskOptions.output` puts the task's name before each line that it prints.
    case prefixedOutput
    /// The parent sees the progress that tasks report: `TaskEnvironment.report`, `Future.progress`.
    case reports
    /// `TaskEnvironment.worker` identifies the worker.
    case workerInfo
    /// Executors are `WorkerExecutor`s.
    case workers
    /// Executors are `MonitoredExecutor`s.
    case statistics
    /// An executor can have an initializer that takes arguments, and a finalizer.
    case workerSetup
    /// Several threads of the parent can use executors, futures, channels, and signals concurrently.
    case parentThreads
    /// A caller can use two executors at the same time.
    case severalPools
    /// `TaskOptions.resources` determines where and when a task runs.
    case resources
    /// Workers run on other machines, which may be lost together with their tasks; see
    /// ``ConformanceBackend/loseWorkers(of:)``.
    case nodes
    /// The parent can await asynchronous calls.
    case asyncTwins
}
