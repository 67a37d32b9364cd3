public import MultitaskingCore

extension ProcessPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers do now.
    ///
    /// All of it is in the pool's shared memory, so it survives the death of any worker, and of the supervisor. A task
    /// that was running when its worker died counts as failed, or cancelled, like any other.
    /// - Complexity: looks at every task whose future is held, 10 ms for a million.
    public var statistics: PoolStatistics { core.statistics }
}

extension ProcessPool: CrashRemembering {
    /// The last crashes whose tasks' outcomes were looked at, the oldest first.
    public var recentCrashes: [RecentCrash] { core.crashLog.recent }
}
