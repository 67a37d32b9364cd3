public import MultitaskingSessions

// With `WithInMemoryExecutor.swift` the only file that knows the sessions.

/// Runs a test on a simulated pool in many courses of events, and reproduces the one in which it fails.
///
/// ```swift
/// @Test func noUpdateIsLost() throws {
///     try Simulation.explore(seeds: 0..<1_000) { manager in
///         let total = try countInParallel(manager)
///         try Simulation.require(total == 2, "the total is \(total)")
///     }
/// }
/// ```
/// A test fails if it throws, or if nobody can go on. The functions of ``InMemoryPool`` with the same names are for
/// tests that use a pool without a manager.
public enum Simulation {
    /// Runs a test on a simulated pool once for each seed, and throws for the first course of events in which it fails.
    ///
    /// `body` should check what it checks by throwing, for example by ``require(_:_:)``: an expectation that records an
    /// issue isn't noticed here. It is called many times, on the calling thread, each time with a new pool that is shut
    /// down afterwards.
    ///
    /// - Parameters:
    ///   - seeds: which courses of events to try.
    ///   - isShrinking: whether to look for a simpler course of events that fails in the same way, which takes some
    ///     hundred further runs.
    /// - Returns: how much was tried.
    /// - Throws: ``ScheduleFailure``; `invalidArgument`.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    @discardableResult
    public static func explore(
        seeds: Range<UInt64>, options: InMemoryOptions = InMemoryOptions(), isShrinking: Bool = true,
        _ body: (TaskManager) throws -> Void
    ) throws -> Exploration {
        try InMemoryPool.explore(seeds: seeds, options: options, isShrinking: isShrinking) {
            try body(try TaskManager(executor: $0))
        }
    }

    /// Runs a test on a simulated pool in every course of events that takes the turn from somebody at most so many
    /// times.
    ///
    /// For small programs: the number of courses grows with the number of steps to the power of `preemptions`. Most
    /// errors of concurrency need one or two. Faults by chance do not strike; planned ones do.
    ///
    /// - Parameters:
    ///   - preemptions: how often, at most, another party goes on although the one that has the turn could.
    ///   - limit: how many courses to try at most; at least 1.
    /// - Returns: how much was tried, and whether that was all.
    /// - Throws: as ``explore(seeds:options:isShrinking:_:)`` does.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    @discardableResult
    public static func exploreAll(
        preemptions: Int = 2, limit: Int = 100_000, options: InMemoryOptions = InMemoryOptions(),
        _ body: (TaskManager) throws -> Void
    ) throws -> Exploration {
        try InMemoryPool.exploreAll(preemptions: preemptions, limit: limit, options: options) {
            try body(try TaskManager(executor: $0))
        }
    }

    /// Runs a test in the course of events that a failure's ``ScheduleFailure/replay`` describes.
    ///
    /// - Throws: ``ScheduleFailure`` if it fails again; `invalidArgument` if `string` describes nothing.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    public static func replay(
        _ string: String, options: InMemoryOptions = InMemoryOptions(), _ body: (TaskManager) throws -> Void
    ) throws {
        try InMemoryPool.replay(string, options: options) { try body(try TaskManager(executor: $0)) }
    }

    /// Throws ``RequirementFailure`` unless `condition` holds.
    ///
    /// For tests that are explored: unlike the expectations of a testing library it records nothing, so that a test may
    /// fail in some courses of events while others are tried.
    public static func require(
        _ condition: Bool, _ message: @autoclosure () -> String = "a requirement does not hold"
    ) throws {
        if !condition { throw RequirementFailure(message()) }
    }
}
