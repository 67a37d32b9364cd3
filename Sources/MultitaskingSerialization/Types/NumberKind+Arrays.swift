/// Arrays of numbers, once their type is known to the type table; a switch, since code that is generic over the
/// elements would cost more than copying a small array.
extension NumberKind {
    /// The tag of an array of such numbers.
    var arrayTag: UInt8 {
        let tag =
            switch self {
            case .int: Int.tag
            case .int8: Int8.tag
            case .int16: Int16.tag
            case .int32: Int32.tag
            case .int64: Int64.tag
            case .int128: Int128.tag
            case .uint: UInt.tag
            case .uint8: UInt8.tag
            case .uint16: UInt16.tag
            case .uint32: UInt32.tag
            case .uint64: UInt64.tag
            case .uint128: UInt128.tag
            case .float: Float.tag
            case .double: Double.tag
            case .bool: Bool.tag
            }
        return tag | PayloadTag.arrayBit
    }

    /// Appends `value`, an array of such numbers.
    func write<Value>(_ value: Value, to sink: ByteSink) {
        switch self {
        case .int: sink.append(array: reinterpret(value, as: [Int].self))
        case .int8: sink.append(array: reinterpret(value, as: [Int8].self))
        case .int16: sink.append(array: reinterpret(value, as: [Int16].self))
        case .int32: sink.append(array: reinterpret(value, as: [Int32].self))
        case .int64: sink.append(array: reinterpret(value, as: [Int64].self))
        case .int128: sink.append(array: reinterpret(value, as: [Int128].self))
        case .uint: sink.append(array: reinterpret(value, as: [UInt].self))
        case .uint8: sink.append(array: reinterpret(value, as: [UInt8].self))
        case .uint16: sink.append(array: reinterpret(value, as: [UInt16].self))
        case .uint32: sink.append(array: reinterpret(value, as: [UInt32].self))
        case .uint64: sink.append(array: reinterpret(value, as: [UInt64].self))
        case .uint128: sink.append(array: reinterpret(value, as: [UInt128].self))
        case .float: sink.append(array: reinterpret(value, as: [Float].self))
        case .double: sink.append(array: reinterpret(value, as: [Double].self))
        case .bool: sink.append(array: reinterpret(value, as: [Bool].self))
        }
    }

    /// Reads a `Value`, an array of such numbers.
    func read<Value>(as type: Value.Type, from source: inout ByteSource) throws(ReadFailure) -> Value {
        switch self {
        case .int: reinterpret(try source.readArray(of: Int.self), as: type)
        case .int8: reinterpret(try source.readArray(of: Int8.self), as: type)
        case .int16: reinterpret(try source.readArray(of: Int16.self), as: type)
        case .int32: reinterpret(try source.readArray(of: Int32.self), as: type)
        case .int64: reinterpret(try source.readArray(of: Int64.self), as: type)
        case .int128: reinterpret(try source.readArray(of: Int128.self), as: type)
        case .uint: reinterpret(try source.readArray(of: UInt.self), as: type)
        case .uint8: reinterpret(try source.readArray(of: UInt8.self), as: type)
        case .uint16: reinterpret(try source.readArray(of: UInt16.self), as: type)
        case .uint32: reinterpret(try source.readArray(of: UInt32.self), as: type)
        case .uint64: reinterpret(try source.readArray(of: UInt64.self), as: type)
        case .uint128: reinterpret(try source.readArray(of: UInt128.self), as: type)
        case .float: reinterpret(try source.readArray(of: Float.self), as: type)
        case .double: reinterpret(try source.readArray(of: Double.self), as: type)
        case .bool: reinterpret(try source.readArray(of: Bool.self), as: type)
        }
    }
}
