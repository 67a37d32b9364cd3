/// JSON that is written piece by piece: numbers and names go straight to its bytes, because there are millions.
struct TraceText {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        // SAFETY: a literal's bytes are there as long as the program.
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func put(_ number: some BinaryInteger) {
        if number < 0 { put("-") }
        put(digits: UInt64(number.magnitude), atLeast: 1)
    }

    /// Nanoseconds as microseconds.
    mutating func put(microseconds nanoseconds: Int64) {
        if nanoseconds < 0 { put("-") }
        let (whole, part) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        put(digits: whole, atLeast: 1)
        put(".")
        put(digits: part, atLeast: 3)
    }

    private mutating func put(digits number: UInt64, atLeast least: Int) {
        let first = bytes.count
        var rest = number
        while rest > 0 || bytes.count < first + least {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        bytes[first...].reverse()
    }

    /// A string, in its quotes.
    mutating func put(string text: String) {
        put("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): put("\\\"")
            // Perfetto takes a quote behind two backslashes for one inside of the string.
            case ..<0x20, UInt8(ascii: "\\"):
                put("\\u00")
                bytes.append(UInt8(ascii: "0") + byte >> 4)
                bytes.append(byte & 0xf < 10 ? UInt8(ascii: "0") + byte & 0xf : UInt8(ascii: "a") - 10 + byte & 0xf)
            default: bytes.append(byte)
            }
        }
        put("\"")
    }
}
