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
