/// Reads the elements of an unkeyed container.
///
/// The place is in this value, so that a copy can look ahead. Three words, so that the existential around it does not
/// allocate.
struct UnkeyedReader: UnkeyedDecodingContainer {
    private let handle: FrameHandle
    private var cursor: Int
    private var next: UInt32 = 0
    private let total: UInt32
    private var frame: DecodingFrame { handle.frame }

    init(of handle: FrameHandle) throws {
        let frame = handle.frame
        if let array = try frame.expandArray() {
            guard let total = UInt32(exactly: array.count) else { throw frame.error(.truncated, [Any].self) }
            self.handle = try frame.core.core(reading: array).root(below: frame).handle
            self.total = total
            cursor = 0
        } else {
            let total = try frame.openUnkeyed()
            self.handle = handle
            self.total = UInt32(truncatingIfNeeded: total)
            cursor = frame.source.position
        }
    }

    var codingPath: [any CodingKey] { frame.codingPath }
    var count: Int? { Int(total) }
    var currentIndex: Int { Int(next) }
    var isAtEnd: Bool { next >= total }

    mutating func decodeNil() throws -> Bool {
        let frame = try begin(Any?.self)
        guard frame.skipNil() else { return false }
        advance(frame)
        return true
    }

    mutating func decodeIfPresent<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        isAtEnd ? nil : try decode(Value?.self)
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let frame = try begin(type)
        let value = try frame.core.decode(type, in: frame, .index(currentIndex))
        advance(frame)
        return value
    }

    mutating func bool() throws -> Bool { try read { source throws(ReadFailure) in try source.readBool() } }

    mutating func string() throws -> String { try read { source throws(ReadFailure) in try source.readString() } }

    mutating func integer<Number: FixedWidthInteger & FixedWidthScalar>() throws -> Number {
        try read { source throws(ReadFailure) in try source.readInteger(Number.self) }
    }

    mutating func real<Number: BinaryFloatingPoint & FixedWidthScalar>() throws -> Number {
        try read { source throws(ReadFailure) in try source.readReal(Number.self) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let nested = try nested([String: Any].self)
        let container = try nested.keyedContainer(type)
        try skip()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let reader = try UnkeyedReader(of: try nested([Any].self).handle)
        try skip()
        return reader
    }

    mutating func superDecoder() throws -> any Decoder {
        let nested = try nested((any Decoder).self)
        try skip()
        return ValueDecoder(handle: nested.handle)
    }

    // MARK: Steps

    @inline(__always) private func begin(_ type: Any.Type) throws -> DecodingFrame {
        let frame = handle.frame
        guard next < total else {
            throw DecodingError.valueNotFound(
                type,
                .init(
                    codingPath: codingPath + (PathStep.index(currentIndex).codingKey.map { [$0] } ?? []),
                    debugDescription: "the unkeyed container is at its end"))
        }
        frame.source.seek(to: cursor)
        return frame
    }

    @inline(__always) private mutating func advance(_ frame: DecodingFrame) {
        cursor = frame.source.position
        next &+= 1
        if next == total, frame.knownEnd == nil { frame.knownEnd = cursor }
    }

    @inline(__always) private mutating func read<Value>(
        _ body: (inout ByteSource) throws(ReadFailure) -> Value
    ) throws -> Value {
        let frame = try begin(Value.self)
        do throws(ReadFailure) {
            let value = try body(&frame.source)
            advance(frame)
            return value
        } catch {
            throw frame.error(error, Value.self, .index(currentIndex))
        }
    }

    private func nested(_ type: Any.Type) throws -> DecodingFrame {
        try begin(type).nested(.index(currentIndex))
    }

    /// Goes beyond the element at the cursor, which a nested container reads on its own.
    private mutating func skip() throws {
        let frame = try begin(Any.self)
        do throws(ReadFailure) { try frame.core.skipValue() } catch {
            throw frame.error(error, Any.self, .index(currentIndex))
        }
        advance(frame)
    }
}
