/// Reads the entries of a keyed container.
///
/// SAFETY: the frame is not kept, as the standard library copies this value for every field that it reads. The frame's
/// owner keeps it while somebody has the container: see ``DecodingFrame/isUsed``.
@safe struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let unmanaged: Unmanaged<DecodingFrame>
    private let lookup: KeyLookup?
    private var frame: DecodingFrame { unsafe unmanaged.takeUnretainedValue() }

    init(frame: DecodingFrame) {
        unsafe unmanaged = .passUnretained(frame)
        lookup = frame.core.keys.lookup(for: Key.self)
    }

    var codingPath: [any CodingKey] { frame.codingPath }
    var allKeys: [Key] { frame.allKeys(Key.self) }

    func contains(_ key: Key) -> Bool {
        guard let tag = try? findTag(key) else { return false }
        return tag != PayloadTag.absent
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        let (number, tag) = try find(key, Any?.self)
        guard tag == PayloadTag.null || tag == PayloadTag.some, frame.skipNil() else { return false }
        frame.advance(beyond: number)
        return true
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (number, _) = try find(key, type)
        return try decode(type, number, key)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let (number, tag) = try findPresent(key, type) else { return nil }
        guard tag == PayloadTag.some else { return try decode(type, number, key) }
        frame.source.seek(to: frame.source.position + 1)
        let value = try frame.decodeMarked(type, .key(key))
        frame.advance(beyond: number)
        return value
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ number: Int, _ key: Key) throws -> Value {
        let value = try frame.core.decode(type, in: frame, .key(key))
        frame.advance(beyond: number)
        return value
    }

    @inline(__always) func bool(_ key: Key) throws -> Bool {
        if let byte = next(UInt8.self, tag: PayloadTag.bool, key), byte <= 1 { return byte == 1 }
        return try read(key) { source throws(ReadFailure) in try source.readBool() }
    }

    func boolIfPresent(_ key: Key) throws -> Bool? {
        if let byte = next(UInt8.self, tag: PayloadTag.bool, key), byte <= 1 { return byte == 1 }
        return try readIfPresent(key) { source throws(ReadFailure) in try source.readBool() }
    }

    @inline(__always) func string(_ key: Key) throws -> String {
        if let string = nextShortString(key) { return string }
        return try read(key) { source throws(ReadFailure) in try source.readString() }
    }

    func stringIfPresent(_ key: Key) throws -> String? {
        if let string = nextShortString(key) { return string }
        return try readIfPresent(key) { source throws(ReadFailure) in try source.readString() }
    }

    @inline(__always) func integer<Number: FixedWidthInteger & FixedWidthScalar>(_ key: Key) throws -> Number {
        if let number = next(Number.self, tag: Number.tag, key) { return number }
        return try read(key) { source throws(ReadFailure) in try source.readInteger(Number.self) }
    }

    func integerIfPresent<Number: FixedWidthInteger & FixedWidthScalar>(_ key: Key) throws -> Number? {
        if let number = next(Number.self, tag: Number.tag, key) { return number }
        return try readIfPresent(key) { source throws(ReadFailure) in try source.readInteger(Number.self) }
    }

    @inline(__always) func real<Number: BinaryFloatingPoint & FixedWidthScalar>(_ key: Key) throws -> Number {
        if let number = next(Number.self, tag: Number.tag, key) { return number }
        return try read(key) { source throws(ReadFailure) in try source.readReal(Number.self) }
    }

    func realIfPresent<Number: BinaryFloatingPoint & FixedWidthScalar>(_ key: Key) throws -> Number? {
        if let number = next(Number.self, tag: Number.tag, key) { return number }
        return try readIfPresent(key) { source throws(ReadFailure) in try source.readReal(Number.self) }
    }

    // MARK: Containers inside

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let (number, _) = try find(key, [String: Any].self)
        let nested = try frame.nested(.key(key))
        let container = try nested.keyedContainer(type)
        frame.advance(beyond: number, readBy: nested)
        return container
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        let (number, _) = try find(key, [Any].self)
        let nested = try frame.nested(.key(key))
        let reader = try UnkeyedReader(of: nested.handle)
        frame.advance(beyond: number, readBy: nested)
        return reader
    }

    func superDecoder() throws -> any Decoder {
        try KeyedReader<SuperKey>(frame: frame).superDecoder(forKey: SuperKey())
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        let (number, _) = try find(key, (any Decoder).self)
        let nested = try frame.nested(.key(key))
        frame.advance(beyond: number, readBy: nested)
        return ValueDecoder(handle: nested.handle)
    }

    // MARK: Steps

    /// The number in the next entry, if it is the one of `key`: the usual case, in as few steps as can be.
    @inline(__always) private func next<Number: BitwiseCopyable>(
        _ type: Number.Type, tag: UInt8, _ key: Key
    ) -> Number? {
        unsafe unmanaged._withUnsafeGuaranteedRef { frame in frame.nextNumber(type, tag: tag, key, lookup) }
    }

    @inline(__always) private func nextShortString(_ key: Key) -> String? {
        unsafe unmanaged._withUnsafeGuaranteedRef { frame in frame.nextShortString(key, lookup) }
    }

    @inline(__always) private func read<Value>(
        _ key: Key, _ body: (inout ByteSource) throws(ReadFailure) -> Value
    ) throws -> Value {
        try unsafe unmanaged._withUnsafeGuaranteedRef { frame in
            do throws(ReadFailure) {
                if let number = try frame.find(key, lookup), try frame.source.peekByte() != PayloadTag.absent {
                    let value = try body(&frame.source)
                    frame.advance(beyond: number)
                    return value
                }
            } catch {
                throw frame.error(error, Value.self, .key(key))
            }
            throw notFound(key)
        }
    }

    @inline(__always) private func readIfPresent<Value>(
        _ key: Key, _ body: (inout ByteSource) throws(ReadFailure) -> Value
    ) throws -> Value? {
        guard let number = try findIfPresent(key, Value.self) else { return nil }
        do throws(ReadFailure) {
            let value = try body(&frame.source)
            frame.advance(beyond: number)
            return value
        } catch {
            throw frame.error(error, Value.self, .key(key))
        }
    }

    /// Puts the cursor on the value of a key that must be there.
    @inline(__always) private func find(_ key: Key, _ type: Any.Type) throws -> (number: Int, tag: UInt8) {
        do throws(ReadFailure) {
            if let number = try frame.find(key, lookup) {
                let tag = try frame.source.peekByte()
                if tag != PayloadTag.absent { return (number, tag) }
            }
        } catch {
            throw frame.error(error, type, .key(key))
        }
        throw notFound(key)
    }

    /// Puts the cursor on the value of a key; nil if there is none or it is nil, which is then passed.
    @inline(__always) private func findIfPresent(_ key: Key, _ type: Any.Type) throws -> Int? {
        guard let (number, tag) = try findPresent(key, type) else { return nil }
        // A mark: this type has no nil, so the value is read with fewer optionals than it was written with.
        guard tag == PayloadTag.some, frame.skipNil() else { return number }
        frame.advance(beyond: number)
        return nil
    }

    /// Puts the cursor on the value of a key, or on its mark; nil if there is none or it is nil, which is then passed.
    @inline(__always) private func findPresent(_ key: Key, _ type: Any.Type) throws -> (number: Int, tag: UInt8)? {
        do throws(ReadFailure) {
            guard let number = try frame.find(key, lookup) else { return nil }
            let tag = try frame.source.peekByte()
            guard tag == PayloadTag.absent || tag == PayloadTag.null else { return (number, tag) }
            skipTag(of: number)
            return nil
        } catch {
            throw frame.error(error, type, .key(key))
        }
    }

    private func findTag(_ key: Key) throws(ReadFailure) -> UInt8? {
        guard try frame.find(key, lookup) != nil else { return nil }
        return try frame.source.peekByte()
    }

    private func skipTag(of number: Int) {
        frame.source.seek(to: frame.source.position + 1)
        frame.advance(beyond: number)
    }

    private func notFound(_ key: Key) -> DecodingError {
        .keyNotFound(
            key,
            .init(codingPath: codingPath, debugDescription: "there is no value for the key \"\(key.stringValue)\""))
    }
}
