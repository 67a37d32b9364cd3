/// An array that is coded element by element as its own `Codable` conformance would do it, but without the containers.
protocol ElementArray: Codable {
    /// Writes all elements of `value` to `frame`.
    static func encodeElements(of value: Self, in frame: EncodingFrame) throws

    /// Reads so many elements; the cursor is at the first.
    static func decodeElements(_ count: Int, in frame: DecodingFrame) throws -> Self
}

extension Array: ElementArray where Element: Codable {
    static func encodeElements(of value: [Element], in frame: EncodingFrame) throws {
        frame.open(.unkeyed)
        let core = frame.core
        // SAFETY: the buffer is the array's own, which is alive; elements are borrowed where they are.
        try unsafe value.withUnsafeBufferPointer { elements in
            if TypeTable.info(for: Element.self).strategy.isGeneral {
                return try unsafe core.encodeInNewFrames(elements, in: frame)
            }
            for index in elements.indices {
                frame.beginElement()
                try unsafe core.encode(elements[index], in: frame, .index(index))
            }
        }
    }

    static func decodeElements(_ count: Int, in frame: DecodingFrame) throws -> [Element] {
        let core = frame.core
        var elements: [Element] = []
        // The count may be a lie; memory is reserved in proportion to the bytes that are there.
        elements.reserveCapacity(
            Swift.min(count, core.source.remaining / Swift.max(1, MemoryLayout<Element>.stride) + 1))
        if TypeTable.info(for: Element.self).strategy.isGeneral {
            for index in 0..<count {
                elements.append(try core.decodeInNewFrame(Element.self, in: frame, .index(index)))
            }
        } else {
            for index in 0..<count { elements.append(try core.decode(Element.self, in: frame, .index(index))) }
        }
        return elements
    }
}
