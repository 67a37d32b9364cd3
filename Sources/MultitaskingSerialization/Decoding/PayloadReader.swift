public import MultitaskingCore

/// Decodes the values of a payload from a ``PayloadWriter``, in the same order.
///
/// ```swift
/// let reader = PayloadReader(UnsafeRawBufferPointer(block))
/// let primes = try reader.decode([String: [Int]].self)
/// ```
///
/// The reader borrows the bytes, which must stay readable until the reader is released or ``reset(_:)`` is called.
/// Whatever they contain, and even if another process changes them meanwhile, decoding returns a value or throws. It
/// never traps, and it allocates memory in proportion to the number of bytes. Invalid UTF-8 becomes U+FFFD. Containers
/// and decoders that a value stores become empty once the reader is released. You can move a reader between threads,
/// but only one thread may use it at a time.
public final class PayloadReader: PayloadDecoder {
    /// The bytes that are not read yet, until there is a core.
    private var bytes: ByteSource
    /// Whether `bytes` begins behind the table of keys, which is then empty or the core's.
    private var isBehindKeys = false
    private var core: DecodingCore?
    private let environment: () -> (any TaskEnvironment)?

    /// Creates a reader of `bytes`. Values find `environment` in `userInfo` under `CodingUserInfoKey.taskEnvironment`.
    ///
    /// - Parameter environment: the environment, evaluated once after each ``reset(_:)``, before the first value that
    ///   may need it.
    public init(
        _ bytes: UnsafeRawBufferPointer,
        environment: @autoclosure @escaping () -> (any TaskEnvironment)? = nil
    ) {
        self.bytes = unsafe ByteSource(bytes)
        self.environment = environment
    }

    deinit { core?.invalidate() }

    /// Decodes the next value.
    ///
    /// - Throws: `decodeFailed` if the bytes aren't the payload of a `Value`; a `MultitaskingError` of the value's own
    ///   `init(from:)`, unchanged. After an error, the reader is still positioned before the value.
    /// - Complexity: O(*n*) in the encoded size, in whatever order a type reads its properties. Arrays of numbers,
    ///   `Data`, and strings are copied as a whole. Decoding fails with `decodeFailed` if a type's `init(from:)`
    ///   repeatedly decodes the same bytes: more than 16,384 values plus 128 for each byte of the payload.
    ///   See <doc:PayloadFormat>.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decode(type, as: CodedType(type))
    }

    /// Reads the next value; `known` is what was looked up of its type.
    package func decode<Value: Decodable>(_ type: Value.Type, as known: CodedType) throws -> Value {
        if core == nil, let strategy = strategyWithoutCore(known.strategy) {
            var source = bytes
            if !isBehindKeys { try? source.advance(1) }
            // Damaged bytes are left to the way below, which says what is wrong with them.
            do throws(ReadFailure) {
                let value = try source.read(type, by: strategy)
                bytes = source
                isBehindKeys = true
                return value
            } catch {}
        }
        do {
            let core = try openCore()
            let position = core.source.position
            let root = try core.root()
            do {
                return try core.decode(type, in: root, .none)
            } catch {
                core.source.seek(to: position)
                throw error
            }
        } catch {
            throw PayloadFailure.decoding(error, of: type)
        }
    }

    /// Whether all values have been read. It is also true if the beginning of the bytes is damaged.
    public var isAtEnd: Bool {
        if core == nil, isBehindKeys { return bytes.remaining == 0 }
        return (try? openCore())?.source.remaining ?? 0 == 0
    }

    /// Starts reading other bytes. The reader no longer accesses the previous ones.
    public func reset(_ bytes: UnsafeRawBufferPointer) {
        core?.invalidate()
        core = nil
        isBehindKeys = false
        self.bytes = unsafe ByteSource(bytes)
    }

    /// How to read a number, string or array of numbers in a payload that has no keys, which needs no frames; nil if
    /// the next value is anything else, or damaged.
    @inline(__always) private func strategyWithoutCore(_ strategy: TypeInfo.Strategy) -> TypeInfo.Strategy? {
        guard !strategy.isGeneral else { return nil }
        do throws(ReadFailure) {
            var source = bytes
            if !isBehindKeys, try source.readByte() != 0 { return nil }
            return try source.isNext(strategy) ? strategy : nil
        } catch { return nil }
    }

    private func openCore() throws -> DecodingCore {
        if let core { return core }
        do throws(ReadFailure) {
            var source = bytes
            let keys = isBehindKeys ? KeyNames() : try KeyNames(from: &source)
            let userInfo: [CodingUserInfoKey: Any] = environment().map { [.taskEnvironment: $0] } ?? [:]
            let core = DecodingCore(source: source, keys: keys, userInfo: userInfo)
            self.core = core
            return core
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "the table of keys at the payload's beginning is damaged"))
        }
    }
}

/// Decodes the payload of one value; the counterpart of ``encodePayload(_:)``.
///
/// - Throws: what ``PayloadReader/decode(_:)`` throws; `decodeFailed` if bytes follow the value.
public func decodePayload<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    // SAFETY: the reader is gone before the closure returns the array's bytes.
    try unsafe bytes.withUnsafeBytes { bytes in
        let reader = unsafe PayloadReader(bytes)
        let value = try reader.decode(type)
        guard reader.isAtEnd else {
            throw MultitaskingError(
                .decodeFailed, "the payload continues after its \(qualifiedName(of: type)); decode all of its values")
        }
        return value
    }
}
