extension TaskManager {
    /// Shares an array with the manager's tasks, without a copy for each task; see `SharedArray`.
    ///
    /// - Throws: `invalidArgument` if the executor can't share values; `shutDown`; `arenaLimitReached` or `systemError`
    ///   if there isn't enough memory.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try executor.share(array)
    }

    /// Shares a value with the manager's tasks, which is encoded once, and decoded once per worker; see `Shared`.
    ///
    /// - Throws: `invalidArgument` if the executor can't share values; `shutDown`; `encodeFailed`; `arenaLimitReached`
    ///   or `systemError` if there isn't enough memory.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> { try executor.share(value) }
}
