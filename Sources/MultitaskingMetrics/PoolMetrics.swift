#if Metrics
    public import Metrics
    public import MultitaskingCore
    import Synchronization

    /// Reports a pool's statistics to swift-metrics.
    ///
    /// ```swift
    /// let metrics = PoolMetrics(of: pool, named: "importer")
    /// async let reporting: Void = metrics.run(every: .seconds(10))
    /// ```
    /// All values come from the pool's `statistics`, so reporting doesn't slow down tasks. All metrics have the
    /// dimension `pool`, and labels that begin with `multitasking_`:
    ///
    /// - counters: `tasks_submitted`, `tasks_succeeded`, `tasks_failed`, `tasks_cancelled`, `tasks_retried`, and
    ///   `crashes` with the dimension `cause`;
    /// - gauges: `tasks_queued`, `tasks_running`, `workers`, `utilization` (0 to 1), `memory_used` (bytes), and
    ///   `queue_time_seconds` and `run_time_seconds` of all tasks, with the dimension `quantile` (0.5, 0.9, 0.99);
    /// - timers: `queue_time` and `run_time`, of which each report records the mean of the tasks that have ended since
    ///   the last report.
    ///
    /// Values that a backend doesn't know aren't reported.
    public final class PoolMetrics: Sendable {
        private let pool: any Executor
        private let name: String
        private let factory: (any MetricsFactory)?
        private let last = Mutex(PoolStatistics(maxWorkers: 0))

        /// Creates a reporter.
        ///
        /// - Parameters:
        ///   - name: the value of the dimension `pool`.
        ///   - factory: the factory to report to; nil for the one with which `MetricsSystem` was bootstrapped.
        public init(of pool: any Executor, named name: String = "pool", factory: (any MetricsFactory)? = nil) {
            self.pool = pool
            self.name = name
            self.factory = factory
        }

        /// Reports periodically until the awaiting task is cancelled, and then once more.
        ///
        /// - Parameter interval: how often to report; values below 10 milliseconds are treated as 10 milliseconds.
        /// - Throws: `CancellationError`.
        public func run(every interval: Duration = .seconds(10)) async throws {
            defer { report() }
            while true {
                report()
                try await Task.sleep(for: min(max(interval, .milliseconds(10)), .seconds(86400)))
            }
        }

        /// Reports once.
        public func report() {
            // With the lock held, so that no two reports count the same.
            last.withLock { before in
                let now = pool.knownStatistics
                report(now, before)
                before = now
            }
        }

        private func report(_ now: PoolStatistics, _ before: PoolStatistics) {
            count("tasks_submitted", now.tasks.submitted, before.tasks.submitted)
            count("tasks_succeeded", now.tasks.succeeded, before.tasks.succeeded)
            count("tasks_failed", now.tasks.failed, before.tasks.failed)
            count("tasks_cancelled", now.tasks.cancelled, before.tasks.cancelled)
            if let retried = now.tasks.retried { count("tasks_retried", retried, before.tasks.retried ?? 0) }
            for crash in now.crashes ?? [] {
                let earlier = before.crashes?.first { $0.cause == crash.cause }?.count ?? 0
                count("crashes", crash.count, earlier, [("cause", crash.cause)])
            }
            show("tasks_queued", Double(now.tasks.queued))
            show("tasks_running", Double(now.tasks.running))
            show("workers", Double(now.maxWorkers))
            if let utilization = now.utilization { show("utilization", utilization) }
            if let memory = now.memory { show("memory_used", Double(memory.used)) }
            time("queue_time", now.queueTime, before.queueTime)
            time("run_time", now.runTime, before.runTime)
        }

        /// Looked up each time, as `MetricsSystem` may be bootstrapped later.
        private var currentFactory: any MetricsFactory { factory ?? MetricsSystem.factory }

        private func count(_ label: String, _ now: Int, _ before: Int, _ dimensions: [(String, String)] = []) {
            let dimensions = [("pool", name)] + dimensions
            let counter = Counter(label: "multitasking_" + label, dimensions: dimensions, factory: currentFactory)
            // Also where there is nothing to add, so that the counter is there from the beginning.
            counter.increment(by: max(0, now - before))
        }

        private func show(_ label: String, _ value: Double, _ dimensions: [(String, String)] = []) {
            let dimensions = [("pool", name)] + dimensions
            let meter = Meter(label: "multitasking_" + label, dimensions: dimensions, factory: currentFactory)
            meter.set(value)
        }

        private func time(_ label: String, _ now: PoolStatistics.Times?, _ before: PoolStatistics.Times?) {
            guard let now, now.count > 0 else { return }
            for (quantile, time) in [("0.5", now.p50), ("0.9", now.p90), ("0.99", now.p99)] {
                show(label + "_seconds", time / .seconds(1), [("quantile", quantile)])
            }
            let ended = now.count - (before?.count ?? 0)
            guard ended > 0 else { return }
            let mean = (now.total - (before?.total ?? .zero)) / ended
            let timer = Timer(
                label: "multitasking_" + label, dimensions: [("pool", name)], factory: currentFactory)
            // A worker has measured them, and 2⁶³ is no Int64.
            timer.recordNanoseconds(Int64(min(max(0, mean / .nanoseconds(1)), 9e18)))
        }
    }
#endif
