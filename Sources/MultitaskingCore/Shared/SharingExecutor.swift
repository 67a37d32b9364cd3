/// An executor whose tasks can share large values, each of which exists once however many tasks use it.
///
/// **Implementer's duties.** Every worker finds a shared value, including workers that start later. The value is freed
/// when its last handle in the parent, in tasks, and in payloads in transit is gone, even if processes die. A task
/// can't change the value for others.
///
/// ```swift
/// let matrix = try pool.share(array)
/// let futures = try parts.map { try pool.submit(sum, $0, matrix) }
/// ```
public protocol SharingExecutor: Executor {
    /// Shares an array, copying its elements at most once.
    ///
    /// ```swift
    /// let matrix = try pool.share(array)
    /// ```
    /// - Throws: `shutDown`; `arenaLimitReached` or `systemError` if there isn't enough memory.
    func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element>

    /// Shares a value, which is encoded at most once, and decoded at most once per worker.
    ///
    /// - Throws: `shutDown`; `encodeFailed`; `arenaLimitReached` or `systemError` if there isn't enough memory.
    @_disfavoredOverload
    func share<Value: Portable>(_ value: Value) throws -> Shared<Value>
}
