/// A type that is written and read as a whole, without the containers of its own `Codable` conformance.
protocol DirectPayload: Codable {
    /// Appends the value, tag and all.
    static func write(_ value: Self, to sink: ByteSink)

    /// Reads a value, or returns nil and reads nothing if something else was written here.
    ///
    /// - Throws: if the bytes are damaged.
    static func read(from source: inout ByteSource) throws(ReadFailure) -> Self?
}

extension String: DirectPayload {
    static func write(_ value: String, to sink: ByteSink) { sink.append(string: value) }

    static func read(from source: inout ByteSource) throws(ReadFailure) -> String? {
        try source.readStringIfPresent()
    }
}

extension Array: DirectPayload where Element: FixedWidthScalar {
    static func write(_ value: [Element], to sink: ByteSink) {
        let byteCount = value.count &* MemoryLayout<Element>.stride
        sink.end.append(tag: Element.tag | PayloadTag.arrayBit, UInt64(value.count))
        guard byteCount <= CodingLimit.retained else { return sink.append(segment: RetainedArray(value)) }
        unsafe value.withUnsafeBytes { unsafe sink.end.append(bytes: $0) }
    }

    static func read(from source: inout ByteSource) throws(ReadFailure) -> [Element]? {
        try source.readArrayIfPresent(of: Element.self)
    }
}

extension ContiguousArray: DirectPayload where Element: FixedWidthScalar {
    static func write(_ value: ContiguousArray<Element>, to sink: ByteSink) {
        // A native array and a contiguous array share their storage; nothing is copied here.
        [Element].write(Array(value), to: sink)
    }

    static func read(from source: inout ByteSource) throws(ReadFailure) -> ContiguousArray<Element>? {
        try [Element].read(from: &source).map { ContiguousArray($0) }
    }
}
