// The ways to submit a closure: the arguments come before it.

extension TaskSession {
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
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, LiteralFunction(body), arguments: (repeat each arguments))
        return self
    }

    /// Runs a closure that returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, LiteralAction(body), arguments: (repeat each arguments))
        return self
    }

    /// Runs a closure that takes the task's context first as a task.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (TaskContext, repeat each Argument) throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, ContextLiteralFunction(body), row: (repeat each arguments))
        return self
    }

    /// Runs a closure that takes the task's context first and returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (TaskContext, repeat each Argument) throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, ContextLiteralAction(body), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` closure as a task.
    ///
    /// It occupies its worker until it has returned.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) async throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, AsyncLiteralFunction(body), arguments: (repeat each arguments))
        return self
    }

    /// Runs an `async` closure that returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (repeat each Argument) async throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, AsyncLiteralAction(body), arguments: (repeat each arguments))
        return self
    }

    /// Runs an `async` closure that takes the task's context first as a task.
    @discardableResult
    public func submit<each Argument: Portable, Output: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (TaskContext, repeat each Argument) async throws -> Output
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextLiteralFunction(body), row: (repeat each arguments))
        return self
    }

    /// Runs an `async` closure that takes the task's context first and returns nothing as a task.
    @discardableResult
    public func submit<each Argument: Portable>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @escaping @Sendable (TaskContext, repeat each Argument) async throws -> Void
    ) throws -> Self {
        try add(name, scopes, options, AsyncContextLiteralAction(body), row: (repeat each arguments))
        return self
    }
}
