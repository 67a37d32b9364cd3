/// What a pool has done since it was made, and what it does now: a value, taken without stopping anybody.
///
/// ```swift
/// let statistics = pool.statistics
/// print(statistics)                                       // a table
/// print(statistics.tasks.failed, statistics.runTime?.p99 ?? .zero)
/// let json = try JSONEncoder().encode(statistics)         // times are seconds there
/// ```
///
/// While tasks come and go the parts are of slightly different moments. When nothing moves they fit together:
/// `tasks.isBalanced`. What a backend does not know is nil: threads have no `crashes`, and encode nothing.
public struct PoolStatistics: Sendable, Hashable, Codable {
    /// How many workers run at most at the same time.
    public var maxWorkers: Int
    /// How long the pool has existed, in its own time: virtual for a simulation. After the end of the pool, how long it
    /// has.
    public var age: Duration
    /// What became of the tasks.
    public var tasks: Tasks
    /// How long tasks waited for a worker; nil where that is not known.
    ///
    /// Of tasks that come or go faster than is worth a look at the clock each, one of several is timed, and counts for
    /// all of them.
    public var queueTime: Times?
    /// How long tasks that have ended ran, without encoding and decoding; timed as the ``queueTime``.
    public var runTime: Times?
    /// Up to five tasks that ran longest, the slowest first. A task that runs now is not among them.
    public var slowestTasks: [SlowTask]
    /// How often workers died while they had a task, by cause, the most frequent first; nil where they cannot.
    public var crashes: [Crashes]?
    /// The workers, in the order of their numbers.
    public var workers: [Worker]
    /// What the pool keeps for arguments, results and messages; nil where it keeps nothing apart.
    public var memory: Memory?

    /// Makes statistics; parts that are not given are empty or nil.
    public init(
        maxWorkers: Int, age: Duration = .zero, tasks: Tasks = Tasks(), queueTime: Times? = nil, runTime: Times? = nil,
        slowestTasks: [SlowTask] = [], crashes: [Crashes]? = nil, workers: [Worker] = [], memory: Memory? = nil
    ) {
        self.maxWorkers = maxWorkers
        self.age = age
        self.tasks = tasks
        self.queueTime = queueTime
        self.runTime = runTime
        self.slowestTasks = slowestTasks
        self.crashes = crashes
        self.workers = workers
        self.memory = memory
    }

    /// Which part of their time the workers spent with tasks, from 0 to 1; nil if no worker's times are known.
    ///
    /// Encoding and decoding count as work; starting and initializing do not count at all.
    public var utilization: Double? {
        let times = workers.compactMap(\.times)
        let busy = times.reduce(0) { $0 + $1.busy.inSeconds }
        let all = times.reduce(busy) { $0 + $1.waiting.inSeconds }
        return all > 0 ? min(max(busy / all, 0), 1) : nil
    }

    /// How many slow tasks are kept.
    package static let slowTaskLimit = 5
}

extension PoolStatistics {
    /// What became of a pool's tasks.
    ///
    /// ```swift
    /// let tasks = pool.statistics.tasks
    /// print("\(tasks.submitted - tasks.queued - tasks.running) of \(tasks.submitted) have ended")
    /// ```
    public struct Tasks: Sendable, Hashable, Codable {
        /// How many calls were accepted: by `submit`, and one for each future of `everywhere`. A `map` submits its
        /// elements in chunks, each of which is one task here.
        public var submitted: Int
        /// How many wait for a worker, also between two attempts.
        public var queued: Int
        /// How many run.
        public var running: Int
        /// How many have returned.
        public var succeeded: Int
        /// How many have thrown, crashed, timed out, or failed in any other way.
        public var failed: Int
        /// How many were cancelled.
        public var cancelled: Int
        /// How many further attempts were begun or are about to be; nil where tasks are not retried.
        public var retried: Int?

        /// Makes counts.
        public init(
            submitted: Int = 0, queued: Int = 0, running: Int = 0, succeeded: Int = 0, failed: Int = 0,
            cancelled: Int = 0, retried: Int? = nil
        ) {
            self.submitted = submitted
            self.queued = queued
            self.running = running
            self.succeeded = succeeded
            self.failed = failed
            self.cancelled = cancelled
            self.retried = retried
        }

        /// Whether each task that was submitted is in exactly one of the other counts.
        public var isBalanced: Bool { submitted == queued &+ running &+ succeeded &+ failed &+ cancelled }
    }

    /// How often workers died of one cause while they had a task.
    ///
    /// ```swift
    /// for crash in pool.statistics.crashes ?? [] { print(crash.count, "×", crash.cause) }   // 2 × SIGSEGV
    /// ```
    public struct Crashes: Sendable, Hashable, Codable {
        /// A signal's name (`SIGSEGV`), `exit code 0`, `time limit`, `memory limit` or `supervisor lost`.
        public var cause: String
        /// How often.
        public var count: Int

        /// Makes a count.
        public init(cause: String, count: Int) {
            self.cause = cause
            self.count = count
        }

        /// Counts in the order in which they are shown: the most frequent first.
        package static func sorted(_ counts: [String: Int]) -> [Crashes] {
            counts.filter { $0.value > 0 }.map { Crashes(cause: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.cause) < ($0.count, $1.cause) }
        }
    }

    /// What a pool keeps for arguments, results and messages.
    ///
    /// ```swift
    /// if let memory = pool.statistics.memory { print(memory.used, "of", memory.limit) }
    /// ```
    public struct Memory: Sendable, Hashable, Codable {
        /// How many bytes are in use.
        public var used: Int
        /// How many there can be.
        public var limit: Int

        /// Makes a measure.
        public init(used: Int, limit: Int) {
            self.used = used
            self.limit = limit
        }
    }
}
