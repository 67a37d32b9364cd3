public import MultitaskingCore

// A small library on top of pools, as WrappingAPool.md explains it. It knows the core alone: whoever uses it chooses
// the pool, and a closure that captures works on all of them.

extension Sequence where Element: Codable & Sendable {
    /// Calls a function for each element, on the workers of a pool, and returns the results in order.
    ///
    /// ```swift
    /// let limit = 100
    /// let small = try numbers.parallelMap(on: pool) { $0 < limit }
    /// ```
    /// Blocks until all are there.
    /// - Throws: what `Executor.submit(_:options:)` throws; the error of the first element whose call threw.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func parallelMap<Output: Codable & Sendable>(
        on pool: any Executor, _ transform: @escaping @Sendable (Element) throws -> Output
    ) throws -> [Output] {
        try pool.map(transform, self).values()
    }

    /// Suspends where the blocking function of the same name blocks.
    public func parallelMap<Output: Codable & Sendable>(
        on pool: any Executor, _ transform: @escaping @Sendable (Element) throws -> Output
    ) async throws -> [Output] {
        try await pool.map(transform, self).values()
    }

    /// Returns the elements for which a function says so, in order.
    ///
    /// - Throws: as `parallelMap` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func parallelFilter(
        on pool: any Executor, _ isIncluded: @escaping @Sendable (Element) throws -> Bool
    ) throws -> [Element] {
        let elements = Array(self)
        return zip(elements, try elements.parallelMap(on: pool, isIncluded)).filter(\.1).map(\.0)
    }

    /// Suspends where the blocking function of the same name blocks.
    public func parallelFilter(
        on pool: any Executor, _ isIncluded: @escaping @Sendable (Element) throws -> Bool
    ) async throws -> [Element] {
        let elements = Array(self)
        return zip(elements, try await elements.parallelMap(on: pool, isIncluded)).filter(\.1).map(\.0)
    }
}
