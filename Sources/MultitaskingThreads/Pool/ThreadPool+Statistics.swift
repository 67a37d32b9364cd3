public import MultitaskingCore

extension ThreadPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers do now.
    ///
    /// A task that was cancelled while it waited counts as queued until a worker comes past it. Threads encode nothing
    /// and do not crash alone, so that what is said of that is nil.
    public var statistics: PoolStatistics { storage.statistics }
}
