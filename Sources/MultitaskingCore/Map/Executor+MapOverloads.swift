// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Calls a function for each element: `try pool.map(isPrime, 1..<1_000).values()`.
    ///
    /// Consecutive elements form one task, a *chunk*, to reduce the overhead of each call. Each element has its own
    /// result: if one call throws, the others in its chunk still run.
    ///
    /// If a worker dies, the element that it was processing gets the error. Another worker then runs the remaining
    /// elements of the chunk, and also the earlier ones, **whose results were lost with the worker**: their side
    /// effects happen twice. If that matters, pass a `chunkSize` of 1. Crash retries and cancellation apply to whole
    /// chunks. A time or memory limit applies to a chunk first; if a chunk reaches it, each of its elements runs again
    /// alone, with the full limit for itself.
    ///
    /// Without a `chunkSize`, each worker gets about 16 chunks of at most 4,096 elements each, so that one slow worker
    /// delays the others by at most a sixteenth of its share.
    /// - Parameters:
    ///   - chunkSize: how many elements form one task, at least 1.
    ///   - elements: the inputs. All of them are encoded and queued at once, so the pool needs room for them and their
    ///     results.
    /// - Returns: a handle that provides `results()` and `values()`.
    /// - Throws: `invalidArgument`, including for retries after errors, because errors are results here; whatever
    ///   ``submit(_:options:)`` throws. Errors of the function itself are results.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output,
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
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
    /// Each call occupies a worker until it returns.
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output,
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
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
    /// Consecutive elements form one task, a *chunk*, to reduce the overhead of each call. Each element has its own
    /// result: if one call throws, the others in its chunk still run.
    ///
    /// If a worker dies, the element that it was processing gets the error. Another worker then runs the remaining
    /// elements of the chunk, and also the earlier ones, **whose results were lost with the worker**: their side
    /// effects happen twice. If that matters, pass a `chunkSize` of 1. Crash retries and cancellation apply to whole
    /// chunks. A time or memory limit applies to a chunk first; if a chunk reaches it, each of its elements runs again
    /// alone, with the full limit for itself.
    ///
    /// Without a `chunkSize`, each worker gets about 16 chunks of at most 4,096 elements each, so that one slow worker
    /// delays the others by at most a sixteenth of its share.
    /// - Parameters:
    ///   - chunkSize: how many elements form one task, at least 1.
    ///   - elements: the inputs. All of them are encoded and queued at once, so the pool needs room for them and their
    ///     results.
    /// - Returns: a handle that provides `results()` and `values()`.
    /// - Throws: `invalidArgument`, including for retries after errors, because errors are results here; whatever
    ///   ``submit(_:options:)`` throws. Errors of the function itself are results.
    @inlinable
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(Mapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
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
    /// Each call occupies a worker until it returns.
    @inlinable
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
    @available(*, deprecated, message: "pass chunkSize: and options: before the elements")
    @_disfavoredOverload
    @inlinable
    public func map<Elements: Sequence, Output: Portable>(
        _ elements: Elements, chunkSize: Int?, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// The signature in version 0.1.
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
