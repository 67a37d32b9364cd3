extension PoolStatistics {
    /// The distribution of a duration over tasks.
    ///
    /// ```swift
    /// if let times = pool.statistics.runTime { print("half of the tasks took \(times.p50) or less") }
    /// ```
    ///
    /// The percentiles come from a histogram with eight buckets per octave, so they are accurate to within 7 %.
    public struct Times: Sendable, Hashable {
        /// The number of tasks.
        public var count: Int
        /// The sum of all durations.
        public var total: Duration
        /// The median.
        public var p50: Duration
        /// The 90th percentile.
        public var p90: Duration
        /// The 99th percentile.
        public var p99: Duration
        /// The maximum.
        public var longest: Duration

        /// Creates a distribution.
        public init(
            count: Int = 0, total: Duration = .zero, p50: Duration = .zero, p90: Duration = .zero,
            p99: Duration = .zero, longest: Duration = .zero
        ) {
            self.count = count
            self.total = total
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
            self.longest = longest
        }

        /// The average; zero if there are no tasks.
        public var mean: Duration { count > 0 ? total / count : .zero }
    }

    /// A task that took a long time.
    ///
    /// ```swift
    /// if let slowest = pool.statistics.slowestTasks.first { print(slowest.name, slowest.runTime) }
    /// ```
    public struct SlowTask: Sendable, Hashable {
        /// The task's name, or that of its function; `function 12` if the function has no name.
        public var name: String
        /// How long the task ran.
        public var runTime: Duration
        /// The size of the encoded arguments in bytes; nil if the backend doesn't encode them.
        public var argumentSize: Int?
        /// The index of the worker.
        public var worker: Int

        /// Creates a description of a task.
        public init(name: String, runTime: Duration, argumentSize: Int? = nil, worker: Int) {
            self.name = name
            self.runTime = runTime
            self.argumentSize = argumentSize
            self.worker = worker
        }
    }
}

extension PoolStatistics.Times: Codable {
    private enum CodingKeys: String, CodingKey {
        case count, total, p50, p90, p99, longest
    }

    /// Decodes a value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            count: try container.decode(Int.self, forKey: .count), total: try container.decodeSeconds(forKey: .total),
            p50: try container.decodeSeconds(forKey: .p50), p90: try container.decodeSeconds(forKey: .p90),
            p99: try container.decodeSeconds(forKey: .p99), longest: try container.decodeSeconds(forKey: .longest))
    }

    /// Encodes the value, with times in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(seconds: total, forKey: .total)
        try container.encode(seconds: p50, forKey: .p50)
        try container.encode(seconds: p90, forKey: .p90)
        try container.encode(seconds: p99, forKey: .p99)
        try container.encode(seconds: longest, forKey: .longest)
    }
}

extension PoolStatistics.SlowTask: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, runTime, argumentSize, worker
    }

    /// Decodes a value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            runTime: try container.decodeSeconds(forKey: .runTime),
            argumentSize: try container.decodeIfPresent(Int.self, forKey: .argumentSize),
            worker: try container.decode(Int.self, forKey: .worker))
    }

    /// Encodes the value, with its time in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(seconds: runTime, forKey: .runTime)
        try container.encodeIfPresent(argumentSize, forKey: .argumentSize)
        try container.encode(worker, forKey: .worker)
    }
}
