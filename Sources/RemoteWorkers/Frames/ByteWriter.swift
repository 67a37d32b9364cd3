/// Puts the fields of a payload together.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Appends a number, its lowest byte first.
    package mutating func add<Number: FixedWidthInteger>(_ number: Number) {
        let number = number.littleEndian
        // SAFETY: an integer has no padding.
        unsafe withUnsafeBytes(of: number) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends bytes.
    package mutating func add(_ part: some Collection<UInt8>) { bytes += part }
}

/// Takes the fields of a payload apart, which is input: each read checks that there is so much.
package struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    package private(set) var position: Int

    package init(_ bytes: some Collection<UInt8>) {
        self.bytes = bytes as? ArraySlice<UInt8> ?? ArraySlice(bytes)
        position = self.bytes.startIndex
    }

    package var isAtEnd: Bool { position == bytes.endIndex }

    /// Reads a number, its lowest byte first.
    package mutating func next<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(FrameError) -> Number {
        let part = try next(MemoryLayout<Number>.size)
        return part.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// Reads bytes.
    package mutating func next(_ count: some BinaryInteger) throws(FrameError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else {
            throw FrameError("a frame ends in the middle of a field")
        }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }

    /// Reads text.
    package mutating func text(_ count: some BinaryInteger) throws(FrameError) -> String {
        String(decoding: try next(count), as: UTF8.self)
    }

    /// What is left.
    package mutating func rest() -> ArraySlice<UInt8> {
        defer { position = bytes.endIndex }
        return bytes[position...]
    }
}
