extension Executor {
    /// Queues a call, suspends until it has ended, and returns its value; the overloads offer more convenient forms.
    ///
    /// ```swift
    /// let page = try await pool.run(render, request)
    /// ```
    /// This is `submit` and ``Future/value(timeout:cancelling:)`` in one for asynchronous code, and never blocks a
    /// thread. While the pool is full, `run` suspends for as long as ``TaskOptions/waitForRoom`` says; calls get room
    /// in the order in which they were made. If the awaiting Swift task is cancelled, so is the call: it never starts,
    /// or it is asked to end and then ended by force after its grace period, while `run` throws immediately.
    /// - Throws: what the function threw; `CancellationError`; whatever ``submit(_:options:)`` throws.
    nonisolated(nonsending) public func run<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) async throws -> Function.Output {
        try await run(options) { try self.submit(call, options: $0) }
    }

    /// Suspends until there is room and `submit`, which gets `options` that don't wait for it, has been successful, and
    /// until the task has ended.
    nonisolated(nonsending) package func run<Value>(
        _ options: TaskOptions, _ submit: @escaping @Sendable (TaskOptions) throws -> Future<Value>
    ) async throws -> Value {
        try Task.checkCancellation()
        return try await submitWithoutBlocking(options, submit).value(cancelling: .withTask)
    }

    private func submitWithoutBlocking<Value>(
        _ options: TaskOptions, _ submit: @escaping @Sendable (TaskOptions) throws -> Future<Value>
    ) throws -> Future<Value> {
        guard !options.waitForRoom.isOver else { return try submit(options) }
        // Those that have been waiting for room come first.
        if !RoomLines.hasCalls(for: self) {
            var immediate = options
            immediate.waitForRoom = .never
            do { return try submit(immediate) } catch let error as MultitaskingError where error.meansNoRoom {}
        } else if let pool = self as? any ChecksSubmissions {
            // What is wrong in any case need not wait.
            try pool.validate(options)
            try pool.checkUsable()
        }
        return self.submit(after: [], options, submit)
    }
}
