public import MultitaskingCore

extension InMemoryPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers are doing now. All times are virtual, so they are the same
    /// in each run with the same seed. An unnamed task is identified by its number in the ``trace``.
    public var statistics: PoolStatistics { simulation.update { state, _ in state.poolStatistics } }
}
