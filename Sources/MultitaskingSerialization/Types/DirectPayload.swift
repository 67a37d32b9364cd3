/// A type that is written and read as a whole, without the containers of its own `Codable` conformance.
protocol DirectPayload: Codable {
    /// The tag that every value begins with.
    static var tag: UInt8 { get }

    /// How many numbers every value has behind the tag and that count, which are all of its bytes; 0 if it is not so.
    static var numberCount: Int { get }

    /// Appends the value, tag and all.
    static func write(_ value: Self, to sink: ByteSink)

    /// Reads a value, tag and all.
    ///
    /// - Throws: if the bytes are damaged.
    static func read(from source: inout ByteSource) throws(ReadFailure) -> Self
}

extension DirectPayload {
    static var numberCount: Int { 0 }
}

extension ContiguousArray: DirectPayload where Element: FixedWidthScalar {
    static var tag: UInt8 { Element.tag | PayloadTag.arrayBit }

    static func write(_ value: ContiguousArray<Element>, to sink: ByteSink) {
        // A native array and a contiguous array share their storage; nothing is copied here.
        sink.append(array: Array(value))
    }

    static func read(from source: inout ByteSource) throws(ReadFailure) -> ContiguousArray<Element> {
        ContiguousArray(try source.readArray(of: Element.self))
    }
}
