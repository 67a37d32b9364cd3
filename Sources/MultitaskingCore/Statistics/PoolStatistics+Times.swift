extension PoolStatistics {
    /// How a time is distributed over tasks.
    ///
    /// ```swift
    /// if let times = pool.statistics.runTime { print("half of the tasks took \(times.p50) or less") }
    /// ```
    ///
    /// The percentiles are those of a histogram whose classes are an eighth of an octave wide, so they are right within
    /// 7 %.
    public struct Times: Sendable, Hashable {
        /// For how many tasks it stands.
        public var count: Int
        /// The sum of all.
        public var total: Duration
        /// What half of the tasks did not exceed.
        public var p50: Duration
        /// What nine of ten tasks did not exceed.
        public var p90: Duration
        /// What 99 of 100 tasks did not exceed.
        public var p99: Duration
        /// The longest.
        public var longest: Duration

        /// Makes a distribution.
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

        /// The average; zero if there is none.
        public var mean: Duration { count > 0 ? total / count : .zero }
    }

    /// A task that took long.
    ///
    /// ```swift
    /// if let slowest = pool.statistics.slowestTasks.first { print(slowest.name, slowest.runTime) }
    /// ```
    public struct SlowTask: Sendable, Hashable {
        /// The name it was submitted under, or else that of its function; `function 12` if that has none.
        public var name: String
        /// How long it ran.
        public var runTime: Duration
        /// How many bytes its arguments take up, encoded; nil where they are not.
        public var argumentSize: Int?
        /// The number of its worker.
        public var worker: Int

        /// Describes a task.
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

    /// Reads what ``encode(to:)`` has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            count: try container.decode(Int.self, forKey: .count), total: try container.decodeSeconds(forKey: .total),
            p50: try container.decodeSeconds(forKey: .p50), p90: try container.decodeSeconds(forKey: .p90),
            p99: try container.decodeSeconds(forKey: .p99), longest: try container.decodeSeconds(forKey: .longest))
    }

    /// Writes times in seconds.
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

    /// Reads what ``encode(to:)`` has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            runTime: try container.decodeSeconds(forKey: .runTime),
            argumentSize: try container.decodeIfPresent(Int.self, forKey: .argumentSize),
            worker: try container.decode(Int.self, forKey: .worker))
    }

    /// Writes the time in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(seconds: runTime, forKey: .runTime)
        try container.encodeIfPresent(argumentSize, forKey: .argumentSize)
        try container.encode(worker, forKey: .worker)
    }
}
