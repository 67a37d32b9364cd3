// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension TaskSession {
    /// Runs a function as a task: `session.submit("a", findPrimes, 1..<100)`.
    ///
    /// Returns immediately unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of
    /// submission.
    /// - Parameters:
    ///   - name: the task's name; must not be empty, and must be unique in the session.
    ///   - scopes: which queues and which cancel event the task uses, and which tasks share them.
    /// - Returns: the session, so that you can chain calls.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if a scope names a queue or
    ///   event that the session or manager doesn't have; `alreadyDestroyed`; whatever the executor's `submit` throws.
    ///   Errors of the function itself are in the task's result.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, ValueFunction(function), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs a function that returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, VoidFunction(function), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs a function that takes the task's context first as a task.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, ContextValueFunction(function), row: (repeat each arguments))
        return self
    }

    /// Runs a function that takes the task's context first and returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, ContextVoidFunction(function), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` function as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncValueFunction(function), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs an `async` function that returns nothing as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncVoidFunction(function), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs an `async` function that takes the task's context first as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextValueFunction(function), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` function that takes the task's context first and returns nothing as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextVoidFunction(function), row: (repeat each arguments))
        return self
    }

    /// Runs a closure as a task: `session.submit("b", 21) { $0 * 2 }`.
    ///
    /// Returns immediately unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of
    /// submission.
    /// - Parameters:
    ///   - name: the task's name; must not be empty, and must be unique in the session.
    ///   - scopes: which queues and which cancel event the task uses, and which tasks share them.
    /// - Returns: the session, so that you can chain calls.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if a scope names a queue or
    ///   event that the session or manager doesn't have; `alreadyDestroyed`; whatever the executor's `submit` throws.
    ///   Errors of the function itself are in the task's result.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, ValueFunction(body), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs a closure that returns nothing as a task.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, VoidFunction(body), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs a closure that takes the task's context first as a task.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, ContextValueFunction(body), row: (repeat each arguments))
        return self
    }

    /// Runs a closure that takes the task's context first and returns nothing as a task.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, ContextVoidFunction(body), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` closure as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, AsyncValueFunction(body), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs an `async` closure that returns nothing as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, AsyncVoidFunction(body), arguments: ArgumentList(repeat each arguments))
        return self
    }

    /// Runs an `async` closure that takes the task's context first as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextValueFunction(body), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` closure that takes the task's context first and returns nothing as a task.
    ///
    /// The call occupies its worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextVoidFunction(body), row: (repeat each arguments))
        return self
    }
}
