/// What the workers of a process pool may use, how long they serve, and how many there are.
///
/// ```swift
/// let limits = WorkerLimits(memory: 2 << 30, maxTasksPerWorker: 1000, minimumWorkers: 1, idleTime: .seconds(30))
/// let pool = try ProcessPool(maxWorkers: 8, limits: limits)
/// ```
/// Each limit is nil, or its default, unless it is asked for, and costs nothing then. A worker that is replaced because
/// of ``maxTasksPerWorker``, ``age``, ``idleMemory`` or ``idleTime`` is so between two tasks: no task notices.
public struct WorkerLimits: Sendable, Hashable {
    /// How many bytes a worker may hold while it runs a task, besides what it started with; nil for no limit.
    ///
    /// What counts is resident memory of its own: neither what is shared with other processes through files or the
    /// pool, nor what the client had when a forked pool was made. It is looked at every 10 ms, so a task can hold more
    /// for a moment. A task above it ends with `memoryLimitExceeded`, is not run again whatever its retry policy says,
    /// and its worker is replaced. The initializer is held to it as well.
    public var memory: Int?

    /// How many bytes a worker may still hold after a task, counted as for ``memory``, before it is replaced; nil for
    /// no limit.
    public var idleMemory: Int?

    /// How many bytes of address space a worker may take besides what it starts with (`RLIMIT_AS`); nil for no limit.
    ///
    /// The system enforces it: an allocation beyond it fails, which in Swift is a trap, so the task ends with
    /// `workerCrashed`. A thread takes 8 MiB and more of address space.
    public var addressSpace: Int?

    /// As ``addressSpace``, for writable memory of its own alone (`RLIMIT_DATA`).
    public var data: Int?

    /// How many tasks a worker runs before it is replaced; nil for no limit.
    public var maxTasksPerWorker: Int?

    /// The fraction of ``maxTasksPerWorker``, 0...1, by which a worker's limit is randomly lowered, so that not all
    /// workers are replaced at the same time.
    public var maxTasksJitter: Double

    /// How old a worker may become before it is replaced; nil for no limit. A task that runs is not interrupted.
    public var age: Duration?

    /// How many workers are started at once and kept; nil for all. More are started while tasks wait, up to the pool's
    /// `maxWorkers`. 0 is allowed.
    public var minimumWorkers: Int?

    /// How long a worker beyond ``minimumWorkers`` may be idle before it is ended; nil to keep it.
    public var idleTime: Duration?

    /// The cores that each worker may run on, by their numbers: worker n uses the set n modulo their count; empty for
    /// all.
    public var cores: [Set<Int>]

    /// What is added to the client's niceness, 0...19: the higher, the more others go first.
    public var niceness: Int

    /// How long a process spins while waiting for a task, result or element before it sleeps, from zero to a second.
    ///
    /// A wake-up takes 25 to 40 µs each way, so sleeping at once makes small tasks many times slower. No process spins
    /// while more processes of the pool are awake than there are cores.
    public var spinTime: Duration

    /// What ``spinTime`` is unless it is given: about as long as a wake-up and its answer take, which is never worse
    /// than twice the best choice (see Docs/architecture.md, Waiting).
    public static let defaultSpinTime = Duration.microseconds(100)

    /// No limits: all workers are started at once, and replaced only if they die.
    public static let none = WorkerLimits()

    /// Makes limits; those that are not mentioned do not exist.
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
