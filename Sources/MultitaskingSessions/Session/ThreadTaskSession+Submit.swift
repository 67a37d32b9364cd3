// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadTaskSession {
    /// Runs a function as a task: `session.submit("a", findPrimes, 1..<100)`.
    ///
    /// Arguments and results need only be `Sendable`: they are shared, not copied. Returns at once, unless the pool is
    /// full (see `TaskOptions.waitForRoom`). Tasks start in the order of submission.
    /// - Parameters:
    ///   - name: the task's name, not empty and unique in the session.
    ///   - scopes: which queues and which event the task gets, and with whom it shares them.
    /// - Returns: the session, so that calls can be chained.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if the scopes ask for a queue
    ///   or event that the session or manager was made without; `alreadyDestroyed`; and what the executor's `submit`
    ///   throws. What the function throws is in the task's result.
    @discardableResult
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { _, _ in
            try function()(repeat each packed.values)
        }
        return self
    }

    /// Runs a function that takes the task's context first as a task.
    @discardableResult
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { context, _ in
            try function()(context, repeat each packed.values)
        }
        return self
    }

    /// Runs an `async` function as a task.
    ///
    /// It occupies its worker until it has returned.
    @discardableResult
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { _, environment in
            try environment.wait { try await function()(repeat each packed.values) }
        }
        return self
    }

    /// Runs an `async` function that takes the task's context first as a task.
    ///
    /// It occupies its worker until it has returned.
    @discardableResult
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { context, environment in
            try environment.wait { try await function()(context, repeat each packed.values) }
        }
        return self
    }

    /// Runs a closure as a task: `session.submit("b", 21) { $0 * 2 }`.
    ///
    /// Arguments and results need only be `Sendable`: they are shared, not copied. Returns at once, unless the pool is
    /// full (see `TaskOptions.waitForRoom`). Tasks start in the order of submission.
    /// - Parameters:
    ///   - name: the task's name, not empty and unique in the session.
    ///   - scopes: which queues and which event the task gets, and with whom it shares them.
    /// - Returns: the session, so that calls can be chained.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if the scopes ask for a queue
    ///   or event that the session or manager was made without; `alreadyDestroyed`; and what the executor's `submit`
    ///   throws. What the function throws is in the task's result.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { _, _ in
            try body()(repeat each packed.values)
        }
        return self
    }

    /// Runs a closure that takes the task's context first as a task.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { context, _ in
            try body()(context, repeat each packed.values)
        }
        return self
    }

    /// Runs an `async` closure as a task.
    ///
    /// It occupies its worker until it has returned.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { _, environment in
            try environment.wait { try await body()(repeat each packed.values) }
        }
        return self
    }

    /// Runs an `async` closure that takes the task's context first as a task.
    ///
    /// It occupies its worker until it has returned.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Sendable, Output: Sendable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output
    ) throws -> Self {
        let packed = Packed(repeat each arguments)
        try addInProcess(name, scopes, options) { context, environment in
            try environment.wait { try await body()(context, repeat each packed.values) }
        }
        return self
    }
}
