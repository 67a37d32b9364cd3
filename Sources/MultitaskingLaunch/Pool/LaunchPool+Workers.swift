public import MultitaskingCore
internal import RemoteWorkers

extension LaunchPool: WorkerExecutor {
    /// Makes a call once for each worker, and in every process before its next task.
    ///
    /// A worker is one of `maxWorkers` places, each of which runs one task at a time, in whichever process is free. The
    /// call is made once for each place, before the next task there. A process that hasn't made the call, because it
    /// was at another place or started later, makes it before its next task; so a process that serves several places
    /// may make it more than once, and one whose place's future was cancelled still makes it. This takes a round trip.
    ///
    /// - Returns: a future for each place, in the order of their numbers.
    /// - Throws: whatever `submit` throws; `arenaLimitReached` after 1,024 calls, because each call is kept as long as
    ///   the pool exists.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] { try core.everywhere(call) }

    /// Changes the maximum number of concurrent tasks. Returns immediately.
    ///
    /// - Parameter count: the number of tasks, from 1 to 100,000.
    /// - Throws: `invalidArgument`; `shutDown`; `clusterLost`.
    public func resize(to count: Int) throws {
        try core.resize(to: count)
    }

    /// Returns what the finalizers of the ended processes returned or threw, in the order in which they ended. They are
    /// complete after the shutdown. There may be more of them than workers, or fewer.
    ///
    /// - Throws: `wrongType`, naming both types, if the finalizer returns something else.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try core.finalizerResults.typed() }
}

extension LaunchPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers are doing, as far as this machine knows.
    ///
    /// The node of a task measures the times of decoding, running, and encoding. A task counts as running once its node
    /// reports that, which for a task of a few milliseconds is at its end. The time in the queue ends when the task is
    /// passed to a worker. A worker shows the process and the node of its last task.
    public var statistics: PoolStatistics { core.statistics }
}

extension LaunchPool: CrashRemembering {
    /// The most recent crashes, the oldest first.
    public var recentCrashes: [RecentCrash] { core.recentCrashes }
}
