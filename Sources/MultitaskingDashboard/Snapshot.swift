#if Dashboard
    import Foundation
    import MultitaskingCore
    import MultitaskingSessions

    /// All that the page shows at one moment.
    struct Snapshot: Encodable, Sendable {
        /// Seconds since 1970.
        let now: Double
        /// Seconds between two snapshots.
        let interval: Double
        let pools: [PoolView]
        let sessions: [SessionView]
    }

    /// One pool on the page.
    struct PoolView: Encodable, Sendable {
        let name: String
        /// The type of the pool.
        let kind: String
        let statistics: PoolStatistics
        /// How many tasks ended, and failed, in a second since the last snapshot.
        let rate: Double
        let failures: Double
        let crashes: [CrashView]
    }

    /// A worker that died, and the task that it had.
    struct CrashView: Encodable, Sendable {
        let task: String
        let cause: String
        let worker: Int
        let pid: Int32
        /// Seconds since 1970.
        let time: Double
        let message: String
        /// What the task printed last.
        let lines: [String]
        let backtrace: String
    }

    /// One session on the page.
    struct SessionView: Encodable, Sendable {
        let name: String
        let queued: Int
        let running: Int
        let succeeded: Int
        let failed: Int
        let cancelled: Int
        /// The part of the work that is done, 0...1, as `Progress.fraction`.
        let fraction: Double
        /// Tasks in a second, since the first was submitted; nil before the first has ended.
        let rate: Double?
        /// Seconds to go; nil if there is nothing to go by.
        let remaining: Double?
        /// What running tasks report.
        let reports: [ReportView]
    }

    /// What a running task says of how far it is.
    struct ReportView: Encodable, Sendable {
        let task: String
        let fraction: Double
        let message: String
    }

    /// What the charts show of one moment.
    struct Sample: Encodable, Sendable {
        let queued: Int
        let running: Int
        let rate: Double
        let failures: Double
    }

    /// A pool, and how it was lately.
    struct WatchedPool: Sendable {
        let name: String
        private let pool: any Executor
        private var last: (time: Double, statistics: PoolStatistics)?
        private(set) var samples: [Sample] = []
        /// The last crashes, the oldest first, with the moments that tell them apart.
        private var crashes: [(moment: ContinuousClock.Instant, view: CrashView)] = []

        init(_ pool: any Executor, _ name: String) {
            self.pool = pool
            self.name = name
        }

        var statistics: PoolStatistics { pool.knownStatistics }

        /// The last crashes; without a view where there is one.
        var newCrashes: [(moment: ContinuousClock.Instant, view: CrashView?)] {
            let known = Set(crashes.map(\.moment))
            let recent = (pool as? any CrashRemembering)?.recentCrashes ?? []
            // A backtrace takes milliseconds to name its functions, so each is read once, and not under a lock.
            return recent.map { ($0.moment, known.contains($0.moment) ? nil : CrashView($0)) }
        }

        mutating func add(
            _ statistics: PoolStatistics, _ crashes: [(moment: ContinuousClock.Instant, view: CrashView?)],
            at now: Double, limit: Int
        ) {
            let known = Dictionary(self.crashes.map { ($0.moment, $0.view) }) { first, _ in first }
            self.crashes = crashes.compactMap { crash in
                (crash.view ?? known[crash.moment]).map { (crash.moment, $0) }
            }
            let tasks = statistics.tasks
            let before = last?.statistics.tasks ?? tasks
            let seconds = max(now - (last?.time ?? 0), 0.001)
            samples.append(
                Sample(
                    queued: tasks.queued, running: tasks.running,
                    rate: Double(max(0, tasks.ended - before.ended)) / seconds,
                    failures: Double(max(0, tasks.failed - before.failed)) / seconds))
            samples.removeFirst(max(0, samples.count - limit))
            last = (now, statistics)
        }

        /// Nil before the first sample.
        var view: PoolView? {
            guard let last, let sample = samples.last else { return nil }
            return PoolView(
                name: name, kind: "\(type(of: pool))", statistics: last.statistics, rate: sample.rate,
                failures: sample.failures, crashes: crashes.reversed().map(\.view))
        }
    }

    extension CrashView {
        fileprivate init(_ crash: RecentCrash) {
            self.init(
                task: crash.task, cause: crash.cause, worker: crash.failure.worker, pid: crash.failure.pid,
                time: Date.now.timeIntervalSince1970 - crash.age / .seconds(1), message: crash.message,
                lines: crash.failure.lastLines, backtrace: crash.failure.backtrace?.description ?? "")
        }
    }

    extension PoolStatistics.Tasks {
        /// How many have ended, in whatever way.
        var ended: Int { succeeded + failed + cancelled }
    }

    /// A session that the page does not keep alive.
    struct WatchedSession: Sendable {
        weak let session: TaskSession?
        let name: String

        /// How many running tasks' reports the page shows, the first ones.
        private static let reportLimit = 20

        init(session: TaskSession, name: String) {
            self.session = session
            self.name = name
        }

        /// Nil if the session is destroyed or gone.
        var view: SessionView? {
            guard let session, let progress = try? session.progress, let tasks = try? session.tasks else { return nil }
            let reports = tasks.lazy.filter(\.isRunning).compactMap { task in
                task.progress.map { ReportView(task: task.name, fraction: $0.fraction, message: $0.message) }
            }
            return SessionView(
                name: name, queued: progress.queued, running: progress.running, succeeded: progress.succeeded,
                failed: progress.failed, cancelled: progress.cancelled, fraction: progress.fraction,
                rate: progress.rate, remaining: progress.remaining.map { $0 / .seconds(1) },
                reports: Array(reports.prefix(Self.reportLimit)))
        }
    }
#endif
