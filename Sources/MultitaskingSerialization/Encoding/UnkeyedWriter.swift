/// Writes the elements of an unkeyed container.
struct UnkeyedWriter: UnkeyedEncodingContainer {
    let frame: EncodingFrame

    var codingPath: [any CodingKey] { frame.codingPath }
    var count: Int { frame.count }

    func encodeNil() throws {
        frame.beginElement()
        frame.end.append(PayloadTag.null)
    }

    func encode(_ value: String) throws {
        frame.beginElement()
        frame.append(string: value)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        let index = frame.count
        try frame.appendOrUndo {
            frame.beginElement()
            try frame.core.encode(value, in: frame, .index(index))
        }
    }

    @inline(__always) func number<Number: FixedWidthScalar>(_ value: Number) {
        frame.beginElement()
        frame.end.append(tag: Number.tag, value)
    }

    func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
        nested(as: .keyed).keyedContainer(type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { UnkeyedWriter(frame: nested(as: .unkeyed)) }

    func superEncoder() -> any Encoder { ValueEncoder(frame: nested(as: .undecided)) }

    private func nested(as kind: EncodingFrame.Kind) -> EncodingFrame {
        let index = frame.count
        frame.beginElement()
        return frame.nested(.index(index), as: kind)
    }
}
