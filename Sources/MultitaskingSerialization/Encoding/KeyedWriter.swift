/// Writes the entries of a keyed container.
struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let frame: EncodingFrame
    private let plan: KeyPlan

    init(frame: EncodingFrame) {
        self.frame = frame
        plan = frame.core.keys.plan(for: Key.self)
    }

    var codingPath: [any CodingKey] { frame.codingPath }

    func encodeNil(forKey key: Key) throws {
        frame.beginEntry(key, plan)
        frame.end.append(PayloadTag.null)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try frame.appendOrUndo {
            frame.beginEntry(key, plan)
            try frame.core.encode(value, in: frame, .key(key))
        }
    }

    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
        guard let value else { return absent(key) }
        try frame.appendOrUndo {
            frame.beginEntry(key, plan)
            try frame.encodePresent(value, .key(key))
        }
    }

    @inline(__always) func number<Number: FixedWidthScalar>(_ value: Number, _ key: Key) {
        frame.appendEntry(key, plan, value)
    }

    @inline(__always) func numberIfPresent<Number: FixedWidthScalar>(_ value: Number?, _ key: Key) {
        if let value { number(value, key) } else { absent(key) }
    }

    func string(_ value: String, _ key: Key) {
        frame.beginEntry(key, plan)
        frame.append(string: value)
    }

    /// Keeps the place of a value that is not there, so that the reader need not search for its key.
    func absent(_ key: Key) {
        frame.beginEntry(key, plan)
        frame.end.append(PayloadTag.absent)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key, as: .keyed).keyedContainer(type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        UnkeyedWriter(frame: nested(key, as: .unkeyed))
    }

    func superEncoder() -> any Encoder {
        frame.beginEntry(SuperKey(), frame.core.keys.plan(for: SuperKey.self))
        return ValueEncoder(frame: frame.nested(.superclass, as: .undecided))
    }

    func superEncoder(forKey key: Key) -> any Encoder { ValueEncoder(frame: nested(key, as: .undecided)) }

    private func nested(_ key: Key, as kind: EncodingFrame.Kind) -> EncodingFrame {
        frame.beginEntry(key, plan)
        return frame.nested(.key(key), as: kind)
    }
}
