/// Hashes the names of types so that every process of a program gets the same number: 64-bit FNV-1a.
package struct TypeNameHash {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Begins with the mangled name of a type, without the addresses that the runtime puts into the names of private
    /// types: each process has its own.
    package init(of type: Any.Type) {
        var isAddress = false
        for byte in (_mangledTypeName(type) ?? _typeName(type)).utf8 {
            if byte == UInt8(ascii: "$") { isAddress = true; continue }
            isAddress = isAddress && Self.isHexDigit(byte)
            if !isAddress { add(byte) }
        }
    }

    package mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
