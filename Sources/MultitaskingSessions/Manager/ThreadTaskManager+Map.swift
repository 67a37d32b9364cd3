// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

// Threads share the caller's memory, so these need only `Sendable` elements and results.

extension ThreadTaskManager {
    /// Runs a function once for each element: `manager.map("task-", findPrimes, ranges)`.
    ///
    /// The tasks belong to a new session; their names are `prefix` followed by 0, 1, 2, and so on. Several sequences
    /// are zipped: the function receives one element of each, until the shortest sequence ends.
    /// - Parameter display: what is shown while you wait with `waitForAll` or `results` of the session.
    /// - Returns: the session, with every task submitted.
    /// - Throws: whatever `TaskSession.submit` throws, after cancelling the tasks that were already submitted.
    @discardableResult
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String,
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, _, _ in
            try function()(repeat each packed.values)
        }.showing(display)
    }

    /// Runs a function that takes the task's context first once for each element.
    @discardableResult
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) throws -> Output, scopes: Scopes = .null,
        options: TaskOptions = .default, _ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, context, _ in
            try function()(context, repeat each packed.values)
        }.showing(display)
    }

    /// Runs an `async` function once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) async throws -> Output,
        scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, _, environment in
            try environment.wait { try await function()(repeat each packed.values) }
        }.showing(display)
    }

    /// Runs an `async` function that takes the task's context first once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String,
        _ function:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) async throws -> Output, scopes: Scopes = .null,
        options: TaskOptions = .default, _ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, context, environment in
            try environment.wait { try await function()(context, repeat each packed.values) }
        }.showing(display)
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
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) throws -> Output
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, _, _ in
            try body()(repeat each packed.values)
        }.showing(display)
    }

    /// Runs a closure that takes the task's context first once for each element.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) throws -> Output
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, context, _ in
            try body()(context, repeat each packed.values)
        }.showing(display)
    }

    /// Runs an `async` closure once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat (each Elements).Element) async throws -> Output
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, _, environment in
            try environment.wait { try await body()(repeat each packed.values) }
        }.showing(display)
    }

    /// Runs an `async` closure that takes the task's context first once for each element.
    ///
    /// Each call occupies a worker until it returns.
    @discardableResult
    @_disfavoredOverload
    public func map<each Elements: Sequence & SendableMetatype, Output: Sendable>(
        _ prefix: String, scopes: Scopes = .null, options: TaskOptions = .default, _ sequences: repeat each Elements,
        showing display: ProgressDisplay = .nothing,
        body:
            @autoclosure @escaping @Sendable () ->
            @Sendable (TaskContext, repeat (each Elements).Element) async throws -> Output
    ) throws -> ThreadTaskSession where repeat (each Elements).Element: Sendable {
        try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {
            packed, context, environment in
            try environment.wait { try await body()(context, repeat each packed.values) }
        }.showing(display)
    }
}
