/// An encoder that turns a sequence of values into bytes.
///
/// ```swift
/// try encoder.encode([1, 2, 3])
/// try encoder.encode("text")
/// ```
///
/// Core only declares the protocol; MultitaskingSerialization implements it, and a backend passes it to a call.
public protocol PayloadEncoder {
    /// Encodes the next value. A value whose encoding throws leaves nothing behind, so that others can be encoded after
    /// it.
    mutating func encode<Value: Encodable>(_ value: Value) throws
}

/// A decoder that reads what a ``PayloadEncoder`` wrote, in the same order.
///
/// ```swift
/// let numbers = try decoder.decode([Int].self)   // in the order in which they were encoded
/// let text = try decoder.decode(String.self)
/// ```
public protocol PayloadDecoder {
    /// Decodes the next value.
    /// - Throws: `decodeFailed` or `wrongType`. Never traps, whatever the bytes are.
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value
}
