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

/// A small generator whose sequence is known from its seed: SplitMix64 (Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
