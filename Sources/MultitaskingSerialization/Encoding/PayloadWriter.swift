public import MultitaskingCore

/// Encodes values into one payload, which you then copy to its destination once.
///
/// ```swift
/// let writer = PayloadWriter()
/// try writer.encode(["primes": [2, 3, 5, 7]])
/// try writer.copy(into: block)   // at least writer.byteCount bytes
/// ```
///
/// Small values are written to a buffer that is reused between payloads. Large arrays of numbers, `Data`, and strings
/// (above 1 KiB) are only retained, and copied by ``copy(into:)``. Create one writer for each thread, and reuse it:
///
///     let writer = PayloadWriter()
///     try writer.encode(request)
///     let block = allocate(writer.byteCount)
///     try writer.copy(into: block)
///     writer.reset()
///
/// Only a process with the same binary can read a payload; <doc:PayloadFormat> describes the format. You can move a
/// writer between threads, but only one thread may use it at a time.
public final class PayloadWriter: PayloadEncoder {
    private let core: EncodingCore

    /// The shared values that the payload refers to; nil if the writer doesn't belong to a pool.
    public let exports: SharedExports?

    /// Creates a writer with an empty payload.
    ///
    /// - Parameter home: assigns references to shared values; without it, handles of shared values can't be encoded.
    public init(home: (any SharedHome)? = nil) {
        exports = home.map(SharedExports.init)
        core = EncodingCore(exports: exports)
    }

    /// Whether the payload refers to shared values.
    @inlinable
    public var hasExports: Bool { exports?.isEmpty == false }

    deinit { core.invalidate() }

    /// The `userInfo` of every encoder.
    public var userInfo: [CodingUserInfoKey: Any] {
        get { core.userInfo }
        set { core.userInfo = newValue }
    }

    /// Encodes one value.
    ///
    /// - Throws: `encodeFailed` if the value's `encode(to:)` throws, or if values are nested more than 512 levels deep;
    ///   a `MultitaskingError` of the value's own, unchanged. After an error, the payload is the same as before the
    ///   call.
    /// - Complexity: O(*n*) in the encoded size, except that large arrays, `Data`, and strings are only retained.
    public func encode<Value: Encodable>(_ value: Value) throws { try encode(value, as: CodedType(Value.self)) }

    /// Appends one value; `type` is what was looked up of its type.
    package func encode<Value: Encodable>(_ value: Value, as type: CodedType) throws {
        if core.encodeWhole(value, by: type.strategy) { return }
        let root = core.root()
        let mark = core.body.end.mark
        do {
            try core.encode(value, in: root, .none)
        } catch {
            core.body.rewind(to: mark)
            throw PayloadFailure.encoding(error, of: Value.self)
        }
    }

    /// The number of bytes in the payload.
    ///
    /// - Complexity: O(*n*) in the number of retained values.
    public var byteCount: Int { core.keys.byteCount + core.body.byteCount }

    /// Copies the payload to the beginning of `target`.
    ///
    /// - Throws: `invalidArgument` if `target` has fewer bytes than ``byteCount``, in which case nothing is copied.
    public func copy(into target: UnsafeMutableRawBufferPointer) throws(MultitaskingError) {
        let keyBytes = core.keys.byteCount
        let bodyBytes = core.body.byteCount
        guard target.count >= keyBytes, target.count - keyBytes >= bodyBytes else {
            throw MultitaskingError(
                .invalidArgument, "a payload of \(keyBytes + bodyBytes) bytes does not fit \(target.count) bytes")
        }
        // SAFETY: the target has room for both parts, and slicing checks it again.
        unsafe core.keys.write(into: target)
        unsafe core.body.copy(into: .init(rebasing: target[keyBytes..<keyBytes + bodyBytes]))
    }

    /// Calls `body` with the payload in pieces, in order, which saves a copy where they go into a file.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        var keys = [UInt8](repeating: 0, count: core.keys.byteCount)
        // SAFETY: there is room for the keys, and the pieces are used while they are there.
        unsafe keys.withUnsafeMutableBytes { unsafe core.keys.write(into: $0) }
        if !keys.isEmpty { try unsafe keys.withUnsafeBytes(body) }
        try unsafe core.body.forEachPiece(body)
    }

    /// Empties the payload. The buffer is kept unless it is larger than 1 MiB.
    public func reset() {
        core.reset()
        if hasExports { exports?.removeAll() }
    }
}

extension PayloadWriter {
    /// The payload as an array.
    ///
    /// - Throws: what ``copy(into:)`` throws.
    package func bytes() throws -> [UInt8] {
        let byteCount = byteCount
        // SAFETY: the array has room for `byteCount` bytes, and `copy` writes them all or throws.
        return try unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
            try unsafe copy(into: UnsafeMutableRawBufferPointer(target))
            count = byteCount
        }
    }
}

/// Returns the payload of one value as an array, for tests and for occasional values.
///
/// - Throws: whatever ``PayloadWriter/encode(_:)`` throws.
public func encodePayload<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    let writer = PayloadWriter()
    try writer.encode(value)
    return try writer.bytes()
}
