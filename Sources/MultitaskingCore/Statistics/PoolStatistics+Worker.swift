extension PoolStatistics {
    /// The current and past activity of one worker.
    ///
    /// ```swift
    /// for worker in pool.statistics.workers { print(worker.index, worker.state, worker.tasksDone) }
    /// ```
    ///
    /// A replacement has the same index as the worker it replaces, and continues its counts.
    public struct Worker: Sendable, Hashable, Codable {
        /// The activity of a worker.
        ///
        /// ```swift
        /// let busy = pool.statistics.workers.count { $0.state == .running }
        /// ```
        public enum State: String, Sendable, Hashable, Codable, CaseIterable {
            /// There is no worker at the moment.
            case absent
            /// The worker is starting or runs the initializer.
            case starting
            /// The worker waits for a task.
            case waiting
            /// The worker decodes a task's arguments.
            case decoding
            /// The worker runs a task's function.
            case running
            /// The worker encodes a task's result.
            case encoding
        }

        /// The worker's index, from 0.
        public var index: Int
        /// The worker's process ID; nil if it has no process of its own.
        public var pid: Int32?
        /// The current activity.
        public var state: State
        /// The current task; nil if there is none or if it isn't known.
        public var currentTask: CurrentTask?
        /// The number of tasks that ended in this worker, including those that threw.
        public var tasksDone: Int
        /// The number of these tasks that threw, or whose arguments or result could not be coded.
        public var tasksFailed: Int
        /// The number of tasks that ended because the worker died; nil if that can't happen.
        public var tasksCrashed: Int?
        /// How often the worker was replaced, by reason; nil if workers aren't replaced.
        public var replacements: Replacements?
        /// The total size of arguments in bytes; nil if they aren't encoded.
        public var bytesIn: Int?
        /// The total size of results in bytes; nil if they aren't encoded.
        public var bytesOut: Int?
        /// How the worker has spent its time; nil if that isn't known.
        public var times: Times?
        /// The machine that it is on; nil for this one.
        public var node: String?

        /// Creates a description of a worker; omitted properties are zero or nil.
        public init(
            index: Int, pid: Int32? = nil, state: State = .absent, currentTask: CurrentTask? = nil, tasksDone: Int = 0,
            tasksFailed: Int = 0, tasksCrashed: Int? = nil, replacements: Replacements? = nil, bytesIn: Int? = nil,
            bytesOut: Int? = nil, times: Times? = nil, node: String? = nil
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
            self.node = node
        }
    }
}

extension PoolStatistics.Worker {
    /// How a worker has spent its time.
    ///
    /// ```swift
    /// if let times = worker.times { print("busy for", times.busy, "of", times.busy + times.waiting) }
    /// ```
    public struct Times: Sendable, Hashable {
        /// Starting the process, until it could run the initializer.
        public var starting: Duration?
        /// Running the initializer.
        public var initializing: Duration
        /// Waiting for tasks.
        public var waiting: Duration
        /// Decoding arguments; nil if they aren't encoded.
        public var decoding: Duration?
        /// Running functions, including the current one.
        public var running: Duration
        /// Encoding results; nil if they aren't encoded.
        public var encoding: Duration?

        /// Creates times.
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

        /// Working on tasks: decoding, running, and encoding.
        public var busy: Duration { (decoding ?? .zero) + running + (encoding ?? .zero) }
    }

    /// The current task of a worker.
    ///
    /// ```swift
    /// if let task = worker.currentTask { print(task.name, "for", task.runTime ?? .zero) }
    /// ```
    public struct CurrentTask: Sendable, Hashable {
        /// The task's name, or that of its function.
        public var name: String
        /// How long the worker has had the task; nil if it isn't timed.
        public var runTime: Duration?

        /// Creates a description of a task.
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
        /// The worker crashed or exited, with or without a task.
        public var crashed: Int
        /// The worker was ended because a task exceeded a time limit or was cancelled by force.
        public var ended: Int
        /// The worker used too much memory.
        public var memory: Int
        /// The worker reached its limit of tasks, age, or idle time, or was surplus.
        public var retired: Int

        /// Creates counts.
        public init(crashed: Int = 0, ended: Int = 0, memory: Int = 0, retired: Int = 0) {
            self.crashed = crashed
            self.ended = ended
            self.memory = memory
            self.retired = retired
        }

        /// The sum of all counts.
        public var total: Int { crashed &+ ended &+ memory &+ retired }
    }
}

extension PoolStatistics.Worker.Times: Codable {
    private enum CodingKeys: String, CodingKey {
        case starting, initializing, waiting, decoding, running, encoding
    }

    /// Decodes a value.
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

    /// Encodes the value, with times in seconds.
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

    /// Decodes a value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            runTime: try container.decodeSecondsIfPresent(forKey: .runTime))
    }

    /// Encodes the value, with its time in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(seconds: runTime, forKey: .runTime)
    }
}
