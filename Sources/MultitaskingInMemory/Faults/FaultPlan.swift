internal import MultitaskingSystem

/// What goes wrong in a simulation: faults at chosen places, faults by chance, and workers that are slow.
///
/// ```swift
/// let plan = FaultPlan([.crash(task: 0, .atSwitchPoint(2)), .failedSpawns(3)])
/// let often = FaultPlan(chances: FaultChances(crashAtSwitchPoint: 0.05))
/// ```
///
/// What goes wrong by chance is drawn from the simulation's seed, so that the same seed has the same faults. Whatever
/// goes wrong, nothing is lost silently: tasks end with the errors that a process pool gives them.
public struct FaultPlan: Sendable, Hashable {
    /// The faults at chosen places.
    public var faults: [PlannedFault]
    /// The faults by chance.
    public var chances: FaultChances
    /// How much longer each switch point takes a worker, by its index.
    public var slowWorkers: [Int: Duration]

    /// Makes a plan.
    public init(
        _ faults: [PlannedFault] = [], chances: FaultChances = .none, slowWorkers: [Int: Duration] = [:]
    ) {
        self.faults = faults
        self.chances = chances
        self.slowWorkers = slowWorkers
    }

    /// Nothing goes wrong.
    public static let none = FaultPlan()

    /// Everything goes wrong now and then.
    public static let chaotic = FaultPlan(chances: .some)
}

/// How probable faults are, each at every place where it can strike.
///
/// ```swift
/// let chances = FaultChances(crashAtSwitchPoint: 0.05, delay: 0.1)
/// let options = InMemoryOptions(faults: FaultPlan(chances: chances))
/// ```
public struct FaultChances: Sendable, Hashable {
    /// A worker dies between taking a task and beginning it: the task is run elsewhere.
    public var crashBeforeStart: Double
    /// A worker dies at a switch point of its task.
    public var crashAtSwitchPoint: Double
    /// A worker dies after it stored its task's result.
    public var crashAfterResult: Double
    /// A worker never goes on, until the pool ends its task.
    public var stuck: Double
    /// A worker goes on later, by up to ``longestDelay``.
    public var delay: Double
    /// A channel has no room for up to ``longestDelay``, to whomever would send.
    public var fullQueue: Double
    /// A worker that is to replace another cannot be started, and is tried again after 100 ms.
    public var failedSpawn: Double
    /// How long a delay may be.
    public var longestDelay: Duration
    /// How many faults strike in one run at most.
    public var limit: Int

    /// Makes chances, each between 0 and 1.
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

    /// No faults by chance.
    public static let none = FaultChances()

    /// Every fault but stuck workers, which end only where tasks have a time-out.
    public static let some = FaultChances(
        crashBeforeStart: 0.05, crashAtSwitchPoint: 0.02, crashAfterResult: 0.05, delay: 0.05, fullQueue: 0.05,
        failedSpawn: 0.2)

    var areNone: Bool { self == .none || limit <= 0 }
}

/// A fault at a chosen place.
///
/// ```swift
/// let plan = FaultPlan([.crash(task: 0, .atSwitchPoint(2)), .failedSpawns(3)])
/// ```
public struct PlannedFault: Sendable, Hashable {
    /// Where in the life of a task a fault strikes.
    ///
    /// ```swift
    /// PlannedFault.crash(task: 3, .atSwitchPoint(1))
    /// ```
    public enum Place: Sendable, Hashable {
        /// Between taking the task and beginning it.
        case beforeStart
        /// At the task's n-th switch point, counted from 1: a call of a channel, signal, clock or the pool.
        case atSwitchPoint(Int)
        /// After the result was stored.
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
    ///   - attempt: at which attempt, counted from 1. A task that had not begun has used up no attempt.
    ///   - end: how the worker ends.
    public static func crash(
        task: Int, attempt: Int = 1, _ place: Place, _ end: WorkerEnd = .signal(9)
    ) -> Self {
        Self(target: .task(task, attempt: attempt, place), action: .crash(end))
    }

    /// The worker of a task never goes on from the task's n-th switch point, until the pool ends the task.
    public static func stuck(task: Int, attempt: Int = 1, atSwitchPoint number: Int = 1) -> Self {
        Self(target: .task(task, attempt: attempt, .atSwitchPoint(number)), action: .stuck)
    }

    /// The worker of a task goes on later from the task's n-th switch point.
    public static func delay(task: Int, attempt: Int = 1, atSwitchPoint number: Int = 1, by duration: Duration) -> Self
    {
        Self(
            target: .task(task, attempt: attempt, .atSwitchPoint(number)),
            action: .delay(max(0, duration.nanoseconds)))
    }

    /// The channel to which a task would send at its n-th switch point has no room for a while, for anybody.
    public static func fullQueue(
        task: Int, attempt: Int = 1, atSwitchPoint number: Int = 1, for duration: Duration
    ) -> Self {
        Self(
            target: .task(task, attempt: attempt, .atSwitchPoint(number)),
            action: .fullQueue(max(0, duration.nanoseconds)))
    }

    /// The first `count` attempts to start a worker in the place of one that died fail; each next one is 100 ms later.
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
    /// Killed by a signal of this number.
    case signal(Int32)
    /// By `exit` with this code.
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
