internal import MultitaskingSystem

/// The faults of a simulation: planned faults, random faults, and slow workers.
///
/// ```swift
/// let plan = FaultPlan([.crash(task: 0, .atSwitchPoint(2)), .failedSpawns(3)])
/// let often = FaultPlan(chances: FaultChances(crashAtSwitchPoint: 0.05))
/// ```
///
/// Random faults are drawn from the simulation's seed, so the same seed has the same faults. No fault loses anything
/// silently: tasks end with the errors of a process pool.
public struct FaultPlan: Sendable, Hashable {
    /// The planned faults.
    public var faults: [PlannedFault]
    /// The probabilities of random faults.
    public var chances: FaultChances
    /// The additional time that each switch point takes in a worker, by its index.
    public var slowWorkers: [Int: Duration]

    /// Creates a plan.
    public init(
        _ faults: [PlannedFault] = [], chances: FaultChances = .none, slowWorkers: [Int: Duration] = [:]
    ) {
        self.faults = faults
        self.chances = chances
        self.slowWorkers = slowWorkers
    }

    /// No faults.
    public static let none = FaultPlan()

    /// Random faults of all kinds.
    public static let chaotic = FaultPlan(chances: .some)
}

/// The probabilities of random faults, each at every place where it can occur.
///
/// ```swift
/// let chances = FaultChances(crashAtSwitchPoint: 0.05, delay: 0.1)
/// let options = InMemoryOptions(faults: FaultPlan(chances: chances))
/// ```
public struct FaultChances: Sendable, Hashable {
    /// A worker dies between taking a task and starting it; another worker runs the task.
    public var crashBeforeStart: Double
    /// A worker dies at a switch point of its task.
    public var crashAtSwitchPoint: Double
    /// A worker dies after storing its task's result.
    public var crashAfterResult: Double
    /// A worker hangs until the pool ends its task.
    public var stuck: Double
    /// A worker is delayed by up to ``longestDelay``.
    public var delay: Double
    /// A channel is full for all senders, for up to ``longestDelay``.
    public var fullQueue: Double
    /// A replacement worker fails to start; the pool tries again after 100 ms.
    public var failedSpawn: Double
    /// The maximum delay.
    public var longestDelay: Duration
    /// The maximum number of random faults in one run.
    public var limit: Int

    /// Creates probabilities, each between 0 and 1.
    public init(
        crashBeforeStart: Double = 0, crashAtSwitchPoint: Double = 0, crashAfterResult: Double = 0, stuck: Double = 0,
        delay: Double = 0, fullQueue: Double = 0, failedSpawn: Double = 0, longestDelay: Duration = .milliseconds(50),
        limit: Int = 5
    ) {
        self.crashBeforeStart = crashBeforeStart
        self.crashAtSwitchPoint = crashAtSwitchPoint
        self.crashAfterResult = crashAfterResult
        self.stuck = stuck
        self.delay = delay
        self.fullQueue = fullQueue
        self.failedSpawn = failedSpawn
        self.longestDelay = longestDelay
        self.limit = limit
    }

    /// No random faults.
    public static let none = FaultChances()

    /// Every kind of fault except hanging workers, which only end if tasks have a timeout.
    public static let some = FaultChances(
        crashBeforeStart: 0.05, crashAtSwitchPoint: 0.02, crashAfterResult: 0.05, delay: 0.05, fullQueue: 0.05,
        failedSpawn: 0.2)

    var areNone: Bool { self == .none || limit <= 0 }
}

/// A fault at a planned place.
///
/// ```swift
/// let plan = FaultPlan([.crash(task: 0, .atSwitchPoint(2)), .failedSpawns(3)])
/// ```
public struct PlannedFault: Sendable, Hashable {
    /// The point in a task's life at which a fault occurs.
    ///
    /// ```swift
    /// PlannedFault.crash(task: 3, .atSwitchPoint(1))
    /// ```
    public enum Place: Sendable, Hashable {
        /// Between taking the task and starting it.
        case beforeStart
        /// At the task's *n*th switch point, counted from 1: a call of a channel, signal, clock, or the pool.
        case atSwitchPoint(Int)
        /// After storing the result.
        case afterResult
    }

    enum Target: Sendable, Hashable {
        case task(Int, attempt: Int, Place)
        case spawn(Int)
    }

    let target: Target
    let action: FaultAction

    /// The worker of a task dies.
    ///
    /// - Parameters:
    ///   - task: the task's number in the order of submission, counted from 0.
    ///   - attempt: the attempt, counted from 1. A task that hadn't started has used no attempt.
    ///   - end: how the worker ends.
    public static func crash(
        task: Int, attempt: Int = 1, _ place: Place, _ end: WorkerEnd = .signal(9)
    ) -> Self {
        Self(target: .task(task, attempt: attempt, place), action: .crash(end))
    }

    /// The worker of a task hangs at the task's *n*th switch point, until the pool ends the task.
    public static func stuck(task: Int, attempt: Int = 1, atSwitchPoint number: Int = 1) -> Self {
        Self(target: .task(task, attempt: attempt, .atSwitchPoint(number)), action: .stuck)
    }

    /// The worker of a task is delayed at the task's *n*th switch point.
    public static func delay(task: Int, attempt: Int = 1, atSwitchPoint number: Int = 1, by duration: Duration) -> Self
    {
        Self(
            target: .task(task, attempt: attempt, .atSwitchPoint(number)),
            action: .delay(max(0, duration.nanoseconds)))
    }

    /// The channel to which a task sends at its *n*th switch point is full for a while, for all senders.
    public static func fullQueue(
        task: Int, attempt: Int = 1, atSwitchPoint number: Int = 1, for duration: Duration
    ) -> Self {
        Self(
            target: .task(task, attempt: attempt, .atSwitchPoint(number)),
            action: .fullQueue(max(0, duration.nanoseconds)))
    }

    /// The first `count` attempts to start a replacement worker fail, 100 ms apart.
    public static func failedSpawns(_ count: Int) -> Self {
        Self(target: .spawn(count), action: .failedSpawn)
    }
}

/// How a simulated worker ends.
///
/// ```swift
/// PlannedFault.crash(task: 0, .atSwitchPoint(1), .exit(1))
/// ```
public enum WorkerEnd: Sendable, Hashable {
    /// Killed by a signal with this number.
    case signal(Int32)
    /// Ended by `exit` with this code.
    case exit(Int32)
}

/// What goes wrong at one place.
enum FaultAction: Sendable, Hashable {
    case crash(WorkerEnd)
    case stuck
    case delay(Nanoseconds)
    case fullQueue(Nanoseconds)
    case failedSpawn
}
