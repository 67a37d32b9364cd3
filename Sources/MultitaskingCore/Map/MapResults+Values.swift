extension MapResults {
    /// Blocks until all elements have a result, and returns the value or error of each, in order.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @inlinable
    public func results(timeout: Duration? = nil) throws -> [Result<Output, any Error>] {
        guard waitUntilDone(WaitLimit(timeout: timeout)) else { throw MultitaskingError.notDone(within: timeout) }
        return joinedResults()
    }

    /// Suspends until all elements have a result, and returns the value or error of each, in order.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue. `CancellationError`.
    @inlinable
    public func results(timeout: Duration? = nil) async throws -> [Result<Output, any Error>] {
        guard try await waitUntilDone(WaitLimit(timeout: timeout)) else {
            throw MultitaskingError.notDone(within: timeout)
        }
        return joinedResults()
    }

    /// Suspends until all elements have a result, and returns the value or error of each, in order. Cancels the calls
    /// if the awaiting Swift task is cancelled.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue. `CancellationError`.
    public func results(
        timeout: Duration? = nil, cancelling scope: CancellationScope
    ) async throws -> [Result<Output, any Error>] {
        try await ending(with: scope, by: { cancel(force: true) }) { try await results(timeout: timeout) }
    }

    /// Blocks until all elements have a result, and returns the values in order.
    ///
    /// - Throws: the error of the first element that failed; `timedOut`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @inlinable
    public func values(timeout: Duration? = nil) throws -> [Output] {
        guard waitUntilDone(WaitLimit(timeout: timeout)) else { throw MultitaskingError.notDone(within: timeout) }
        return try joinedValues()
    }

    /// Suspends until all elements have a result, and returns the values in order.
    ///
    /// - Throws: the error of the first element that failed; `timedOut`; `CancellationError`.
    @inlinable
    public func values(timeout: Duration? = nil) async throws -> [Output] {
        guard try await waitUntilDone(WaitLimit(timeout: timeout)) else {
            throw MultitaskingError.notDone(within: timeout)
        }
        return try joinedValues()
    }

    /// Suspends until all elements have a result, and returns the values in order. Cancels the calls if the awaiting
    /// Swift task is cancelled.
    ///
    /// ```swift
    /// let lengths = try await pool.map(countLines, paths).values(cancelling: .withTask)
    /// ```
    /// - Throws: the error of the first element that failed; `timedOut`; `CancellationError`.
    public func values(timeout: Duration? = nil, cancelling scope: CancellationScope) async throws -> [Output] {
        try await ending(with: scope, by: { cancel(force: true) }) { try await values(timeout: timeout) }
    }

    @inlinable
    func joinedResults() -> [Result<Output, any Error>] {
        var results: [Result<Output, any Error>] = []
        results.reserveCapacity(count)
        for chunk in chunks {
            var values = chunk.values[...]
            var offset = 0
            for failure in chunk.failures {
                for value in values.prefix(failure.offset - offset) { results.append(.success(value)) }
                values = values.dropFirst(failure.offset - offset)
                results.append(.failure(failure.error))
                offset = failure.offset + 1
            }
            for value in values { results.append(.success(value)) }
        }
        return results
    }

    @inlinable
    func joinedValues() throws -> [Output] {
        var values: [Output] = []
        values.reserveCapacity(count)
        for chunk in chunks {
            if let failure = chunk.failures.first { throw failure.error }
            values.append(contentsOf: chunk.values)
        }
        return values
    }
}
