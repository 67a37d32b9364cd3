package import MultitaskingCore
internal import MultitaskingSerialization

extension RemotePool {
    /// Shares an array; see `SharingExecutor`.
    package func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try checkUsable()
        let memory = try unsafe array.withUnsafeBytes { bytes in
            try unsafe hub.shares.share(byteCount: bytes.count) { unsafe $0.copyMemory(from: bytes) }
        }
        return try SharedArray(memory)
    }

    /// Shares a value; see `SharingExecutor`.
    @_disfavoredOverload
    package func share<Value: Portable>(_ value: Value) throws -> Shared<Value> {
        try checkUsable()
        let shares = hub.shares
        let writer = PayloadWriter(home: shares)
        do { try writer.encode(value) } catch { throw MultitaskingError(.encodeFailed, of: error) }
        let memory = try unsafe shares.share(byteCount: writer.byteCount, leadingTo: writer.exports?.objects ?? []) {
            target in
            try unsafe writer.copy(into: target)
        }
        return Shared(memory, value: value)
    }
}
