public import MultitaskingCore

/// Options for creating a simulated pool.
///
/// ```swift
/// var options = InMemoryOptions(faults: .chaotic)
/// options.stepLimit = 1_000_000
/// try withInMemoryExecutor(seed: 7, maxWorkers: 4, options: options) { manager in … }
/// ```
public struct InMemoryOptions: Sendable, Hashable {
    /// The number of workers, 1...512. The parameter `maxWorkers` of `withInMemoryExecutor` overrides it.
    public var maxWorkers: Int
    /// The faults of the simulation.
    public var faults: FaultPlan
    /// The maximum number of unfinished tasks; nil for no limit. See `TaskOptions.waitForRoom`.
    public var taskLimit: Int?
    /// The number of switch points after which a simulation is considered endless and ended.
    public var stepLimit: Int
    /// What to do with functions that capture values.
    ///
    /// Captured values are copied as between processes; if one can't be copied, `submit` throws `capturesState`. A
    /// function that would run in a fork of the process shares its captured values instead, because a simulation can't
    /// imitate forks. The same applies to functions with private argument types.
    public var captures: CapturePolicy

    /// Whether functions that can't be sent are allowed, as in a process pool that forks for them.
    public var allowsCaptures: Bool {
        get { captures.makesCopies }
        set { captures = newValue ? .byValueOrCopies : .byValue }
    }

    /// Creates options.
    public init(
        maxWorkers: Int = 2, faults: FaultPlan = .none, taskLimit: Int? = nil, stepLimit: Int = 1_000_000,
        captures: CapturePolicy = .byValue, allowsCaptures: Bool = false
    ) {
        self.maxWorkers = maxWorkers
        self.faults = faults
        self.taskLimit = taskLimit
        self.stepLimit = stepLimit
        self.captures = allowsCaptures ? .byValueOrCopies : captures
    }

    func validate() throws {
        guard (1...512).contains(maxWorkers) else {
            throw MultitaskingError(.invalidArgument, "maxWorkers is \(maxWorkers); give a number from 1 to 512")
        }
        for (name, limit) in [("taskLimit", taskLimit), ("stepLimit", stepLimit)] {
            guard let limit, limit < 1 else { continue }
            throw MultitaskingError(.invalidArgument, "\(name) is \(limit); give at least 1")
        }
    }
}

/// The schedule of a simulation: which of the possible orders of events it takes.
///
/// ```swift
/// let pool = try InMemoryPool(.seed(7))
/// let again = try InMemoryPool(.replay("040j2a8"))
/// ```
public struct Schedule: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case seed(UInt64)
        case replay(Replay)
        /// The first decisions; after them the party that has the turn keeps it.
        case prefix([Int])
    }

    let kind: Kind

    /// A random schedule, which is the same for the same seed.
    public static func seed(_ seed: UInt64) -> Self { Self(kind: .seed(seed)) }

    /// The schedule of a failed run; see ``ScheduleFailure/replay``.
    ///
    /// The faults are those of that run, regardless of the options.
    /// - Throws: `invalidArgument` if the string isn't a schedule.
    public static func replay(_ string: String) throws -> Self { Self(kind: .replay(try Replay(string))) }

    var decisions: Decisions {
        switch kind {
        case .seed(let seed): Decisions(seed: seed)
        case .replay(let replay):
            Decisions(.script(Dictionary(replay.deviations.map { ($0.number, $0.choice) }) { first, _ in first }))
        case .prefix(let choices): Decisions(.prefix(choices))
        }
    }

    func faults(of plan: FaultPlan) -> FaultSource {
        switch kind {
        case .seed(let seed): FaultSource(plan: plan, script: nil, seed: seed)
        case .replay(let replay): FaultSource(plan: plan, script: replay.strikes, seed: 0)
        case .prefix:
            // Random events would differ from schedule to schedule.
            FaultSource(plan: FaultPlan(plan.faults, slowWorkers: plan.slowWorkers), script: nil, seed: 0)
        }
    }
}
