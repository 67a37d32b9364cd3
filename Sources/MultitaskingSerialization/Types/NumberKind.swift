/// The numbers, one by one: it lets arrays of them be coded by code that is specialized for each.
enum NumberKind {
    case int, int8, int16, int32, int64, int128, uint, uint8, uint16, uint32, uint64, uint128, float, double, bool

    /// The kind of number that an array type holds; nil if it is none of these arrays.
    init?(arrayType: Any.Type) {
        switch ObjectIdentifier(arrayType) {
        case ObjectIdentifier([Int].self): self = .int
        case ObjectIdentifier([Int8].self): self = .int8
        case ObjectIdentifier([Int16].self): self = .int16
        case ObjectIdentifier([Int32].self): self = .int32
        case ObjectIdentifier([Int64].self): self = .int64
        case ObjectIdentifier([Int128].self): self = .int128
        case ObjectIdentifier([UInt].self): self = .uint
        case ObjectIdentifier([UInt8].self): self = .uint8
        case ObjectIdentifier([UInt16].self): self = .uint16
        case ObjectIdentifier([UInt32].self): self = .uint32
        case ObjectIdentifier([UInt64].self): self = .uint64
        case ObjectIdentifier([UInt128].self): self = .uint128
        case ObjectIdentifier([Float].self): self = .float
        case ObjectIdentifier([Double].self): self = .double
        case ObjectIdentifier([Bool].self): self = .bool
        default: return nil
        }
    }
}

/// Something to be done with each kind of number, compiled for each.
protocol NumberOperation {
    associatedtype Result

    func callAsFunction<Number: FixedWidthScalar>(_: Number.Type) -> Result
}

extension NumberKind {
    /// Does something with this kind of number.
    @inline(__always)
    func apply<Operation: NumberOperation>(_ operation: Operation) -> Operation.Result {
        switch self {
        case .int: operation(Int.self)
        case .int8: operation(Int8.self)
        case .int16: operation(Int16.self)
        case .int32: operation(Int32.self)
        case .int64: operation(Int64.self)
        case .int128: operation(Int128.self)
        case .uint: operation(UInt.self)
        case .uint8: operation(UInt8.self)
        case .uint16: operation(UInt16.self)
        case .uint32: operation(UInt32.self)
        case .uint64: operation(UInt64.self)
        case .uint128: operation(UInt128.self)
        case .float: operation(Float.self)
        case .double: operation(Double.self)
        case .bool: operation(Bool.self)
        }
    }
}
