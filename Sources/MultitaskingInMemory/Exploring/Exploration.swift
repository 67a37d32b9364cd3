/// How much an exploration has tried, without finding a failure.
///
/// ```swift
/// let tried = try Simulation.exploreAll(preemptions: 2) { manager in … }
/// print(tried.schedules, tried.isComplete)
/// ```
public struct Exploration: Sendable, Hashable {
    /// How many courses of events.
    public var schedules: Int
    /// How many switch points in all of them.
    public var steps: Int
    /// Whether there are no others within the bounds; false if the limit came first, or seeds were tried.
    public var isComplete: Bool
}

/// A course of events in which a test fails, and how to have it again.
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
    /// The seed that led to it; nil if it was found in another way.
    public let seed: UInt64?
    /// The course of events as a string: hand it to ``Simulation/replay(_:options:_:)`` with the same test and options.
    ///
    /// It describes the simplest course that was found, which may be simpler than the seed's.
    public let replay: String
    /// What happened, one line a step.
    public let trace: [String]
    /// How many courses of events were tried before this one.
    public let passed: Int

    /// How many lines of the trace the description has at most.
    private static let longestTrace = 100

    /// The error, how to have it again, and the end of the trace.
    public var description: String {
        let origin = seed.map { "with seed \($0), " } ?? ""
        let skipped = trace.count - Self.longestTrace
        let head = skipped > 0 ? ["… \(skipped) earlier steps are in the failure's trace"] : []
        return
            ([
                "the test fails \(origin)after \(passed) that passed: \(error)",
                "to have it again: Simulation.replay(\"\(replay)\") { … }",
            ]
            + head + trace.suffix(Self.longestTrace)).joined(separator: "\n")
    }
}

/// What ``Simulation/require(_:_:)`` throws.
///
/// ```swift
/// try Simulation.require(total == 2, "the total is \(total)")
/// ```
public struct RequirementFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was not as it should be.
    public let description: String

    /// Makes a failure.
    public init(_ description: String) { self.description = description }
}
