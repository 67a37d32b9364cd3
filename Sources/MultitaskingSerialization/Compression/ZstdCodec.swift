internal import CZstd
package import MultitaskingCore
internal import Synchronization

/// Compresses and decompresses whole payloads with zstd; each is one frame with its size and a checksum.
///
/// It may be used from any thread: contexts are kept in a pool, up to as many as were ever used at once, but eight at
/// most.
package enum ZstdCodec {
    /// `source` in compressed form.
    ///
    /// - Parameter level: from −7 to 19; see ``CompressionPolicy/zstd(level:)``.
    /// - Throws: `systemError` if there is no memory.
    package static func compress(
        _ source: UnsafeRawBufferPointer, level: Int
    ) throws(MultitaskingError) -> [UInt8] {
        let context = try compressors.take(or: Compressor.init)
        defer { compressors.give(context) }
        return try unsafe context.compress(source, level: level)
    }

    /// Fills `target` with what `source`, a compressed payload, holds.
    ///
    /// `target` must have exactly the size of the uncompressed payload; what the frame itself says is only compared
    /// with it. The compressed bytes are copied first, so that it does not matter if another process changes them.
    ///
    /// - Throws: `decodeFailed` if the payload is damaged or has another size, `systemError` if there is no memory.
    package static func decompress(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(MultitaskingError) {
        let context = try decompressors.take(or: Decompressor.init)
        defer { decompressors.give(context) }
        try unsafe context.decompress(source, into: target)
    }

    private static let compressors = Pool<Compressor>()
    private static let decompressors = Pool<Decompressor>()
}

/// Contexts that wait to be used again: making one costs more than compressing a small payload.
private final class Pool<Context: AnyObject & Sendable>: Sendable {
    private let idle = Mutex<[Context]>([])

    func take(or make: () throws(MultitaskingError) -> Context) throws(MultitaskingError) -> Context {
        if let context = idle.withLock({ $0.popLast() }) { return context }
        return try make()
    }

    func give(_ context: Context) {
        idle.withLock { if $0.count < 8 { $0.append(context) } }
    }
}

/// A zstd compression context.
@safe private final class Compressor: @unchecked Sendable {
    // SAFETY: owned by this object and freed with it; the pool gives the object to one thread at a time.
    private let context: OpaquePointer

    init() throws(MultitaskingError) {
        guard let context = unsafe ZSTD_createCCtx() else { throw .noMemory }
        unsafe self.context = context
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    func compress(_ source: UnsafeRawBufferPointer, level: Int) throws(MultitaskingError) -> [UInt8] {
        let level = min(max(level, CompressionPolicy.levels.lowerBound), CompressionPolicy.levels.upperBound)
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        var status = 0
        // SAFETY: zstd writes at most `buffer.count` bytes and says how many.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(source.count)) { buffer, count in
            unsafe status = ZSTD_compress2(context, buffer.baseAddress, buffer.count, source.baseAddress, source.count)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0 else { throw .noMemory }
        return bytes
    }
}

/// A zstd decompression context.
@safe private final class Decompressor: @unchecked Sendable {
    // SAFETY: owned by this object and freed with it; the pool gives the object to one thread at a time.
    private let context: OpaquePointer

    init() throws(MultitaskingError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .noMemory }
        unsafe self.context = context
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    func decompress(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(MultitaskingError) {
        let copy = unsafe [UInt8](source)
        let declared = unsafe copy.withUnsafeBytes { unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard declared == UInt64(target.count) else {
            throw .damaged("it does not say that it holds \(target.count) bytes")
        }
        // SAFETY: zstd writes at most `target.count` bytes and says how many.
        let status = unsafe copy.withUnsafeBytes {
            unsafe ZSTD_decompressDCtx(context, target.baseAddress, target.count, $0.baseAddress, $0.count)
        }
        guard ZSTD_isError(status) == 0 else { throw .damaged(unsafe String(cString: ZSTD_getErrorName(status))) }
        guard status == target.count else { throw .damaged("it holds \(status) bytes instead of \(target.count)") }
    }
}

extension MultitaskingError {
    fileprivate static var noMemory: Self { Self(.systemError, "there is no memory left for zstd; free some") }

    fileprivate static func damaged(_ what: String) -> Self {
        Self(.decodeFailed, "the compressed payload is damaged: \(what); send it again")
    }
}
