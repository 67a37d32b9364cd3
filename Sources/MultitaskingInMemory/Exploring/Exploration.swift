/// What an exploration tried without finding a failure.
///
/// ```swift
/// let tried = try Simulation.exploreAll(preemptions: 2) { manager in … }
/// print(tried.schedules, tried.isComplete)
/// ```
public struct Exploration: Sendable, Hashable {
    /// The number of schedules.
    public var schedules: Int
    /// The total number of switch points.
    public var steps: Int
    /// Whether these are all schedules within the bounds; false if the limit was reached first, or if seeds were tried.
    public var isComplete: Bool
}

/// A schedule in which a test fails, and how to reproduce it.
///
/// ```swift
/// do {
///     try Simulation.explore(seeds: 0..<1_000) { manager in … }
/// } catch let failure as ScheduleFailure {
///     print(failure.replay)   // try Simulation.replay("…") { manager in … }
/// }
/// ```
public struct ScheduleFailure: Error, CustomStringConvertible {
    /// Why the test failed.
    public let error: any Error
    /// The seed that led to the failure; nil if it was found in another way.
    public let seed: UInt64?
    /// The schedule as a string, for ``Simulation/replay(_:options:_:)`` with the same test and options.
    ///
    /// It describes the simplest failing schedule that was found, which may be simpler than the seed's.
    public let replay: String
    /// The steps of the schedule, one per line.
    public let trace: [String]
    /// The number of schedules that passed before this one.
    public let passed: Int

    /// How many lines of the trace the description has at most.
    private static let longestTrace = 100

    /// The error, how to reproduce it, and the end of the trace.
    public var description: String {
        let origin = seed.map { "with seed \($0), " } ?? ""
        let skipped = trace.count - Self.longestTrace
        let head = skipped > 0 ? ["… \(skipped) earlier steps are in the failure's trace"] : []
        return
            ([
                "the test fails \(origin)after \(passed) that passed: \(error)",
                "to repeat it: Simulation.replay(\"\(replay)\") { … }",
            ]
            + head + trace.suffix(Self.longestTrace)).joined(separator: "\n")
    }
}

/// The error that ``Simulation/require(_:_:)`` throws.
///
/// ```swift
/// try Simulation.require(total == 2, "the total is \(total)")
/// ```
public struct RequirementFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The requirement that isn't met.
    public let description: String

    /// Creates a failure.
    public init(_ description: String) { self.description = description }
}
