/// Something that turns a sequence of values into bytes.
///
/// Core only declares it; MultitaskingSerialization implements it, and a backend hands it to a call.
public protocol PayloadEncoder {
    /// Appends one value.
    mutating func encode<Value: Encodable>(_ value: Value) throws
}

/// Something that reads back what a ``PayloadEncoder`` wrote, in the same order.
public protocol PayloadDecoder {
    /// Reads the next value.
    /// - Throws: `decodeFailed` or `wrongType`; never traps, whatever the bytes are.
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value
}
