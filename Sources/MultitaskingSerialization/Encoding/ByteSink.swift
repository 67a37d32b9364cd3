/// A growing buffer of bytes with retained segments in between.
///
/// Bytes that were appended never move relative to each other, so that a count can be patched later.
final class ByteSink: PayloadSegment {
    /// A segment and the place among the buffer's bytes where it belongs.
    private struct Placed {
        let position: Int
        let rank: SegmentRank
        let segment: any PayloadSegment
    }

    private var segments: [Placed] = [] {
        didSet { end.segments = segments.count }
    }
    /// Where bytes are appended.
    let end: SinkBuffer

    /// Makes an empty buffer with room for `capacity` bytes; or for more, if another one's memory may be used again.
    init(capacity: Int, mayUseSpare: Bool = false) { end = SinkBuffer(capacity: capacity, mayUseSpare: mayUseSpare) }

    deinit { end.deallocate() }

    // MARK: Appending

    @inline(__always) func append(string: String) {
        if !end.append(shortString: string) { append(longString: string) }
    }

    /// Appends a string that ``SinkBuffer/append(shortString:)`` did not take.
    @inline(never) func append(longString string: String) {
        var string = string
        string.makeContiguousUTF8()
        // One that had to be made contiguous may be short.
        if end.append(shortString: string) { return }
        let byteCount = string.utf8.count
        end.append(tag: PayloadTag.longString, UInt64(byteCount))
        guard byteCount <= CodingLimit.retained else {
            return append(segment: RetainedString(string, byteCount: byteCount))
        }
        string.withUTF8 { unsafe end.append(bytes: UnsafeRawBufferPointer($0)) }
    }

    func append<Element: FixedWidthScalar>(array: [Element]) {
        end.append(tag: Element.tag | PayloadTag.arrayBit, UInt64(array.count))
        guard array.count &* MemoryLayout<Element>.stride <= CodingLimit.retained else {
            return append(segment: RetainedArray(array))
        }
        // SAFETY: plain bytes are read from an array that is alive.
        unsafe array.withUnsafeBytes { unsafe end.append(bytes: $0) }
    }

    func append(segment: some PayloadSegment) {
        segments.append(Placed(position: end.count, rank: .inPlace, segment: segment))
    }

    /// Makes a buffer whose contents will stand at `position` in this one, as `rank` says among others there.
    func insertSink(at position: Int, rank: SegmentRank) -> ByteSink {
        let sink = ByteSink(capacity: 64)
        func isLater(_ other: Placed) -> Bool {
            other.position > position || (other.position == position && rank < other.rank)
        }
        var index = segments.count
        while index > 0, isLater(segments[index - 1]) { index -= 1 }
        segments.insert(Placed(position: position, rank: rank, segment: sink), at: index)
        return sink
    }

    // MARK: As a whole

    /// Forgets everything appended since `mark`; false if something was inserted before it since.
    ///
    /// What is retained stands behind a byte that says so, and so never at the mark itself.
    @discardableResult
    func rewind(to mark: SinkBuffer.Mark) -> Bool {
        end.rewind(to: mark.count)
        guard end.segments > mark.segments else { return true }
        while let last = segments.last, last.position > mark.count { segments.removeLast() }
        return segments.count == mark.segments
    }

    /// Forgets everything, and gives memory back if there is much.
    func reset() {
        end.reset()
        if end.segments > 0 { segments.removeAll(keepingCapacity: segments.count <= CodingLimit.keptFrames) }
    }

    @inline(__always) var byteCount: Int { end.segments == 0 ? end.count : byteCountWithSegments }

    private var byteCountWithSegments: Int { segments.reduce(end.count) { $0 + $1.segment.byteCount } }

    @inline(__always) func copy(into target: UnsafeMutableRawBufferPointer) {
        guard end.segments == 0 else { return unsafe copyPieces(into: target) }
        unsafe target.copyMemory(from: end.bytes(0..<end.count))
    }

    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        var passed = 0
        for placed in segments {
            // SAFETY: the buffer is not appended to meanwhile.
            if placed.position > passed { try unsafe body(end.bytes(passed..<placed.position)) }
            passed = placed.position
            try unsafe placed.segment.forEachPiece(body)
        }
        // SAFETY: as above.
        if end.count > passed { try unsafe body(end.bytes(passed..<end.count)) }
    }
}

/// The order among segments that stand at the same place: of late writers, the deeper and the earlier first.
struct SegmentRank: Comparable {
    let depth: Int
    let slot: Int

    /// The rank of what was in its place from the beginning.
    static let inPlace = SegmentRank(depth: .max, slot: -1)

    static func < (left: Self, right: Self) -> Bool {
        left.depth == right.depth ? left.slot < right.slot : left.depth > right.depth
    }
}

extension ByteSink {
    /// Appends `bytes`, a collection of `UInt8`, as an array of bytes; false if they do not lie in one piece.
    func append<Bytes: ByteCollection>(bytes: Bytes) -> Bool {
        let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { elements in
            end.append(tag: PayloadTag.uint8 | PayloadTag.arrayBit, UInt64(elements.count))
            if elements.count <= CodingLimit.retained { unsafe end.append(bytes: UnsafeRawBufferPointer(elements)) }
        }
        guard isContiguous != nil else { return false }
        if bytes.count > CodingLimit.retained { append(segment: RetainedBytes(bytes)) }
        return true
    }
}
