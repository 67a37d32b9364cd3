/// Limits for the workers of a process pool: the resources they may use, how long they live, and how many there are.
///
/// ```swift
/// let limits = WorkerLimits(memory: 2 << 30, maxTasksPerWorker: 1000, minimumWorkers: 1, idleTime: .seconds(30))
/// let pool = try ProcessPool(maxWorkers: 8, limits: limits)
/// ```
/// By default, there are no limits, which costs nothing. Workers that reach ``maxTasksPerWorker``, ``age``,
/// ``idleMemory`` or ``idleTime`` are replaced between two tasks, so no task is affected.
public struct WorkerLimits: Sendable, Hashable {
    /// The maximum memory of a worker while it runs a task, in bytes, not counting what it started with; nil for no
    /// limit.
    ///
    /// This counts the worker's own resident memory: neither memory shared with other processes through files or the
    /// pool, nor memory that the client had when it forked the pool. It is sampled every 10 ms, so a task can briefly
    /// use more. A task that exceeds the limit ends with `memoryLimitExceeded` and is never retried, and its worker is
    /// replaced. The limit also applies to the initializer.
    public var memory: Int?

    /// The maximum memory of a worker after a task, in bytes, counted like ``memory``; a worker that holds more is
    /// replaced. Nil for no limit.
    public var idleMemory: Int?

    /// The maximum address space of a worker in bytes (`RLIMIT_AS`), not counting what it started with; nil for no
    /// limit.
    ///
    /// The system enforces this limit: an allocation beyond it fails, which is a trap in Swift, so the task ends with
    /// `workerCrashed`. Each thread takes 8 MiB or more of address space.
    public var addressSpace: Int?

    /// Like ``addressSpace``, but only for private writable memory (`RLIMIT_DATA`).
    public var data: Int?

    /// The number of tasks after which a worker is replaced; nil for no limit.
    public var maxTasksPerWorker: Int?

    /// The fraction of ``maxTasksPerWorker``, 0...1, by which a worker's limit is randomly lowered, so that not all
    /// workers are replaced at the same time.
    public var maxTasksJitter: Double

    /// The age at which a worker is replaced; nil for no limit. A running task isn't interrupted.
    public var age: Duration?

    /// The number of workers that are started immediately and kept, which may be 0; nil for all. While tasks wait, more
    /// are started, up to the pool's `maxWorkers`.
    public var minimumWorkers: Int?

    /// The idle time after which a worker beyond ``minimumWorkers`` is ended; nil to keep it.
    public var idleTime: Duration?

    /// The cores on which each worker may run, by number. Worker *n* uses the set at index *n* modulo the number of
    /// sets. Empty for all cores.
    public var cores: [Set<Int>]

    /// The value to add to the client's niceness, 0...19. A higher value gives workers a lower scheduling priority.
    public var niceness: Int

    /// The maximum time that a process spins while waiting for a task, result, or element before it sleeps, from zero
    /// to a second.
    ///
    /// A wake-up takes 25 to 40 µs each way, so sleeping immediately makes small tasks many times slower. If spinning
    /// hasn't paid off recently, as on a busy machine, a process spins for a shorter time or not at all. No process
    /// spins for more than a microsecond while more processes of the pool are awake than there are cores.
    public var spinTime: Duration

    /// The default of ``spinTime``: about as long as a wake-up and its answer take, which is never worse than twice the
    /// best choice (see Docs/architecture.md, Waiting).
    public static let defaultSpinTime = Duration.microseconds(100)

    /// No limits: all workers are started immediately, and only replaced if they die.
    public static let none = WorkerLimits()

    /// Creates limits; an omitted limit doesn't apply.
    public init(
        memory: Int? = nil, idleMemory: Int? = nil, addressSpace: Int? = nil, data: Int? = nil,
        maxTasksPerWorker: Int? = nil,
        maxTasksJitter: Double = 0, age: Duration? = nil, minimumWorkers: Int? = nil, idleTime: Duration? = nil,
        cores: [Set<Int>] = [], niceness: Int = 0, spinTime: Duration = defaultSpinTime
    ) {
        self.memory = memory
        self.idleMemory = idleMemory
        self.addressSpace = addressSpace
        self.data = data
        self.maxTasksPerWorker = maxTasksPerWorker
        self.maxTasksJitter = maxTasksJitter
        self.age = age
        self.minimumWorkers = minimumWorkers
        self.idleTime = idleTime
        self.cores = cores
        self.niceness = niceness
        self.spinTime = spinTime
    }
}
