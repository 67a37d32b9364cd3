public import MultitaskingCore

extension RayPool: WorkerExecutor {
    /// Makes a call for each worker that there is, and in every process before it runs its next task.
    ///
    /// A worker is one of `maxWorkers` places, which Ray fills with processes as it likes: no two tasks are in one
    /// place at the same time. The call is made once for each place, before the next task there. A process that has not
    /// made it, because it was at another place or comes later, makes it before its next task; so one that serves
    /// several places may make it more than once. Takes a round trip.
    ///
    /// - Returns: a future for each place, in the order of their numbers.
    /// - Throws: as `submit` does; `arenaLimitReached` after 1,024 calls, since each is kept as long as the pool.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] { try core.everywhere(call).map { Future($0) } }

    /// Changes how many tasks run at most at the same time; returns at once.
    ///
    /// - Parameter count: how many, from 1 to 100,000.
    /// - Throws: `invalidArgument`; `shutDown`; `clusterLost`.
    public func resize(to count: Int) throws {
        try Self.validate(count, nil)
        try core.resize(to: count)
    }

    /// What the finalizers of the processes that have left returned or threw, in the order in which they left; complete
    /// after the shutdown. There may be more of them than workers, or fewer.
    ///
    /// - Throws: `wrongType`, naming both types, if the finalizer returns something else.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try core.finalizerResults.typed() }
}

extension RayPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers do now, as far as this machine has heard of it.
    ///
    /// How long a task was decoded, ran and was encoded is measured where it runs. A task counts as running as soon as
    /// its node says so, which for one of a few milliseconds is when it has ended. The time in the queue ends when a
    /// task is given to Ray. A worker has the process and the node of its last task.
    public var statistics: PoolStatistics { core.statistics }
}

extension RayPool: CrashRemembering {
    /// The last crashes, the oldest first.
    public var recentCrashes: [RecentCrash] { core.recentCrashes }
}
