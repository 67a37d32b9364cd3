public import MultitaskingSessions

// With `WithInMemoryExecutor.swift` the only file that knows the sessions.

/// Runs a test on a simulated pool once for each seed, and throws for the first course of events in which it fails.
///
/// ```swift
/// @Test func noUpdateIsLost() throws {
///     try explore(seeds: 0..<1_000) { manager in
///         …
///         try require(total == 2, "the total is \(total)")
///     }
/// }
/// ```
/// The test fails if `body` throws, or if nobody can go on. It should check what it checks by throwing, for example by
/// ``require(_:_:)``: an expectation that records an issue is not noticed here. `body` is called many times, on the
/// calling thread, each time with a new pool that is taken down afterwards.
///
/// - Parameters:
///   - seeds: which courses of events to try.
///   - isShrinking: whether to look for a simpler course of events that fails in the same way, which takes some hundred
///     further runs.
/// - Returns: how much was tried.
/// - Throws: ``ScheduleFailure``; `invalidArgument`.
@available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
@discardableResult
public func explore(
    seeds: Range<UInt64>, options: InMemoryOptions = InMemoryOptions(), isShrinking: Bool = true,
    _ body: (TaskManager) throws -> Void
) throws -> Exploration {
    try Explorer(options).explore(seeds: seeds, isShrinking: isShrinking) { try body(try TaskManager(executor: $0)) }
}

/// Runs a test on a simulated pool in every course of events that takes the turn from somebody at most so many times.
///
/// For small programs: the number of courses grows with the number of steps to the power of `preemptions`. Most errors
/// of concurrency need one or two. Faults by chance do not strike; planned ones do.
///
/// - Parameters:
///   - preemptions: how often, at most, somebody else goes on although whoever has the turn could.
///   - limit: how many courses to try at most.
/// - Returns: how much was tried, and whether that was all.
/// - Throws: as ``explore(seeds:options:isShrinking:_:)`` does.
@available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
@discardableResult
public func exploreAll(
    preemptions: Int = 2, limit: Int = 100_000, options: InMemoryOptions = InMemoryOptions(),
    _ body: (TaskManager) throws -> Void
) throws -> Exploration {
    try Explorer(options).exploreAll(preemptions: preemptions, limit: limit) {
        try body(try TaskManager(executor: $0))
    }
}

/// Runs a test in the course of events that a failure's ``ScheduleFailure/replay`` describes.
///
/// - Throws: ``ScheduleFailure`` if it fails again; `invalidArgument` if `string` describes nothing.
@available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
public func replay(
    _ string: String, options: InMemoryOptions = InMemoryOptions(), _ body: (TaskManager) throws -> Void
) throws {
    try Explorer(options).replay(try .replay(string)) { try body(try TaskManager(executor: $0)) }
}
