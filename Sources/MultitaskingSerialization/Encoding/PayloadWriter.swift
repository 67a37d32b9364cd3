public import MultitaskingCore

/// Turns values into one payload, which is then copied once to where it is needed.
///
/// ```swift
/// let writer = PayloadWriter()
/// try writer.encode(["primes": [2, 3, 5, 7]])
/// try writer.copy(into: block)   // at least writer.byteCount bytes
/// ```
///
/// Small values go to a buffer that is kept from payload to payload; big arrays of numbers, `Data` and strings (above
/// 1 KiB) are retained as they are and copied by ``copy(into:)`` only. Make one writer for each thread and reuse it:
///
///     let writer = PayloadWriter()
///     try writer.encode(request)
///     let block = allocate(writer.byteCount)
///     try writer.copy(into: block)
///     writer.reset()
///
/// A payload can be read by a process of the same binary only; <doc:PayloadFormat> describes it.
///
/// A writer may be moved between threads but not used by two at once.
public final class PayloadWriter: PayloadEncoder {
    private let core = EncodingCore()

    /// The shared values that the payload refers to; nil for a writer that belongs to no pool.
    public let exports: SharedExports?

    /// Makes a writer of an empty payload.
    ///
    /// - Parameter home: names the shared values whose handles are encoded; without one, they cannot be.
    public init(home: (any SharedHome)? = nil) {
        exports = home.map(SharedExports.init)
        if let exports { core.userInfo[.sharedExports] = exports }
    }

    /// Whether the payload refers to shared values.
    @inlinable
    public var hasExports: Bool { exports?.isEmpty == false }

    deinit { core.invalidate() }

    /// What the `userInfo` of every encoder holds.
    public var userInfo: [CodingUserInfoKey: Any] {
        get { core.userInfo }
        set { core.userInfo = newValue }
    }

    /// Appends one value.
    ///
    /// - Throws: `encodeFailed` if the value's `encode(to:)` throws or values are nested more than 512 levels deep; a
    ///   `MultitaskingError` of the value's own is thrown as it is. The payload is then as it was before the call.
    /// - Complexity: linear in the encoded size, but a big array, `Data` or string is only retained.
    public func encode<Value: Encodable>(_ value: Value) throws {
        if core.encodeWhole(value) { return }
        let root = core.root()
        let mark = core.body.mark
        do {
            try core.encode(value, in: root, .none)
        } catch {
            core.body.rewind(to: mark)
            throw PayloadFailure.encoding(error, of: Value.self)
        }
    }

    /// How many bytes the payload has.
    ///
    /// - Complexity: linear in the number of retained values.
    public var byteCount: Int { core.keys.byteCount + core.body.byteCount }

    /// Copies the payload to the beginning of `target`.
    ///
    /// - Throws: `invalidArgument` if `target` has fewer bytes than ``byteCount``; nothing is then copied.
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

    /// Empties the payload; the buffer is kept, unless it is bigger than 1 MiB.
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

/// The payload of one value, as an array; for tests and for values that are not worth a writer.
///
/// - Throws: what ``PayloadWriter/encode(_:)`` throws.
public func encodePayload<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    let writer = PayloadWriter()
    try writer.encode(value)
    return try writer.bytes()
}
