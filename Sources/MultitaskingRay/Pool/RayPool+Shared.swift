public import MultitaskingCore
internal import MultitaskingSerialization
internal import RemoteWorkers

extension RayPool: SharingExecutor {
    /// Shares an array: it goes to the cluster once, to each node that needs it once, and each process there maps it.
    ///
    /// It is there until the last handle in this process is gone, and with it the tasks that were given one. A handle
    /// that was sent through a channel keeps it until that channel is gone.
    /// - Throws: `shutDown`; `clusterLost`; `systemError` if the cluster has no room for it.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try core.checkUsable()
        let memory = try unsafe array.withUnsafeBytes { bytes in
            try unsafe core.hub.shares.share(byteCount: bytes.count) { unsafe $0.copyMemory(from: bytes) }
        }
        return try SharedArray(memory)
    }

    /// Shares a value: it is encoded once, goes to each node that needs it once, and is decoded once by each process.
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
