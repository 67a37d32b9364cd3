public import MultitaskingCore
internal import MultitaskingSerialization
internal import RemoteWorkers

extension RayPool: SharingExecutor {
    /// Shares an array. It is transferred once to the cluster, and once to each node that needs it, whose processes map
    /// it.
    ///
    /// The array exists until the last handle in this process and all tasks that were given one are gone. A handle in a
    /// channel keeps it until that channel is gone.
    /// - Throws: `shutDown`; `clusterLost`; `systemError` if the cluster has no room for it.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try core.checkUsable()
        let memory = try unsafe array.withUnsafeBytes { bytes in
            try unsafe core.hub.shares.share(byteCount: bytes.count) { unsafe $0.copyMemory(from: bytes) }
        }
        return try SharedArray(memory)
    }

    /// Shares a value. It is encoded once, transferred once to each node that needs it, and decoded once by each
    /// process.
    ///
    /// - Throws: `shutDown`; `clusterLost`; `encodeFailed`; `systemError` if the cluster has no room for it.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> {
        try core.checkUsable()
        let shares = core.hub.shares
        let writer = PayloadWriter(home: shares)
        do { try writer.encode(value) } catch { throw MultitaskingError(.encodeFailed, of: error) }
        let memory = try unsafe shares.share(byteCount: writer.byteCount, leadingTo: writer.exports?.objects ?? []) {
            target in
            try unsafe writer.copy(into: target)
        }
        return Shared(memory, value: value)
    }
}
