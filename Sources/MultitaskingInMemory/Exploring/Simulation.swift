public import MultitaskingSessions

// With `WithInMemoryExecutor.swift` the only file that knows the sessions.

/// Runs a test on a simulated pool in many schedules, and reproduces a schedule in which it fails.
///
/// ```swift
/// @Test func noUpdateIsLost() throws {
///     try Simulation.explore(seeds: 0..<1_000) { manager in
///         let total = try countInParallel(manager)
///         try Simulation.require(total == 2, "the total is \(total)")
///     }
/// }
/// ```
/// A test fails if it throws or deadlocks. The methods of ``InMemoryPool`` with the same names are for tests that use a
/// pool without a manager.
public enum Simulation {
    /// Runs a test on a simulated pool once for each seed, and throws for the first schedule in which it fails.
    ///
    /// `body` must report failures by throwing, for example with ``require(_:_:)``; an expectation that only records an
    /// issue isn't noticed. `body` is called many times, on the calling thread, each time with a new pool that is shut
    /// down afterwards.
    ///
    /// - Parameters:
    ///   - seeds: the seeds of the schedules to try, at least one.
    ///   - isShrinking: whether to search for a simpler schedule that fails in the same way, which takes a few hundred
    ///     further runs.
    /// - Returns: what was tried.
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

    /// Runs a test on a simulated pool in every schedule with at most a given number of preemptions.
    ///
    /// Use this for small programs: the number of schedules grows with the number of steps to the power of
    /// `preemptions`. Most concurrency bugs need one or two. Random faults don't occur; planned ones do.
    ///
    /// - Parameters:
    ///   - preemptions: the maximum number of switches away from a party that could have continued.
    ///   - limit: the maximum number of schedules to try, at least 1.
    /// - Returns: what was tried, and whether that was every schedule.
    /// - Throws: whatever ``explore(seeds:options:isShrinking:_:)`` throws.
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

    /// Runs a test in the schedule that a failure's ``ScheduleFailure/replay`` describes.
    ///
    /// - Throws: ``ScheduleFailure`` if the test fails again; `invalidArgument` if `string` isn't a schedule.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    public static func replay(
        _ string: String, options: InMemoryOptions = InMemoryOptions(), _ body: (TaskManager) throws -> Void
    ) throws {
        try InMemoryPool.replay(string, options: options) { try body(try TaskManager(executor: $0)) }
    }

    /// Throws ``RequirementFailure`` unless `condition` holds.
    ///
    /// Use this in tests that are explored. Unlike the expectations of a testing library, it records no issue, so a
    /// test may fail in some schedules while others are tried.
    public static func require(
        _ condition: Bool, _ message: @autoclosure () -> String = "a requirement does not hold"
    ) throws {
        if !condition { throw RequirementFailure(message()) }
    }
}
