// Statistics are read by other programs: a page, a monitoring system. So times are seconds there, and not the two
// numbers that a `Duration` codes itself as. To the nanosecond that is exact for fifty days, and right beyond.

extension PoolStatistics {
    private enum CodingKeys: String, CodingKey {
        case maxWorkers, age, utilization, tasks, queueTime, runTime, slowestTasks, crashes, workers, memory
    }

    /// Decodes statistics.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            maxWorkers: try container.decode(Int.self, forKey: .maxWorkers),
            age: try container.decodeSeconds(forKey: .age), tasks: try container.decode(Tasks.self, forKey: .tasks),
            queueTime: try container.decodeIfPresent(Times.self, forKey: .queueTime),
            runTime: try container.decodeIfPresent(Times.self, forKey: .runTime),
            slowestTasks: try container.decode([SlowTask].self, forKey: .slowestTasks),
            crashes: try container.decodeIfPresent([Crashes].self, forKey: .crashes),
            workers: try container.decode([Worker].self, forKey: .workers),
            memory: try container.decodeIfPresent(Memory.self, forKey: .memory))
    }

    /// Encodes all properties and ``utilization``, with times in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(maxWorkers, forKey: .maxWorkers)
        try container.encode(seconds: age, forKey: .age)
        try container.encodeIfPresent(utilization, forKey: .utilization)
        try container.encode(tasks, forKey: .tasks)
        try container.encodeIfPresent(queueTime, forKey: .queueTime)
        try container.encodeIfPresent(runTime, forKey: .runTime)
        try container.encode(slowestTasks, forKey: .slowestTasks)
        try container.encodeIfPresent(crashes, forKey: .crashes)
        try container.encode(workers, forKey: .workers)
        try container.encodeIfPresent(memory, forKey: .memory)
    }
}

extension Duration {
    /// In seconds. Not by its components, which trap for sums that are longer than 64 bits of seconds.
    package var inSeconds: Double { self / .seconds(1) }

    /// The nearest number of nanoseconds; nil for a number that isn't one, or is too large.
    fileprivate init?(inSeconds seconds: Double) {
        guard let whole = Int64(exactly: seconds.rounded(.down)) else { return nil }
        self = .seconds(whole) + .nanoseconds(Int64(((seconds - Double(whole)) * 1e9).rounded()))
    }
}

extension KeyedEncodingContainer {
    mutating func encode(seconds duration: Duration, forKey key: Key) throws {
        try encode(duration.inSeconds, forKey: key)
    }

    mutating func encodeIfPresent(seconds duration: Duration?, forKey key: Key) throws {
        if let duration { try encode(seconds: duration, forKey: key) }
    }
}

extension KeyedDecodingContainer {
    func decodeSeconds(forKey key: Key) throws -> Duration {
        guard let duration = Duration(inSeconds: try decode(Double.self, forKey: key)) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "this isn't a time in seconds")
        }
        return duration
    }

    func decodeSecondsIfPresent(forKey key: Key) throws -> Duration? {
        guard try contains(key) && !decodeNil(forKey: key) else { return nil }
        return try decodeSeconds(forKey: key)
    }
}
