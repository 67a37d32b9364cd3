extension PoolStatistics {
    /// What one worker does, and has done.
    ///
    /// ```swift
    /// for worker in pool.statistics.workers { print(worker.index, worker.state, worker.tasksDone) }
    /// ```
    ///
    /// A worker that takes the place of another has its number, and goes on with its counts.
    public struct Worker: Sendable, Hashable, Codable {
        /// What a worker does.
        ///
        /// ```swift
        /// let busy = pool.statistics.workers.count { $0.state == .running }
        /// ```
        public enum State: String, Sendable, Hashable, Codable, CaseIterable {
            /// There is none at the moment.
            case absent
            /// It starts, or runs the initializer.
            case starting
            /// It waits for a task.
            case waiting
            /// It decodes a task's arguments.
            case decoding
            /// It runs a task's function.
            case running
            /// It encodes a task's result.
            case encoding
        }

        /// The worker's number, from 0.
        public var index: Int
        /// Its process; nil if it has none of its own.
        public var pid: Int32?
        /// What it does now.
        public var state: State
        /// What it runs now, and since when; nil if nothing, or if that is not known.
        public var currentTask: CurrentTask?
        /// How many tasks have ended here, also those that threw.
        public var tasksDone: Int
        /// How many of these have thrown, or could not be decoded or encoded.
        public var tasksFailed: Int
        /// How many tasks ended with the worker; nil where they cannot.
        public var tasksCrashed: Int?
        /// How often it was replaced, by reason; nil where workers are not.
        public var replacements: Replacements?
        /// How many bytes of arguments it has taken; nil where they are not encoded.
        public var bytesIn: Int?
        /// How many bytes of results it has given; nil where they are not encoded.
        public var bytesOut: Int?
        /// What it has spent its time on; nil if that is not known.
        public var times: Times?

        /// Describes a worker; what is not given is zero or nil.
        public init(
            index: Int, pid: Int32? = nil, state: State = .absent, currentTask: CurrentTask? = nil, tasksDone: Int = 0,
            tasksFailed: Int = 0, tasksCrashed: Int? = nil, replacements: Replacements? = nil, bytesIn: Int? = nil,
            bytesOut: Int? = nil, times: Times? = nil
        ) {
            self.index = index
            self.pid = pid
            self.state = state
            self.currentTask = currentTask
            self.tasksDone = tasksDone
            self.tasksFailed = tasksFailed
            self.tasksCrashed = tasksCrashed
            self.replacements = replacements
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
            self.times = times
        }
    }
}

extension PoolStatistics.Worker {
    /// What a worker has spent its time on; decoding and encoding are nil where values are not.
    ///
    /// ```swift
    /// if let times = worker.times { print("busy for", times.busy, "of", times.busy + times.waiting) }
    /// ```
    public struct Times: Sendable, Hashable {
        /// Until its process could run the initializer.
        public var starting: Duration?
        /// With the initializer.
        public var initializing: Duration
        /// Without a task.
        public var waiting: Duration
        /// Decoding arguments.
        public var decoding: Duration?
        /// Running functions, up to now.
        public var running: Duration
        /// Encoding results.
        public var encoding: Duration?

        /// Makes times.
        public init(
            starting: Duration? = nil, initializing: Duration = .zero, waiting: Duration = .zero,
            decoding: Duration? = nil, running: Duration = .zero, encoding: Duration? = nil
        ) {
            self.starting = starting
            self.initializing = initializing
            self.waiting = waiting
            self.decoding = decoding
            self.running = running
            self.encoding = encoding
        }

        /// With tasks: decoding, running and encoding.
        public var busy: Duration { (decoding ?? .zero) + running + (encoding ?? .zero) }
    }

    /// The task that a worker has.
    ///
    /// ```swift
    /// if let task = worker.currentTask { print(task.name, "for", task.runTime ?? .zero) }
    /// ```
    public struct CurrentTask: Sendable, Hashable {
        /// The name it was submitted under, or else that of its function.
        public var name: String
        /// For how long the worker has had it; nil if it is not timed.
        public var runTime: Duration?

        /// Describes a task.
        public init(name: String, runTime: Duration? = nil) {
            self.name = name
            self.runTime = runTime
        }
    }

    /// How often a worker was replaced, by reason.
    ///
    /// ```swift
    /// print(worker.replacements?.crashed ?? 0)
    /// ```
    public struct Replacements: Sendable, Hashable, Codable {
        /// It died by itself, in a task or without one.
        public var crashed: Int
        /// It was ended because a task had used up its time or was cancelled by force.
        public var ended: Int
        /// It held too much memory.
        public var memory: Int
        /// It had served for as long, or for as many tasks, as it may; it was idle for too long, or one too many.
        public var retired: Int

        /// Makes counts.
        public init(crashed: Int = 0, ended: Int = 0, memory: Int = 0, retired: Int = 0) {
            self.crashed = crashed
            self.ended = ended
            self.memory = memory
            self.retired = retired
        }

        /// All of them.
        public var total: Int { crashed &+ ended &+ memory &+ retired }
    }
}

extension PoolStatistics.Worker.Times: Codable {
    private enum CodingKeys: String, CodingKey {
        case starting, initializing, waiting, decoding, running, encoding
    }

    /// Reads what ``encode(to:)`` has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            starting: try container.decodeSecondsIfPresent(forKey: .starting),
            initializing: try container.decodeSeconds(forKey: .initializing),
            waiting: try container.decodeSeconds(forKey: .waiting),
            decoding: try container.decodeSecondsIfPresent(forKey: .decoding),
            running: try container.decodeSeconds(forKey: .running),
            encoding: try container.decodeSecondsIfPresent(forKey: .encoding))
    }

    /// Writes times in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(seconds: starting, forKey: .starting)
        try container.encode(seconds: initializing, forKey: .initializing)
        try container.encode(seconds: waiting, forKey: .waiting)
        try container.encodeIfPresent(seconds: decoding, forKey: .decoding)
        try container.encode(seconds: running, forKey: .running)
        try container.encodeIfPresent(seconds: encoding, forKey: .encoding)
    }
}

extension PoolStatistics.Worker.CurrentTask: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, runTime
    }

    /// Reads what ``encode(to:)`` has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            runTime: try container.decodeSecondsIfPresent(forKey: .runTime))
    }

    /// Writes the time in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(seconds: runTime, forKey: .runTime)
    }
}
