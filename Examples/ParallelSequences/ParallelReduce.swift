public import MultitaskingCore

extension Sequence where Element: Codable & Sendable {
    /// Combines all elements: first those of each part, on the workers of a pool, then what came of the parts.
    ///
    /// ```swift
    /// let offset = 10
    /// let sum = try numbers.parallelReduce(on: pool, 0) { $0 + $1 + offset }
    /// ```
    /// - Parameters:
    ///   - identity: what combines with any element to that element.
    ///   - combine: an associative function, since nobody promises where the parts end.
    /// - Throws: as `parallelMap` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func parallelReduce(
        on pool: any Executor, _ identity: Element, _ combine: @escaping @Sendable (Element, Element) throws -> Element
    ) throws -> Element {
        let parts = parts(for: pool)
        // The closure captures a value and a function, both of types that only the caller knows.
        return try parts.parallelMap(on: pool) { try $0.reduce(identity, combine) }.reduce(identity, combine)
    }

    /// Suspends where the blocking function of the same name blocks.
    public func parallelReduce(
        on pool: any Executor, _ identity: Element, _ combine: @escaping @Sendable (Element, Element) throws -> Element
    ) async throws -> Element {
        let parts = parts(for: pool)
        return try await parts.parallelMap(on: pool) { try $0.reduce(identity, combine) }.reduce(identity, combine)
    }

    /// A few parts for each worker, so that one that is slow does not hold the others up for long.
    private func parts(for pool: any Executor) -> [[Element]] {
        let elements = Array(self)
        let size = Swift.max(1, elements.count / (pool.maxWorkers * 4))
        return stride(from: 0, to: elements.count, by: size).map {
            Array(elements[$0..<Swift.min($0 + size, elements.count)])
        }
    }
}
