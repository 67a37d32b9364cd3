// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Runs a function in a worker and suspends until it has ended: `try await pool.run(findPrimes, 1..<1_000)`.
    ///
    /// This never blocks a thread, not even while the pool is full. If the awaiting Swift task is cancelled, so is the
    /// call; see ``run(_:options:)``.
    /// - Throws: what the function threw; `CancellationError`; whatever ``submit(_:options:)`` throws.
    nonisolated(nonsending) public func run<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) async throws -> Output {
        try await run(Invocation(ValueFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs a function that returns nothing in a worker and suspends until it has ended.
    nonisolated(nonsending) public func run<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) async throws -> Void {
        try await run(Invocation(VoidFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` function in a worker and suspends until it has ended.
    ///
    /// The call occupies its worker until it returns.
    nonisolated(nonsending) public func run<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) async throws -> Output {
        try await run(Invocation(AsyncValueFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` function that returns nothing in a worker and suspends until it has ended.
    ///
    /// The call occupies its worker until it returns.
    nonisolated(nonsending) public func run<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void,
        options: TaskOptions = .default, _ arguments: repeat each Argument
    ) async throws -> Void {
        try await run(Invocation(AsyncVoidFunction(function), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs a closure in a worker and suspends until it has ended: `try await pool.run(21) { $0 * 2 }`.
    ///
    /// This never blocks a thread, not even while the pool is full. If the awaiting Swift task is cancelled, so is the
    /// call; see ``run(_:options:)``.
    /// - Throws: what the function threw; `CancellationError`; whatever ``submit(_:options:)`` throws.
    @_disfavoredOverload
    nonisolated(nonsending) public func run<each Argument: Portable, Output: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) async throws -> Output {
        try await run(Invocation(ValueFunction(body), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs a closure that returns nothing in a worker and suspends until it has ended.
    @_disfavoredOverload
    nonisolated(nonsending) public func run<each Argument: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void
    ) async throws -> Void {
        try await run(Invocation(VoidFunction(body), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` closure in a worker and suspends until it has ended.
    ///
    /// The call occupies its worker until it returns.
    @_disfavoredOverload
    nonisolated(nonsending) public func run<each Argument: Portable, Output: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) async throws -> Output {
        try await run(Invocation(AsyncValueFunction(body), ArgumentList(repeat each arguments)), options: options)
    }

    /// Runs an `async` closure that returns nothing in a worker and suspends until it has ended.
    ///
    /// The call occupies its worker until it returns.
    @_disfavoredOverload
    nonisolated(nonsending) public func run<each Argument: Portable>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void
    ) async throws -> Void {
        try await run(Invocation(AsyncVoidFunction(body), ArgumentList(repeat each arguments)), options: options)
    }
}
