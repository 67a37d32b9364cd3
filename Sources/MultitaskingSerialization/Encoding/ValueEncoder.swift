/// The encoder that a value's `encode(to:)` is given.
struct ValueEncoder: Encoder {
    let frame: EncodingFrame

    var codingPath: [any CodingKey] { frame.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { frame.core.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        frame.keyedContainer(type)
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        frame.open(.unkeyed)
        return UnkeyedWriter(frame: frame)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        frame.open(.single)
        return SingleValueWriter(frame: frame)
    }
}

/// Writes the one value of a frame.
struct SingleValueWriter: SingleValueEncodingContainer {
    let frame: EncodingFrame

    var codingPath: [any CodingKey] { frame.codingPath }

    func encodeNil() throws {
        try frame.beginSingle()
        frame.end.append(PayloadTag.null)
    }

    func encode(_ value: String) throws {
        try frame.beginSingle()
        frame.append(string: value)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try frame.appendOrUndo {
            try frame.beginSingle()
            try frame.core.encode(value, in: frame, .none)
        }
    }

    @inline(__always) func number<Number: FixedWidthScalar>(_ value: Number) throws {
        try frame.beginSingle()
        frame.end.append(tag: Number.tag, value)
    }
}
