/// An executor that says how it is doing: what became of its tasks, how long they took, and what its workers do.
///
/// ```swift
/// if let pool = pool as? any MonitoredExecutor { print(pool.statistics) }
/// ```
///
/// **Implementer's duties.** Whenever nothing is submitted, starts or ends, and always after `shutdown(_:)`, the counts
/// balance: `submitted = queued + running + succeeded + failed + cancelled`, whatever has died. What the executor does
/// not know is nil, never zero. Asking stops no worker and may be done from any thread.
public protocol MonitoredExecutor: Executor {
    /// What the executor has done since it was made, and what it does now.
    ///
    /// - Complexity: may look at each task whose future is held.
    var statistics: PoolStatistics { get }
}

extension Executor {
    /// What the executor says of itself; nothing but its number of workers if it is no ``MonitoredExecutor``.
    package var knownStatistics: PoolStatistics {
        (self as? any MonitoredExecutor)?.statistics ?? PoolStatistics(maxWorkers: maxWorkers)
    }
}
