public import MultitaskingCore

/// How a simulated pool is made.
///
/// ```swift
/// var options = InMemoryOptions(maxWorkers: 4, faults: .chaotic)
/// options.stepLimit = 1_000_000
/// try withInMemoryExecutor(seed: 7, options: options) { manager in … }
/// ```
public struct InMemoryOptions: Sendable, Hashable {
    /// How many workers there are, 1...512.
    public var maxWorkers: Int
    /// What goes wrong.
    public var faults: FaultPlan
    /// How many unfinished tasks the pool holds at most; nil for no limit. See `TaskOptions.waitForRoom`.
    public var taskLimit: Int?
    /// How many switch points a simulation may have before it is ended as one that never ends.
    public var stepLimit: Int
    /// What becomes of functions that capture.
    ///
    /// Values that are captured are copied as between processes, and `submit` throws `capturesState` where they cannot
    /// be. A function that would run in a copy of the process runs here with what it has captured shared, not copied:
    /// the one thing that a simulation cannot imitate. The same holds for functions with private argument types.
    public var captures: CapturePolicy

    /// Whether functions that cannot be sent are allowed, as they are on a process pool that makes copies.
    public var allowsCaptures: Bool {
        get { captures.makesCopies }
        set { captures = newValue ? .byValueOrCopies : .byValue }
    }

    /// Makes options.
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

/// Which of the possible courses of events a simulation takes.
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

    /// By chance; the same for the same seed.
    public static func seed(_ seed: UInt64) -> Self { Self(kind: .seed(seed)) }

    /// As a run that failed did it; see ``ScheduleFailure/replay``.
    ///
    /// The faults are those of that run, whatever the options say.
    /// - Throws: `invalidArgument` if this is no such string.
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
        case .prefix: FaultSource(plan: plan, script: nil, seed: 0)
        }
    }
}
