/// An executor with statistics: the outcomes and durations of its tasks, and the activity of its workers.
///
/// ```swift
/// if let pool = pool as? any MonitoredExecutor { print(pool.statistics) }
/// ```
///
/// **Implementer's duties.** While no task is being submitted, starts, or ends, and always after `shutdown(_:)`, the
/// counts balance, even after crashes: `submitted = queued + running + succeeded + failed + cancelled`. Unknown values
/// are nil, never zero. Reading the statistics stops no worker, and any thread may read them.
public protocol MonitoredExecutor: Executor {
    /// What the executor has done since its creation, and what it is doing now.
    ///
    /// - Complexity: may examine each task whose future is alive.
    var statistics: PoolStatistics { get }
}

extension Executor {
    /// What the executor says of itself; only its number of workers if it isn't a ``MonitoredExecutor``.
    package var knownStatistics: PoolStatistics {
        (self as? any MonitoredExecutor)?.statistics ?? PoolStatistics(maxWorkers: maxWorkers)
    }
}
