// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension WorkerExecutor {
    /// Runs a function once in every worker: `try pool.everywhere(modelVersion)`.
    ///
    /// Each worker makes the call before its next task; a busy worker finishes its current task first. Workers that
    /// start later make the call before their first task and discard the result, unless the call has thrown or ended a
    /// worker before.
    /// - Returns: a future for each current worker, ordered by worker index.
    /// - Throws: whatever the protocol's requirement throws.
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
    /// Each worker makes the call before its next task; a busy worker finishes its current task first. Workers that
    /// start later make the call before their first task and discard the result, unless the call has thrown or ended a
    /// worker before.
    /// - Returns: a future for each current worker, ordered by worker index.
    /// - Throws: whatever the protocol's requirement throws.
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
