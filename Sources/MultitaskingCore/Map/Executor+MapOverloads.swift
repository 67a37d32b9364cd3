// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Calls a function for each element: `try pool.map(isPrime, 1..<1_000).values()`.
    ///
    /// Neighbouring elements form one task, a *chunk*, so that passing them costs little beside calling the function.
    /// Each element has its own result: a call that throws does not keep the others of its chunk from being called.
    ///
    /// If a worker dies, the element that it was processing gets the error. The elements of its chunk that come later
    /// are run elsewhere, and so are the earlier ones, **whose calls had returned but not arrived**: their side effects
    /// happen twice. Where that matters, pass a `chunkSize` of 1. Time limits, retries after a crash and cancellation
    /// apply to a chunk.
    ///
    /// Without a `chunkSize`, each worker gets about 16 chunks, so that a slow one delays the others by no more than a
    /// sixteenth of its share; a chunk has 4,096 elements at most.
    /// - Parameters:
    ///   - chunkSize: how many elements form one task, at least 1.
    ///   - elements: all of them are encoded and queued at once; the pool must have room for them and for the results.
    /// - Returns: a handle; ask it for `results()` or `values()`.
    /// - Throws: `invalidArgument`, also for retries after errors, since errors are results here; what
    ///   ``submit(_:options:)`` throws. What the function throws is not thrown here.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        _ elements: Elements, options: TaskOptions
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(function), over: Array(elements), chunkSize: nil, options: options)
    }

    /// Calls an `async` function for each element.
    ///
    /// Each call occupies a worker until it has returned.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        _ elements: Elements, options: TaskOptions
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(function), over: Array(elements), chunkSize: nil, options: options)
    }

    /// Calls a closure for each element: `try pool.map(1..<1_000) { $0 * 2 }.values()`.
    ///
    /// Neighbouring elements form one task, a *chunk*, so that passing them costs little beside calling the function.
    /// Each element has its own result: a call that throws does not keep the others of its chunk from being called.
    ///
    /// If a worker dies, the element that it was processing gets the error. The elements of its chunk that come later
    /// are run elsewhere, and so are the earlier ones, **whose calls had returned but not arrived**: their side effects
    /// happen twice. Where that matters, pass a `chunkSize` of 1. Time limits, retries after a crash and cancellation
    /// apply to a chunk.
    ///
    /// Without a `chunkSize`, each worker gets about 16 chunks, so that a slow one delays the others by no more than a
    /// sixteenth of its share; a chunk has 4,096 elements at most.
    /// - Parameters:
    ///   - chunkSize: how many elements form one task, at least 1.
    ///   - elements: all of them are encoded and queued at once; the pool must have room for them and for the results.
    /// - Returns: a handle; ask it for `results()` or `values()`.
    /// - Throws: `invalidArgument`, also for retries after errors, since errors are results here; what
    ///   ``submit(_:options:)`` throws. What the function throws is not thrown here.
    @inlinable
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, options: TaskOptions,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(body), over: Array(elements), chunkSize: nil, options: options)
    }

    /// Calls an `async` closure for each element.
    ///
    /// Each call occupies a worker until it has returned.
    @inlinable
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The spelling of version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, options: TaskOptions,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(body), over: Array(elements), chunkSize: nil, options: options)
    }
}
