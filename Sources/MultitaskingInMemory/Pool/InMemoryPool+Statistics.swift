public import MultitaskingCore

extension InMemoryPool: MonitoredExecutor {
    /// What the pool has done so far, and what its workers do now. All times are virtual, so that they are the same in
    /// each run of a seed. A task that was given no name is called by its number in the ``trace``.
    public var statistics: PoolStatistics { simulation.update { state, _ in state.poolStatistics } }
}
