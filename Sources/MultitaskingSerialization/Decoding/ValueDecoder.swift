/// The decoder that a value's `init(from:)` is given.
struct ValueDecoder: Decoder {
    let handle: FrameHandle
    private var frame: DecodingFrame { handle.frame }

    var codingPath: [any CodingKey] { frame.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { frame.core.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try handle.withFrame { frame in try frame.keyedContainer(type) }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try UnkeyedReader(of: handle) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        frame.openSingle()
        return SingleValueReader(handle: handle)
    }
}

/// Reads the one value of a frame, as often as it takes to find its type.
struct SingleValueReader: SingleValueDecodingContainer {
    let handle: FrameHandle
    private var frame: DecodingFrame { handle.frame }

    var codingPath: [any CodingKey] { frame.codingPath }

    func decodeNil() -> Bool {
        frame.source.seek(to: frame.start)
        guard frame.skipNil() else { return false }
        frame.knownEnd = frame.source.position
        return true
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        frame.source.seek(to: frame.start)
        let value = try frame.core.decode(type, in: frame, .none)
        frame.knownEnd = frame.source.position
        return value
    }

    func bool() throws -> Bool { try read { source throws(ReadFailure) in try source.readBool() } }

    func string() throws -> String { try read { source throws(ReadFailure) in try source.readString() } }

    func integer<Number: FixedWidthInteger & FixedWidthScalar>() throws -> Number {
        try read { source throws(ReadFailure) in try source.readInteger(Number.self) }
    }

    func real<Number: BinaryFloatingPoint & FixedWidthScalar>() throws -> Number {
        try read { source throws(ReadFailure) in try source.readReal(Number.self) }
    }

    @inline(__always) private func read<Value>(
        _ body: (inout ByteSource) throws(ReadFailure) -> Value
    ) throws -> Value {
        frame.source.seek(to: frame.start)
        do throws(ReadFailure) {
            let value = try body(&frame.source)
            frame.knownEnd = frame.source.position
            return value
        } catch {
            throw frame.error(error, Value.self)
        }
    }
}
