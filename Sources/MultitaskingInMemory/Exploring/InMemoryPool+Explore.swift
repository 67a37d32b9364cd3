extension InMemoryPool {
    /// Like ``Simulation/explore(seeds:options:isShrinking:_:)``, for a test that uses the pool without a manager.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    @discardableResult
    public static func explore(
        seeds: Range<UInt64>, options: InMemoryOptions = InMemoryOptions(), isShrinking: Bool = true,
        _ body: (InMemoryPool) throws -> Void
    ) throws -> Exploration {
        try Explorer(options).explore(seeds: seeds, isShrinking: isShrinking, body)
    }

    /// Like ``Simulation/exploreAll(preemptions:limit:options:_:)``, for a test that uses the pool without a manager.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    @discardableResult
    public static func exploreAll(
        preemptions: Int = 2, limit: Int = 100_000, options: InMemoryOptions = InMemoryOptions(),
        _ body: (InMemoryPool) throws -> Void
    ) throws -> Exploration {
        try Explorer(options).exploreAll(preemptions: preemptions, limit: limit, body)
    }

    /// Like ``Simulation/replay(_:options:_:)``, for a test that uses the pool without a manager.
    @available(*, noasync, message: "this blocks the thread; call it from a function that is not async")
    public static func replay(
        _ string: String, options: InMemoryOptions = InMemoryOptions(), _ body: (InMemoryPool) throws -> Void
    ) throws {
        try Explorer(options).replay(try .replay(string), body)
    }
}
