/// The byte that stands before every value of a payload and says what follows.
///
/// The whole format is described in the article <doc:PayloadFormat>.
enum PayloadTag {
    /// A field that `encodeIfPresent` left out; it only keeps the fields in step.
    static let absent: UInt8 = 0x01
    static let null: UInt8 = 0x02
    /// A string: one byte of length, then UTF-8.
    static let shortString: UInt8 = 0x03
    /// A string: eight bytes of length, then UTF-8.
    static let longString: UInt8 = 0x04
    /// A keyed container: four bytes of count, then pairs of key reference and value.
    static let keyed: UInt8 = 0x05
    /// An unkeyed container: four bytes of count, then values.
    static let unkeyed: UInt8 = 0x06
    /// An optional that is there, before a value that itself reads as nil: `.some(nil)`.
    static let some: UInt8 = 0x07

    // A number's tag has bit 4 set, the array of such numbers bit 5 as well.
    static let int8: UInt8 = 0x10
    static let int16: UInt8 = 0x11
    static let int32: UInt8 = 0x12
    static let int64: UInt8 = 0x13
    static let int128: UInt8 = 0x14
    static let bool: UInt8 = 0x15
    static let float: UInt8 = 0x16
    static let double: UInt8 = 0x17
    static let uint8: UInt8 = 0x18
    static let uint16: UInt8 = 0x19
    static let uint32: UInt8 = 0x1A
    static let uint64: UInt8 = 0x1B
    static let uint128: UInt8 = 0x1C

    /// The bit that makes the tag of a number the tag of an array of such numbers.
    static let arrayBit: UInt8 = 0x20

    /// How many bytes a number of this tag takes; nil if it isn't the tag of a number.
    static func width(ofNumber tag: UInt8) -> Int? {
        switch tag {
        case int8, uint8, bool: 1
        case int16, uint16: 2
        case int32, uint32, float: 4
        case int64, uint64, double: 8
        case int128, uint128: 16
        default: nil
        }
    }

    /// The tag of an array's elements; nil if it isn't the tag of an array of numbers.
    static func element(ofArray tag: UInt8) -> UInt8? {
        guard tag & arrayBit != 0 else { return nil }
        let element = tag & ~arrayBit
        return width(ofNumber: element) == nil ? nil : element
    }

    /// What follows the tag, in words for messages.
    static func name(_ tag: UInt8) -> String {
        switch tag {
        case absent, null, some: return "nil"
        case shortString, longString: return "a string"
        case keyed: return "a keyed container"
        case unkeyed: return "an unkeyed container"
        case bool: return "a Bool"
        default: break
        }
        if element(ofArray: tag) != nil { return "an array of numbers" }
        return width(ofNumber: tag) == nil ? "the unknown tag \(tag)" : "a number"
    }
}

/// How an entry of a keyed container names its key: one byte, an index into the payload's key table or this mark.
enum KeyReference {
    /// The key itself follows as a string value.
    static let inline: UInt8 = 0xFF
    /// How many keys the table may have.
    static let tableLimit = 254
    /// How many bytes of UTF-8 a key of the table may have.
    static let lengthLimit = 255
}
