public import MultitaskingCore

// The ways to submit a function that `Executor` has, for arguments and results that need not be `Codable`.

extension ThreadPool {
    /// Runs a function in a thread: `try pool.submit(findPrimes, 1..<1_000)`.
    ///
    /// Returns at once; ask the future for the result. Arguments and results are shared, not copied or encoded.
    /// - Throws: as ``submit(_:options:)`` does.
    @inlinable
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try enqueue(FunctionCall(function, repeat each arguments), options)
    }

    /// Runs an `async` function and keeps a thread occupied until it has returned.
    @inlinable
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try submit(options: options) { environment in
            try environment.wait { try await function()(repeat each arguments) }
        }
    }

    /// Runs a closure in a thread: `try pool.submit(21) { $0 * 2 }`.
    ///
    /// Returns at once; ask the future for the result. What the closure captures must be `Sendable`.
    /// - Throws: as ``submit(_:options:)`` does.
    @inlinable
    public func submit<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) throws -> Output
    ) throws -> Future<Output> {
        try enqueue(ClosureCall(body, repeat each arguments), options)
    }

    /// Runs an `async` closure and keeps a thread occupied until it has returned.
    @inlinable
    public func submit<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Future<Output> {
        try submit(options: options) { environment in
            try environment.wait { try await body(repeat each arguments) }
        }
    }
}
