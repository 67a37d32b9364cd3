public import MultitaskingSessions

// The names of version 0.1, so that programs written against it still compile; they go with 0.4.

/// The name of ``Simulation/explore(seeds:options:isShrinking:_:)`` in version 0.1.
@available(*, deprecated, renamed: "Simulation.explore(seeds:options:isShrinking:_:)")
@discardableResult
public func explore(
    seeds: Range<UInt64>, options: InMemoryOptions = InMemoryOptions(), isShrinking: Bool = true,
    _ body: (TaskManager) throws -> Void
) throws -> Exploration {
    try Simulation.explore(seeds: seeds, options: options, isShrinking: isShrinking, body)
}

/// The name of ``Simulation/exploreAll(preemptions:limit:options:_:)`` in version 0.1.
@available(*, deprecated, renamed: "Simulation.exploreAll(preemptions:limit:options:_:)")
@discardableResult
public func exploreAll(
    preemptions: Int = 2, limit: Int = 100_000, options: InMemoryOptions = InMemoryOptions(),
    _ body: (TaskManager) throws -> Void
) throws -> Exploration {
    try Simulation.exploreAll(preemptions: preemptions, limit: limit, options: options, body)
}

/// The name of ``Simulation/replay(_:options:_:)`` in version 0.1.
@available(*, deprecated, renamed: "Simulation.replay(_:options:_:)")
public func replay(
    _ string: String, options: InMemoryOptions = InMemoryOptions(), _ body: (TaskManager) throws -> Void
) throws {
    try Simulation.replay(string, options: options, body)
}

/// The name of ``Simulation/require(_:_:)`` in version 0.1.
@available(*, deprecated, renamed: "Simulation.require(_:_:)")
public func require(_ condition: Bool, _ message: @autoclosure () -> String = "a requirement does not hold") throws {
    try Simulation.require(condition, message())
}
