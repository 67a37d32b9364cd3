// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadPool {
    /// Runs a function in a thread, with the results of other tasks as arguments: `try pool.submit(merge, resultsOf: a,
    /// b)`.
    ///
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied. The task starts when
    /// every future has a value. The futures may belong to other pools. Returns immediately without blocking a thread.
    /// A task can only depend on tasks that were submitted earlier, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts; it fails with `dependencyFailed`, with
    /// that error as its cause. Cancelling the new task doesn't cancel the tasks it depends on.
    /// - Throws: whatever ``submit(_:options:)`` throws. Errors that occur later are the future's failure.
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, _ in
            try function()(value, repeat each values.values)
        }
    }

    /// Runs an `async` function in a thread, with the results of other tasks as arguments.
    ///
    /// The call occupies its thread until it returns.
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) async throws -> Output,
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, environment in
            try environment.wait { try await function()(value, repeat each values.values) }
        }
    }

    /// Runs a closure in a thread, with the results of other tasks as arguments: `try pool.submit(resultsOf: a, b) { $0
    /// + $1 }`.
    ///
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied. The task starts when
    /// every future has a value. The futures may belong to other pools. Returns immediately without blocking a thread.
    /// A task can only depend on tasks that were submitted earlier, so there are no cycles.
    ///
    /// If one of the futures fails or is cancelled, the new task never starts; it fails with `dependencyFailed`, with
    /// that error as its cause. Cancelling the new task doesn't cancel the tasks it depends on.
    /// - Throws: whatever ``submit(_:options:)`` throws. Errors that occur later are the future's failure.
    @_disfavoredOverload
    public func submit<First: Sendable, each Other: Sendable, Output: Sendable>(
        options: TaskOptions = .default, resultsOf first: Future<First>, _ others: repeat Future<each Other>,
        body: @autoclosure @escaping @Sendable () -> @Sendable (First, repeat each Other) throws -> Output
    ) throws -> Future<Output> {
        try submitDependent(options, first, repeat each others) { value, values, _ in
            try body()(value, repeat each values.values)
        }
    }

    /// Runs an `async` closure in a thread, with the results of other tasks as arguments.
    ///
    /// The call occupies its thread until it returns.
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
