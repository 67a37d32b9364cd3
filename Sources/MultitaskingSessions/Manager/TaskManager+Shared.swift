extension TaskManager {
    /// Shares an array with the manager's tasks, which exists once however many of them use it; see `SharedArray`.
    ///
    /// - Throws: `invalidArgument` if the executor shares no values; `shutDown`; `arenaLimitReached` and `systemError`
    ///   if there is not so much memory.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try executor.share(array)
    }

    /// Shares a value with the manager's tasks, which is encoded once and decoded once a worker; see `Shared`.
    ///
    /// - Throws: `invalidArgument` if the executor shares no values; `shutDown`; `encodeFailed`; `arenaLimitReached`
    ///   and `systemError` if there is not so much memory.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> { try executor.share(value) }
}
