// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadPool {
    /// Runs a function in a thread, with the results of other tasks as its arguments: `try pool.submit(merge, resultsOf: a, b)`.
    ///
    /// Arguments and results need only be `Sendable`: they are shared, not copied. The task starts when all of the
    /// futures have a value; a future may be of another pool. Where the backend can, values do not pass through the
    /// client. Returns at once, and blocks no thread. A task can depend on earlier ones alone, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose
    /// cause is that error. Cancelling the new task does not cancel those that it waits for.
    /// - Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        options: TaskOptions = .default, resultsOf futures: repeat Future<each Argument>
    ) throws -> Future<Output> {
        try submitDependent(options, repeat each futures) { values, _ in
            try function()(repeat each values.values)
        }
    }

    /// Runs an `async` function in a thread, with the results of other tasks as its arguments.
    ///
    /// It occupies its thread until it has returned.
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        options: TaskOptions = .default, resultsOf futures: repeat Future<each Argument>
    ) throws -> Future<Output> {
        try submitDependent(options, repeat each futures) { values, environment in
            try environment.wait { try await function()(repeat each values.values) }
        }
    }

    /// Runs a closure in a thread, with the results of other tasks as its arguments: `try pool.submit(resultsOf: a, b) { $0 + $1 }`.
    ///
    /// Arguments and results need only be `Sendable`: they are shared, not copied. The task starts when all of the
    /// futures have a value; a future may be of another pool. Where the backend can, values do not pass through the
    /// client. Returns at once, and blocks no thread. A task can depend on earlier ones alone, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose
    /// cause is that error. Cancelling the new task does not cancel those that it waits for.
    /// - Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, resultsOf futures: repeat Future<each Argument>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(options, repeat each futures) { values, _ in
            try body()(repeat each values.values)
        }
    }

    /// Runs an `async` closure in a thread, with the results of other tasks as its arguments.
    ///
    /// It occupies its thread until it has returned.
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        options: TaskOptions = .default, resultsOf futures: repeat Future<each Argument>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(options, repeat each futures) { values, environment in
            try environment.wait { try await body()(repeat each values.values) }
        }
    }
}
