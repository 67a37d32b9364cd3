extension ByteSource {
    /// Whether a value that was written as `strategy` says is next.
    @inline(__always) func isNext(_ strategy: TypeInfo.Strategy) throws(ReadFailure) -> Bool {
        let tag = try peekByte()
        if tag == strategy.tag { return true }
        guard tag == PayloadTag.longString, case .string = strategy else { return false }
        return true
    }

    /// Reads a value that is written as a whole.
    @inline(__always) mutating func read<Value>(
        _ type: Value.Type, by strategy: TypeInfo.Strategy
    ) throws(ReadFailure) -> Value {
        switch strategy {
        case .number: try readNumber(as: type)
        case .bool: reinterpret(try readBool(), as: type)
        case .string: reinterpret(try readString(), as: type)
        case .array(let kind): try kind.read(as: type, from: &self)
        case .direct(let direct): try read(direct, as: type)
        case .bytes(let bytes): try readBytes(bytes, as: type)
        case .elements, .optional, .general: throw .invalid("\(type) is not read as a whole")
        }
    }

    private mutating func read<Direct: DirectPayload, Value>(
        _: Direct.Type, as type: Value.Type
    ) throws(ReadFailure) -> Value {
        reinterpret(try Direct.read(from: &self), as: type)
    }

    private mutating func readBytes<Bytes: ByteCollection, Value>(
        _ bytes: Bytes.Type, as type: Value.Type
    ) throws(ReadFailure) -> Value {
        reinterpret(try readBytes(as: bytes), as: type)
    }
}
