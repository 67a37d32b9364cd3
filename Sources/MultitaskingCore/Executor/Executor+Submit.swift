// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Runs a function in a worker: `try pool.submit(findPrimes, 1..<1_000)`.
    ///
    /// Returns immediately unless the pool is full (see ``TaskOptions/waitForRoom``); the future provides the result.
    /// Calls start in the order of submission.
    /// - Throws: whatever ``submit(_:options:)`` throws.
    @inlinable
    public func submit<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try submit(Invocation(ValueFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs a function that returns nothing in a worker.
    @inlinable
    public func submit<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        try submit(Invocation(VoidFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` function in a worker.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    public func submit<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try submit(Invocation(AsyncValueFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` function that returns nothing in a worker.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    public func submit<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        try submit(Invocation(AsyncVoidFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs a closure in a worker: `try pool.submit(21) { $0 * 2 }`.
    ///
    /// Returns immediately unless the pool is full (see ``TaskOptions/waitForRoom``); the future provides the result.
    /// Calls start in the order of submission.
    /// - Throws: whatever ``submit(_:options:)`` throws.
    @inlinable
    @_disfavoredOverload
    public func submit<each Argument: Portable, Output: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Future<Output> {
        try submit(Invocation(ValueFunction(body), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs a closure that returns nothing in a worker.
    @inlinable
    @_disfavoredOverload
    public func submit<each Argument: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void
    ) throws -> Future<Void> {
        try submit(Invocation(VoidFunction(body), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` closure in a worker.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    @_disfavoredOverload
    public func submit<each Argument: Portable, Output: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Future<Output> {
        try submit(Invocation(AsyncValueFunction(body), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` closure that returns nothing in a worker.
    ///
    /// The call occupies its worker until it returns.
    @inlinable
    @_disfavoredOverload
    public func submit<each Argument: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void
    ) throws -> Future<Void> {
        try submit(Invocation(AsyncVoidFunction(body), ArgumentList(repeat each arguments)), options: options)
    }
}
