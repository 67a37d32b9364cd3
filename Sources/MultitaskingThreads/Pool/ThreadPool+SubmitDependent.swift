// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadPool {
    /// Runs a function in a thread, with the results of others: `try pool.submit(merge, resultsOf: a, b)`.
    ///
    /// Arguments and results need only be `Sendable`: they are shared, not copied. The task starts when all of the
    /// futures have a value; a future may be of another pool. Where the backend can, values do not pass through the
    /// client. Returns at once, and blocks no thread. A task can depend on earlier ones alone, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose
    /// cause is that error. Cancelling the new task does not cancel those that it waits for.
    /// - Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, _ in
            try function()(value, repeat each values.values)
        }
    }

    /// Runs an `async` function in a thread, with the results of others.
    ///
    /// It occupies its thread until it has returned.
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, environment in
            try environment.wait { try await function()(value, repeat each values.values) }
        }
    }

    /// Runs a closure in a thread, with the results of others: `try pool.submit(resultsOf: a, b) { $0 + $1 }`.
    ///
    /// Arguments and results need only be `Sendable`: they are shared, not copied. The task starts when all of the
    /// futures have a value; a future may be of another pool. Where the backend can, values do not pass through the
    /// client. Returns at once, and blocks no thread. A task can depend on earlier ones alone, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose
    /// cause is that error. Cancelling the new task does not cancel those that it waits for.
    /// - Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
    @_disfavoredOverload
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, _ in
            try body()(value, repeat each values.values)
        }
    }

    /// Runs an `async` closure in a thread, with the results of others.
    ///
    /// It occupies its thread until it has returned.
    @_disfavoredOverload
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, environment in
            try environment.wait { try await body()(value, repeat each values.values) }
        }
    }
}
