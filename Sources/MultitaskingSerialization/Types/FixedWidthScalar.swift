/// A number (or Bool) whose bytes in memory are its bytes in a payload.
///
/// Payloads are little endian and `Int` has 64 bits, as on every machine that this package is for; both ends are the
/// same binary in any case.
protocol FixedWidthScalar: BitwiseCopyable, Codable, Sendable {
    /// The tag of a single value.
    static var tag: UInt8 { get }
    /// Whether every pattern of bits is a value.
    static var allowsAllBits: Bool { get }
}

extension FixedWidthScalar {
    static var allowsAllBits: Bool { true }
}

extension Int8: FixedWidthScalar { static var tag: UInt8 { PayloadTag.int8 } }
extension Int16: FixedWidthScalar { static var tag: UInt8 { PayloadTag.int16 } }
extension Int32: FixedWidthScalar { static var tag: UInt8 { PayloadTag.int32 } }
extension Int64: FixedWidthScalar { static var tag: UInt8 { PayloadTag.int64 } }
extension Int128: FixedWidthScalar { static var tag: UInt8 { PayloadTag.int128 } }
extension UInt8: FixedWidthScalar { static var tag: UInt8 { PayloadTag.uint8 } }
extension UInt16: FixedWidthScalar { static var tag: UInt8 { PayloadTag.uint16 } }
extension UInt32: FixedWidthScalar { static var tag: UInt8 { PayloadTag.uint32 } }
extension UInt64: FixedWidthScalar { static var tag: UInt8 { PayloadTag.uint64 } }
extension UInt128: FixedWidthScalar { static var tag: UInt8 { PayloadTag.uint128 } }
extension Float: FixedWidthScalar { static var tag: UInt8 { PayloadTag.float } }
extension Double: FixedWidthScalar { static var tag: UInt8 { PayloadTag.double } }

extension Int: FixedWidthScalar {
    static var tag: UInt8 { PayloadTag.int64 }
}

extension UInt: FixedWidthScalar {
    static var tag: UInt8 { PayloadTag.uint64 }
}

extension Bool: FixedWidthScalar {
    static var tag: UInt8 { PayloadTag.bool }
    static var allowsAllBits: Bool { false }
}
