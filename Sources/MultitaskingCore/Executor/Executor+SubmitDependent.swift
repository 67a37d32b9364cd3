// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Runs a function in a worker, with the results of other tasks as arguments: `try pool.submit(merge, resultsOf: a,
    /// b)`.
    ///
    /// The task starts when every future has a value. The futures may belong to other pools. If the backend supports
    /// it, the values don't pass through the client. Returns immediately without blocking a thread. A task can only
    /// depend on tasks that were submitted earlier, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts; it fails with `dependencyFailed`, with
    /// that error as its cause. Cancelling the new task doesn't cancel the tasks it depends on.
    /// - Throws: whatever ``submit(_:options:)`` throws. Errors that occur later are the future's failure.
    @inlinable
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(DependentValueFunction(function), options, first, repeat each others)
    }

    /// Runs a function that returns nothing in a worker, with the results of other tasks as arguments.
    @inlinable
    public func submit<First: Portable, each Other: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Void,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Void> {
        try submitDependent(DependentVoidFunction(function), options, first, repeat each others)
    }

    /// Runs an `async` function in a worker, with the results of other tasks as arguments.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(AsyncDependentValueFunction(function), options, first, repeat each others)
    }

    /// Runs an `async` function that returns nothing in a worker, with the results of other tasks as arguments.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    public func submit<First: Portable, each Other: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Void,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Void> {
        try submitDependent(AsyncDependentVoidFunction(function), options, first, repeat each others)
    }

    /// Runs a closure in a worker, with the results of other tasks as arguments: `try pool.submit(resultsOf: a, b) { $0
    /// + $1 }`.
    ///
    /// The task starts when every future has a value. The futures may belong to other pools. If the backend supports
    /// it, the values don't pass through the client. Returns immediately without blocking a thread. A task can only
    /// depend on tasks that were submitted earlier, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts; it fails with `dependencyFailed`, with
    /// that error as its cause. Cancelling the new task doesn't cancel the tasks it depends on.
    /// - Throws: whatever ``submit(_:options:)`` throws. Errors that occur later are the future's failure.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(DependentValueFunction(body), options, first, repeat each others)
    }

    /// Runs a closure that returns nothing in a worker, with the results of other tasks as arguments.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Void
    ) throws -> Future<Void> {
        try submitDependent(DependentVoidFunction(body), options, first, repeat each others)
    }

    /// Runs an `async` closure in a worker, with the results of other tasks as arguments.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable, Output: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(AsyncDependentValueFunction(body), options, first, repeat each others)
    }

    /// Runs an `async` closure that returns nothing in a worker, with the results of other tasks as arguments.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    @_disfavoredOverload
    public func submit<First: Portable, each Other: Portable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Void
    ) throws -> Future<Void> {
        try submitDependent(AsyncDependentVoidFunction(body), options, first, repeat each others)
    }
}
