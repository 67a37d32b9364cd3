/// An executor whose tasks can share large values, which exist once however many tasks use them.
///
/// **Implementer's duties.** What is shared is found by every worker, also by one that starts later. It is freed when
/// the last handle is gone, in the parent, in tasks and in payloads under way, whatever dies meanwhile. A task cannot
/// change it for others.
///
/// ```swift
/// let matrix = try pool.share(array)
/// let futures = try parts.map { try pool.submit(sum, $0, matrix) }
/// ```
public protocol SharingExecutor: Executor {
    /// Shares an array, whose elements are copied at most once.
    ///
    /// ```swift
    /// let matrix = try pool.share(array)
    /// ```
    /// - Throws: `shutDown`; `arenaLimitReached` and `systemError` if there is not so much memory.
    func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element>

    /// Shares a value, which is encoded at most once, and decoded at most once by each worker.
    ///
    /// - Throws: `shutDown`; `encodeFailed`; `arenaLimitReached` and `systemError` if there is not so much memory.
    @_disfavoredOverload
    func share<Value: Portable>(_ value: Value) throws -> Shared<Value>
}
