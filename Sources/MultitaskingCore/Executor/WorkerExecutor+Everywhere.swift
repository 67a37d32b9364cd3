// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension WorkerExecutor {
    /// Runs a function once in every worker: `try pool.everywhere(modelVersion)`.
    ///
    /// It runs before the worker's next task; a worker that is busy finishes its task first. Workers that come later
    /// make the call before their first task, and drop what it returns; but not if it has thrown, or has ended a
    /// worker.
    /// - Returns: a future for each worker that there is, in the order of their numbers.
    /// - Throws: as the requirement of the protocol does.
    @discardableResult
    public func everywhere<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        _ arguments: repeat each Argument
    ) throws -> [Future<Output>] {
        try everywhere(Invocation(ValueFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Runs a function that returns nothing once in every worker.
    @discardableResult
    public func everywhere<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument
    ) throws -> [Future<Void>] {
        try everywhere(Invocation(VoidFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Runs an `async` function once in every worker.
    @discardableResult
    public func everywhere<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        _ arguments: repeat each Argument
    ) throws -> [Future<Output>] {
        try everywhere(Invocation(AsyncValueFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Runs an `async` function that returns nothing once in every worker.
    @discardableResult
    public func everywhere<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void,
        _ arguments: repeat each Argument
    ) throws -> [Future<Void>] {
        try everywhere(Invocation(AsyncVoidFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Runs a closure once in every worker: `try pool.everywhere { modelVersion() }`.
    ///
    /// It runs before the worker's next task; a worker that is busy finishes its task first. Workers that come later
    /// make the call before their first task, and drop what it returns; but not if it has thrown, or has ended a
    /// worker.
    /// - Returns: a future for each worker that there is, in the order of their numbers.
    /// - Throws: as the requirement of the protocol does.
    @discardableResult
    @_disfavoredOverload
    public func everywhere<each Argument: Portable, Output: Portable>(
        _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> [Future<Output>] {
        try everywhere(Invocation(ValueFunction(body), ArgumentList(repeat each arguments)))
    }

    /// Runs a closure that returns nothing once in every worker.
    @discardableResult
    @_disfavoredOverload
    public func everywhere<each Argument: Portable>(
        _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void
    ) throws -> [Future<Void>] {
        try everywhere(Invocation(VoidFunction(body), ArgumentList(repeat each arguments)))
    }

    /// Runs an `async` closure once in every worker.
    @discardableResult
    @_disfavoredOverload
    public func everywhere<each Argument: Portable, Output: Portable>(
        _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) throws -> [Future<Output>] {
        try everywhere(Invocation(AsyncValueFunction(body), ArgumentList(repeat each arguments)))
    }

    /// Runs an `async` closure that returns nothing once in every worker.
    @discardableResult
    @_disfavoredOverload
    public func everywhere<each Argument: Portable>(
        _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void
    ) throws -> [Future<Void>] {
        try everywhere(Invocation(AsyncVoidFunction(body), ArgumentList(repeat each arguments)))
    }
}
