/// Something that turns a sequence of values into bytes.
///
/// ```swift
/// try encoder.encode([1, 2, 3])
/// try encoder.encode("text")
/// ```
///
/// Core only declares it; MultitaskingSerialization implements it, and a backend hands it to a call.
public protocol PayloadEncoder {
    /// Appends one value.
    mutating func encode<Value: Encodable>(_ value: Value) throws
}

/// Something that reads back what a ``PayloadEncoder`` wrote, in the same order.
///
/// ```swift
/// let numbers = try decoder.decode([Int].self)   // in the order in which they were encoded
/// let text = try decoder.decode(String.self)
/// ```
public protocol PayloadDecoder {
    /// Reads the next value.
    /// - Throws: `decodeFailed` or `wrongType`; never traps, whatever the bytes are.
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value
}
