// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension TaskSession {
    /// Runs a function as a task: `session.submit("a", findPrimes, 1..<100)`.
    ///
    /// Returns at once, unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of
    /// submission.
    /// - Parameters:
    ///   - name: the task's name, not empty and unique in the session.
    ///   - scopes: which queues and which event the task gets, and with whom it shares them.
    /// - Returns: the session, so that calls can be chained.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if the scopes ask for a queue
    ///   or event that the session or manager was made without; `alreadyDestroyed`; and what the executor's `submit`
    ///   throws. What the function throws is in the task's result.
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
    /// It occupies its worker until it has returned.
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
    /// It occupies its worker until it has returned.
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
    /// It occupies its worker until it has returned.
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
    /// It occupies its worker until it has returned.
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
    /// Returns at once, unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of
    /// submission.
    /// - Parameters:
    ///   - name: the task's name, not empty and unique in the session.
    ///   - scopes: which queues and which event the task gets, and with whom it shares them.
    /// - Returns: the session, so that calls can be chained.
    /// - Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if the scopes ask for a queue
    ///   or event that the session or manager was made without; `alreadyDestroyed`; and what the executor's `submit`
    ///   throws. What the function throws is in the task's result.
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
    /// It occupies its worker until it has returned.
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
    /// It occupies its worker until it has returned.
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
    /// It occupies its worker until it has returned.
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
    /// It occupies its worker until it has returned.
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
