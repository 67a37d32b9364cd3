// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Runs a function in a worker, with the results of others: `try pool.submit(merge, resultsOf: a, b)`.
    ///
    /// The task starts when all of the futures have a value; a future may be of another pool. Where the backend can,
    /// values do not pass through the client. Returns at once, and blocks no thread. A task can depend on earlier ones
    /// alone, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose
    /// cause is that error. Cancelling the new task does not cancel those that it waits for.
    /// - Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
    @inlinable
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(DependentValueFunction(function), options, first, repeat each others)
    }

    /// Runs a function that returns nothing in a worker, with the results of others.
    @inlinable
    public func submit<First: Portable, each Other: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Void,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Void> {
        try submitDependent(DependentVoidFunction(function), options, first, repeat each others)
    }

    /// Runs an `async` function in a worker, with the results of others.
    ///
    /// It occupies its worker until it has returned.
    @inlinable
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(AsyncDependentValueFunction(function), options, first, repeat each others)
    }

    /// Runs an `async` function that returns nothing in a worker, with the results of others.
    ///
    /// It occupies its worker until it has returned.
    @inlinable
    public func submit<First: Portable, each Other: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Void,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Void> {
        try submitDependent(AsyncDependentVoidFunction(function), options, first, repeat each others)
    }

    /// Runs a closure in a worker, with the results of others: `try pool.submit(resultsOf: a, b) { $0 + $1 }`.
    ///
    /// The task starts when all of the futures have a value; a future may be of another pool. Where the backend can,
    /// values do not pass through the client. Returns at once, and blocks no thread. A task can depend on earlier ones
    /// alone, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose
    /// cause is that error. Cancelling the new task does not cancel those that it waits for.
    /// - Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(DependentValueFunction(body), options, first, repeat each others)
    }

    /// Runs a closure that returns nothing in a worker, with the results of others.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Void
    ) throws -> Future<Void> {
        try submitDependent(DependentVoidFunction(body), options, first, repeat each others)
    }

    /// Runs an `async` closure in a worker, with the results of others.
    ///
    /// It occupies its worker until it has returned.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(AsyncDependentValueFunction(body), options, first, repeat each others)
    }

    /// Runs an `async` closure that returns nothing in a worker, with the results of others.
    ///
    /// It occupies its worker until it has returned.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Void
    ) throws -> Future<Void> {
        try submitDependent(AsyncDependentVoidFunction(body), options, first, repeat each others)
    }
}
