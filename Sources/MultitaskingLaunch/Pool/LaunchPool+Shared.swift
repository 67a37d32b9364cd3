public import MultitaskingCore
internal import RemoteWorkers

extension LaunchPool: SharingExecutor {
    /// Shares an array. It is transferred once to each host that needs it, whose processes map it.
    ///
    /// The array exists until the last handle in this process and all tasks that were given one are gone. A handle in a
    /// channel keeps it until that channel is gone.
    /// - Throws: `shutDown`; `clusterLost`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try core.share(array)
    }

    /// Shares a value. It is encoded once, transferred once to each host that needs it, and decoded once by each
    /// process.
    ///
    /// - Throws: `shutDown`; `clusterLost`; `encodeFailed`.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> { try core.share(value) }
}
