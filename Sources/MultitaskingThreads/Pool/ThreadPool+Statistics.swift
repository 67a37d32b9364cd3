public import MultitaskingCore

extension ThreadPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers are doing now.
    ///
    /// A task that was cancelled in the queue counts as queued until a worker reaches it. Threads encode nothing and
    /// can't crash alone, so the corresponding values are nil.
    public var statistics: PoolStatistics { storage.statistics }
}
