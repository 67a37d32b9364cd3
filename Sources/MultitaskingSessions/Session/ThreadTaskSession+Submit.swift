// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

// Threads share the caller's memory, so these need only `Sendable` arguments and results.

extension ThreadTaskSession {
    /// Runs a function as a task: `session.submit("a", findPrimes, 1..<100)`.
    ///
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied. Returns immediately
    /// unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of submission.
    /// - Parameters:
    ///   - name: the task's name; must not be empty, and must be unique in the session.
    ///   - scopes: which queues and which cancel event the task uses, and which tasks share them.
    /// - Returns: the session, so that you can chain calls.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if a scope names a queue or
    ///   event that the session or manager doesn't have; `alreadyDestroyed`; whatever the executor's `submit` throws.
    ///   Errors of the function itself are in the task's result.
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
    /// The call occupies its worker until it returns.
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
    /// The call occupies its worker until it returns.
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
    /// Arguments and results only need to be `Sendable`, because they are shared, not copied. Returns immediately
    /// unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of submission.
    /// - Parameters:
    ///   - name: the task's name; must not be empty, and must be unique in the session.
    ///   - scopes: which queues and which cancel event the task uses, and which tasks share them.
    /// - Returns: the session, so that you can chain calls.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if a scope names a queue or
    ///   event that the session or manager doesn't have; `alreadyDestroyed`; whatever the executor's `submit` throws.
    ///   Errors of the function itself are in the task's result.
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
    /// The call occupies its worker until it returns.
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
    /// The call occupies its worker until it returns.
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
