import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

extension PoolCore {
    /// Shares an array, which is copied once, to memory that each worker maps.
    func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try checkUsable()
        let shares = membership.shares
        let memory = try unsafe array.withUnsafeBytes { bytes in
            try shares.share(byteCount: bytes.count) { try unsafe write(bytes, at: $0) }
        }
        return try SharedArray(memory)
    }

    /// Shares a value, which is encoded once.
    @_disfavoredOverload
    func share<Value: Portable>(_ value: Value) throws -> MultitaskingCore.Shared<Value> {
        try checkUsable()
        let memory = try membership.withWriter { writer in
            do { try writer.encode(value) } catch { throw MultitaskingError.encodeFailed(error) }
            return try share(writer, value)
        }
        return MultitaskingCore.Shared(memory, value: value)
    }

    private func share(_ writer: PayloadWriter, _ value: any Sendable) throws -> ProcessSharedMemory {
        let inner = writer.exports?.objects.compactMap { ($0 as? ProcessSharedMemory)?.name } ?? []
        let byteCount = writer.byteCount
        return try membership.shares.share(byteCount: byteCount, leadingTo: inner, decoded: value) { offset in
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
            defer { unsafe bytes.deallocate() }
            try unsafe writer.copy(into: bytes)
            try unsafe write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        do throws(Refusal) { try unsafe mapping.write(bytes, at: offset) } catch {
            throw error.error("share \(bytes.count) bytes", or: "share less")
        }
    }
}
