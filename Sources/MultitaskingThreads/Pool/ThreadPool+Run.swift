// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadPool {
    /// Runs a function in a thread and suspends until it has ended: `try await pool.run(findPrimes, 1..<1_000)`.
    ///
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied. This never blocks a
    /// thread, not even while the pool is full. If the awaiting Swift task is cancelled, so is the call; see
    /// `Executor.run(_:options:)`.
    /// - Throws: what the function threw; `CancellationError`; whatever ``submit(_:options:)`` throws.
    nonisolated(nonsending) public func run<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) async throws -> Output {
        try await run(options) { try self.submit(function(), options: $0, repeat each arguments) }
    }

    /// Runs an `async` function in a thread and suspends until it has ended.
    ///
    /// The call occupies its thread until it returns.
    nonisolated(nonsending) public func run<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) async throws -> Output {
        try await run(options) { try self.submit(function(), options: $0, repeat each arguments) }
    }

    /// Runs a closure in a thread and suspends until it has ended: `try await pool.run(21) { $0 * 2 }`.
    ///
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied. This never blocks a
    /// thread, not even while the pool is full. If the awaiting Swift task is cancelled, so is the call; see
    /// `Executor.run(_:options:)`.
    /// - Throws: what the function threw; `CancellationError`; whatever ``submit(_:options:)`` throws.
    @_disfavoredOverload
    nonisolated(nonsending) public func run<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) async throws -> Output {
        try await run(options) { try self.submit(body(), options: $0, repeat each arguments) }
    }

    /// Runs an `async` closure in a thread and suspends until it has ended.
    ///
    /// The call occupies its thread until it returns.
    @_disfavoredOverload
    nonisolated(nonsending) public func run<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) async throws -> Output {
        try await run(options) { try self.submit(body(), options: $0, repeat each arguments) }
    }
}
