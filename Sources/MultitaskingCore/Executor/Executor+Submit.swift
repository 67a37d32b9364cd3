// The ways to submit a function without a session: by its name with the arguments after it, or as a trailing closure
// with the arguments before it. The compiler picks the overload by what the function returns and whether it is `async`.

extension Executor {
    /// Runs a function in a worker: `try pool.submit(findPrimes, 1..<1_000)`.
    ///
    /// Returns at once; ask the future for the result. Calls start in the order of submission.
    /// - Throws: as ``submit(_:options:)`` does.
    @inlinable
    public func submit<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try submit(Invoker(NamedFunction(function), (repeat each arguments)), options: options)
    }

    /// Runs a function that returns nothing in a worker.
    @inlinable
    public func submit<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        try submit(Invoker(NamedAction(function), (repeat each arguments)), options: options)
    }

    /// Runs an `async` function in a worker, which it occupies until it has returned.
    @inlinable
    public func submit<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try submit(Invoker(AsyncNamedFunction(function), (repeat each arguments)), options: options)
    }

    /// Runs an `async` function that returns nothing in a worker, which it occupies until it has returned.
    @inlinable
    public func submit<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        try submit(Invoker(AsyncNamedAction(function), (repeat each arguments)), options: options)
    }

    /// Runs a closure in a worker: `try pool.submit(21) { $0 * 2 }`.
    ///
    /// Returns at once; ask the future for the result. Calls start in the order of submission.
    /// - Throws: as ``submit(_:options:)`` does.
    @inlinable
    public func submit<each Argument: Portable, Output: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) throws -> Output
    ) throws -> Future<Output> {
        try submit(Invoker(LiteralFunction(body), (repeat each arguments)), options: options)
    }

    /// Runs a closure that returns nothing in a worker.
    @inlinable
    public func submit<each Argument: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) throws -> Void
    ) throws -> Future<Void> {
        try submit(Invoker(LiteralAction(body), (repeat each arguments)), options: options)
    }

    /// Runs an `async` closure in a worker, which it occupies until it has returned.
    @inlinable
    public func submit<each Argument: Portable, Output: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Future<Output> {
        try submit(Invoker(AsyncLiteralFunction(body), (repeat each arguments)), options: options)
    }

    /// Runs an `async` closure that returns nothing in a worker, which it occupies until it has returned.
    @inlinable
    public func submit<each Argument: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) async throws -> Void
    ) throws -> Future<Void> {
        try submit(Invoker(AsyncLiteralAction(body), (repeat each arguments)), options: options)
    }
}
