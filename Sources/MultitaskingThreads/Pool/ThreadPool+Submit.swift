// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadPool {
    /// Runs a function in a thread: `try pool.submit(findPrimes, 1..<1_000)`.
    ///
    /// Returns immediately unless the pool is full (see `TaskOptions.waitForRoom`); the future provides the result.
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied.
    /// - Throws: whatever ``submit(_:options:)`` throws.
    @inlinable
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Output> {
        try enqueue(FunctionCall(function, repeat each arguments), options)
    }

    /// Runs an `async` function in a thread.
    ///
    /// The call occupies its thread until it returns.
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
    /// Returns immediately unless the pool is full (see `TaskOptions.waitForRoom`); the future provides the result.
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied.
    /// - Throws: whatever ``submit(_:options:)`` throws.
    @inlinable
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Future<Output> {
        try enqueue(FunctionCall(body, repeat each arguments), options)
    }

    /// Runs an `async` closure in a thread.
    ///
    /// The call occupies its thread until it returns.
    @inlinable
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Future<Output> {
        try submit(options: options) { environment in
            try environment.wait { try await body()(repeat each arguments) }
        }
    }
}
