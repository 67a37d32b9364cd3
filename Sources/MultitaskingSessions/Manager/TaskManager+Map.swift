// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

// They are disfavored so that a `ThreadTaskManager`, which has the same calls with weaker demands, gives a session of
// its own type whatever the elements are.

extension TaskManager {
    /// Runs a function once for each element: `manager.map("task-", findPrimes, ranges)`.
    ///
    /// The tasks belong to a new session; their names are `prefix` followed by 0, 1, 2, and so on. Several sequences
    /// are zipped: the function receives one element of each, until the shortest sequence ends.
    /// - Parameter display: what is shown while you wait with `waitForAll` or `results` of the session.
    /// - Returns: the session, with every task submitted.
    /// - Throws: whatever `TaskSession.submit` throws, after cancelling the tasks that were already submitted.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, ValueFunction<repeat (each Elements).Element, Output>(function),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a function that returns nothing once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, VoidFunction<repeat (each Elements).Element>(function),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a function that takes the task's context first once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) throws -> Output, scopes: Scopes = .null,
        options: TaskOptions = .default, _ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, ContextValueFunction<repeat (each Elements).Element, Output>(function),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a function that takes the task's context first and returns nothing once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) throws -> Void, scopes: Scopes = .null,
        options: TaskOptions = .default, _ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, ContextVoidFunction<repeat (each Elements).Element>(function),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` function once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncValueFunction<repeat (each Elements).Element, Output>(function),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` function that returns nothing once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) async throws -> Void,
        scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncVoidFunction<repeat (each Elements).Element>(function),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` function that takes the task's context first once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) async throws -> Output, scopes: Scopes = .null,
        options: TaskOptions = .default, _ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncContextValueFunction<repeat (each Elements).Element, Output>(function),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` function that takes the task's context first and returns nothing once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) async throws -> Void, scopes: Scopes = .null,
        options: TaskOptions = .default, _ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncContextVoidFunction<repeat (each Elements).Element>(function),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a closure once for each element: `manager.map("task-", ranges) { $0.count }`.
    ///
    /// The tasks belong to a new session; their names are `prefix` followed by 0, 1, 2, and so on. Several sequences
    /// are zipped: the function receives one element of each, until the shortest sequence ends.
    /// - Parameter display: what is shown while you wait with `waitForAll` or `results` of the session.
    /// - Returns: the session, with every task submitted.
    /// - Throws: whatever `TaskSession.submit` throws, after cancelling the tasks that were already submitted.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) throws -> Output
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, ValueFunction<repeat (each Elements).Element, Output>(body),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a closure that returns nothing once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) throws -> Void
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, VoidFunction<repeat (each Elements).Element>(body),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a closure that takes the task's context first once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) throws -> Output
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, ContextValueFunction<repeat (each Elements).Element, Output>(body),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs a closure that takes the task's context first and returns nothing once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) throws -> Void
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, ContextVoidFunction<repeat (each Elements).Element>(body),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` closure once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) async throws -> Output
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncValueFunction<repeat (each Elements).Element, Output>(body),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` closure that returns nothing once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) async throws -> Void
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncVoidFunction<repeat (each Elements).Element>(body),
            ArgumentRows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` closure that takes the task's context first once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence, Output: Portable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) async throws -> Output
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncContextValueFunction<repeat (each Elements).Element, Output>(body),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }

    /// Runs an `async` closure that takes the task's context first and returns nothing once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) async throws -> Void
    ) throws -> TaskSession where repeat (each Elements).Element: Portable {
        try addEach(
            prefix, scopes, options, AsyncContextVoidFunction<repeat (each Elements).Element>(body),
            Rows(repeat RowSource(each sequences))
        ).showing(display)
    }
}
