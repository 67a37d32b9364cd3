// The ways to call a function for each element of a sequence without a task for each: by its name with the elements after
// it, or as a trailing closure with the elements before it.

extension Executor {
    /// Calls a function for each element: `try pool.map(isPrime, 1..<1_000_000).values()`.
    ///
    /// Neighbouring elements are one task, a *chunk*, so that passing them costs little beside calling the function. Each
    /// element has its own result: one whose call throws does not keep the others of its chunk from being called.
    ///
    /// If a worker dies, the element that it was at gets the error. Those of its chunk that it had not come to are run
    /// elsewhere, and so are those before it, **whose calls had returned but not arrived**: what they do besides returning
    /// is done twice. Where that matters, give a `chunkSize` of 1. Time limits, retries after a crash and cancellation are
    /// a chunk's.
    ///
    /// Without a `chunkSize`, each worker gets about 16 chunks, so that one that is slow holds the others up by no more
    /// than a sixteenth of its share; a chunk has 4,096 elements at most.
    /// - Parameters:
    ///   - elements: all of them are encoded and queued at once; the pool must have room for them and for the results.
    ///   - chunkSize: how many elements are one task, at least 1.
    /// - Returns: a handle; ask it for `results()` or `values()`.
    /// - Throws: `invalidArgument`, also for retries after errors, as those are results here; what ``submit(_:options:)``
    ///   throws. What the function throws is not thrown here.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        _ elements: Elements, chunkSize: Int? = nil, options: TaskOptions = .default
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(NamedMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// Calls an `async` function for each element; each call occupies a worker until it has returned.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        _ elements: Elements, chunkSize: Int? = nil, options: TaskOptions = .default
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncNamedMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// Calls a closure for each element: `try pool.map(1..<1_000) { $0 * 2 }.values()`.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, chunkSize: Int? = nil, options: TaskOptions = .default,
        body: @escaping @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(LiteralMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// Calls an `async` closure for each element; each call occupies a worker until it has returned.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, chunkSize: Int? = nil, options: TaskOptions = .default,
        body: @escaping @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncLiteralMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    @usableFromInline
    func map<Function: ChunkFunction>(
        _ function: Function, over elements: [Function.Element], chunkSize: Int?, options: TaskOptions
    ) throws -> MapResults<Function.Element, Function.Value> {
        guard chunkSize ?? 1 >= 1 else {
            throw MultitaskingError(
                .invalidArgument, "chunkSize is \(chunkSize ?? 0); give at least 1, or nil for a size that suits")
        }
        guard options.retries.errors.isEmpty else {
            throw MultitaskingError(
                .invalidArgument,
                "map does not call the function again for an element that throws: the error is its result; retry in the "
                    + "function, or submit each element")
        }
        let size = chunkSize ?? ChunkSize.automatic(for: elements.count, workers: maxWorkers)
        return try MapResults(elements, chunkSize: size) { [self] chunk in
            try submit(Invoker(function, chunk), options: options)
        }
    }
}

/// How many elements of a `map` are one task.
enum ChunkSize {
    /// With 16 chunks a worker, the last one to end is late by a sixteenth of a worker's share at most, if the elements
    /// take about the same time; and a chunk costs a few microseconds, which 16 elements of the shortest functions take.
    private static let chunksPerWorker = 16
    /// So that a crash has little to repeat, and the first results are there soon.
    private static let limit = 4096

    static func automatic(for count: Int, workers: Int) -> Int {
        min(limit, max(1, count / (workers * chunksPerWorker)))
    }
}
