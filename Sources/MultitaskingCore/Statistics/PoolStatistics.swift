/// A snapshot of what a pool has done since its creation, and what it is doing now.
///
/// ```swift
/// let statistics = pool.statistics
/// print(statistics)                                       // a table
/// print(statistics.tasks.failed, statistics.runTime?.p99 ?? .zero)
/// let json = try JSONEncoder().encode(statistics)         // times are seconds there
/// ```
///
/// Taking a snapshot doesn't stop the pool, so while tasks start and end, its parts may refer to slightly different
/// moments. When nothing changes, they are consistent: `tasks.isBalanced` is true. Values that a backend doesn't know
/// are nil: threads, for example, have no `crashes` and encode nothing.
public struct PoolStatistics: Sendable, Hashable, Codable {
    /// The maximum number of workers that run concurrently.
    public var maxWorkers: Int
    /// How long the pool has existed, or existed before it ended, in its own time: virtual for a simulation.
    public var age: Duration
    /// The states and outcomes of the tasks.
    public var tasks: Tasks
    /// How long tasks waited for a worker; nil if that isn't known.
    ///
    /// When tasks are too short to time each one, the pool samples them, and each sample counts for several tasks.
    public var queueTime: Times?
    /// How long ended tasks ran, without encoding and decoding; sampled like ``queueTime``.
    public var runTime: Times?
    /// Up to five tasks that ran longest, the slowest first. Running tasks aren't included.
    public var slowestTasks: [SlowTask]
    /// How often workers died while they had a task, by cause, the most frequent first; nil if workers can't die alone.
    public var crashes: [Crashes]?
    /// The workers, ordered by index.
    public var workers: [Worker]
    /// The memory for arguments, results, and messages; nil if the pool has no separate memory for them.
    public var memory: Memory?

    /// Creates statistics; omitted properties are empty or nil.
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

    /// The fraction of time that workers spent on tasks, 0...1; nil if no worker's times are known.
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

extension [PoolStatistics.SlowTask] {
    /// Adds a task that is one of the slowest; behind those that took as long, so that what is said of a simulation's
    /// seed is always the same.
    package mutating func addIfSlow(_ task: PoolStatistics.SlowTask) {
        let place = firstIndex { $0.runTime < task.runTime } ?? endIndex
        guard place < PoolStatistics.slowTaskLimit else { return }
        insert(task, at: place)
        if count > PoolStatistics.slowTaskLimit { removeLast() }
    }
}

extension PoolStatistics {
    /// The states and outcomes of a pool's tasks.
    ///
    /// ```swift
    /// let tasks = pool.statistics.tasks
    /// print("\(tasks.submitted - tasks.queued - tasks.running) of \(tasks.submitted) have ended")
    /// ```
    public struct Tasks: Sendable, Hashable, Codable {
        /// The number of accepted tasks: one for each call of `submit` and for each future of `everywhere`. For a
        /// `map`, each chunk is one task.
        public var submitted: Int
        /// The number of tasks that wait for a worker, including those that wait for a retry.
        public var queued: Int
        /// The number of running tasks.
        public var running: Int
        /// The number of tasks that returned.
        public var succeeded: Int
        /// The number of tasks that threw, crashed, timed out, or failed in any other way.
        public var failed: Int
        /// The number of cancelled tasks.
        public var cancelled: Int
        /// The number of retries, including those that are about to start; nil if the backend doesn't retry tasks.
        public var retried: Int?

        /// Creates counts.
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

        /// Whether the other counts add up to the number of submitted tasks.
        public var isBalanced: Bool { submitted == queued &+ running &+ succeeded &+ failed &+ cancelled }
    }

    /// The number of crashes with the same cause.
    ///
    /// ```swift
    /// for crash in pool.statistics.crashes ?? [] { print(crash.count, "×", crash.cause) }   // 2 × SIGSEGV
    /// ```
    public struct Crashes: Sendable, Hashable, Codable {
        /// A signal's name (`SIGSEGV`), `exit code 0`, `time limit`, `memory limit` or `supervisor lost`.
        public var cause: String
        /// The number of crashes.
        public var count: Int

        /// Creates a count.
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

    /// A pool's memory for arguments, results, and messages.
    ///
    /// ```swift
    /// if let memory = pool.statistics.memory { print(memory.used, "of", memory.limit) }
    /// ```
    public struct Memory: Sendable, Hashable, Codable {
        /// The number of bytes in use.
        public var used: Int
        /// The maximum number of bytes.
        public var limit: Int

        /// Creates a value.
        public init(used: Int, limit: Int) {
            self.used = used
            self.limit = limit
        }
    }
}
