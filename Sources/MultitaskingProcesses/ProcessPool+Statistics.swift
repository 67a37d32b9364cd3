public import MultitaskingCore

extension ProcessPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers are doing now.
    ///
    /// The statistics are in the pool's shared memory, so they survive the death of any worker and of the supervisor. A
    /// task that was running when its worker died counts as failed or cancelled, like any other.
    /// - Complexity: O(*n*) in the number of tasks whose future is alive; 10 ms for a million.
    public var statistics: PoolStatistics { core.statistics }
}

extension ProcessPool: CrashRemembering {
    /// The most recent crashes of tasks whose outcomes have been read, the oldest first.
    public var recentCrashes: [RecentCrash] { core.crashLog.recent }
}
