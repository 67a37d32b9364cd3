import MultitaskingCore
import MultitaskingSerialization

/// A value that went through a payload.
func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    try decodePayload(Value.self, from: encodePayload(value))
}

/// What a writer holds, as an array.
func bytes(of writer: PayloadWriter) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: writer.byteCount)
    // SAFETY: the writer checks that the bytes have room.
    try unsafe bytes.withUnsafeMutableBytes { try unsafe writer.copy(into: $0) }
    return bytes
}

/// Lends a reader of `bytes`.
func withReader<Result>(
    of bytes: [UInt8], environment: (any TaskEnvironment)? = nil, _ body: (PayloadReader) throws -> Result
) throws -> Result {
    // SAFETY: the reader is emptied before the closure returns the bytes.
    try unsafe bytes.withUnsafeBytes { bytes in
        let reader = unsafe PayloadReader(bytes, environment: environment)
        defer { unsafe reader.reset(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try body(reader)
    }
}
