extension ByteSource {
    /// Reads an array of numbers with one copy.
    mutating func readArray<Element: FixedWidthScalar>(of type: Element.Type) throws(ReadFailure) -> [Element] {
        let tag = try readByte()
        guard tag == Element.tag | PayloadTag.arrayBit else { throw .mismatch(tag: tag) }
        let count = try readCount(UInt64.self, width: MemoryLayout<Element>.stride)
        guard count > 0 else { return [] }
        do {
            return try unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
                guard let start = buffer.baseAddress else { return }
                let byteCount = count &* MemoryLayout<Element>.stride
                unsafe LargePages.advise(start, byteCount)
                // SAFETY: the buffer has room for `count` elements; any bits are an element, or else they are
                // checked as bytes before the array counts them as elements.
                try unsafe copyBytes(byteCount, to: UnsafeMutableRawPointer(start))
                if !Element.allowsAllBits {
                    let copied = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
                    guard unsafe copied.allSatisfy({ $0 <= 1 }) else {
                        throw ReadFailure.invalid("a Bool is neither 0 nor 1")
                    }
                }
                initialized = count
            }
        } catch let failure as ReadFailure {
            throw failure
        } catch {
            throw .invalid("\(error)")
        }
    }

    /// Reads an array of bytes as a collection of bytes.
    mutating func readBytes<Bytes: ByteCollection>(as type: Bytes.Type) throws(ReadFailure) -> Bytes {
        let tag = try readByte()
        guard tag == PayloadTag.uint8 | PayloadTag.arrayBit else { throw .mismatch(tag: tag) }
        let count = try readCount(UInt64.self, width: 1)
        return try unsafe withBytes(count) { bytes in
            // SAFETY: the type table found the collection's elements to be `UInt8`.
            let elements = unsafe bytes.assumingMemoryBound(to: Bytes.Element.self)
            return unsafe Bytes(elements)
        }
    }

    /// The elements of an array of numbers as single values, each with its tag, and the place behind the array.
    ///
    /// For types that write an array as a whole and read it element by element.
    func expandedArray(elementTag: UInt8) throws(ReadFailure) -> (elements: [UInt8], count: Int, end: Int) {
        guard let width = PayloadTag.width(ofNumber: elementTag) else { throw .mismatch(tag: elementTag) }
        var source = self
        try source.advance(1)
        let count = try source.readCount(UInt64.self, width: width)
        let elements = try unsafe source.withBytes(count * width) { bytes in
            var elements: [UInt8] = []
            elements.reserveCapacity(count * (width + 1))
            for index in 0..<count {
                elements.append(elementTag)
                unsafe elements.append(contentsOf: bytes[index * width..<(index + 1) * width])
            }
            return elements
        }
        return (elements, count, source.position)
    }
}
