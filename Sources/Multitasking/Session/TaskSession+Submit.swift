// The ways to submit a function by its name: the arguments come after it. The compiler picks the overload by what the
// function takes and returns and whether it is `async`.

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
        try add(name, scopes, options, NamedFunction(function), arguments: (repeat each arguments))
        return self
    }

    /// Runs a function that returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, NamedAction(function), arguments: (repeat each arguments))
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
        try add(name, scopes, options, ContextNamedFunction(function), row: (repeat each arguments))
        return self
    }

    /// Runs a function that takes the task's context first and returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, ContextNamedAction(function), row: (repeat each arguments))
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
        try add(name, scopes, options, AsyncNamedFunction(function), arguments: (repeat each arguments))
        return self
    }

    /// Runs an `async` function that returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) async throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncNamedAction(function), arguments: (repeat each arguments))
        return self
    }

    /// Runs an `async` function that takes the task's context first as a task.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextNamedFunction(function), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` function that takes the task's context first and returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, repeat each Argument) async throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextNamedAction(function), row: (repeat each arguments))
        return self
    }
}
