/// A growing buffer of bytes with retained segments in between; the one file of the encoder that touches memory.
///
/// Bytes that were appended never move relative to each other, so that a count can be patched later.
///
/// SAFETY: `buffer` is owned by this object, has room for `capacity` bytes of which the first `count` are initialized.
/// Every append reserves before it writes. The object is used by one thread at a time.
@safe final class ByteSink: PayloadSegment {
    /// A segment and the place among the buffer's bytes where it belongs.
    private struct Placed {
        let position: Int
        let rank: SegmentRank
        let segment: any PayloadSegment
    }

    private var buffer: UnsafeMutableRawPointer
    private var capacity: Int
    private var segments: [Placed] = []

    /// How many bytes are in the buffer, not counting segments.
    private(set) var count = 0
    /// The slot of the frame that may append at the end; -1 if none.
    var tail = -1

    /// Makes an empty buffer with room for `capacity` bytes.
    init(capacity: Int) {
        self.capacity = capacity
        unsafe buffer = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe buffer.deallocate() }

    // MARK: Appending

    @inline(__always) private func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if capacity &- count < byteCount { grow(byteCount) }
        return unsafe buffer + count
    }

    @inline(never) private func grow(_ byteCount: Int) {
        let newCapacity = max(capacity &* 2, count &+ byteCount)
        let newBuffer = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        unsafe newBuffer.copyMemory(from: buffer, byteCount: count)
        unsafe buffer.deallocate()
        unsafe buffer = newBuffer
        capacity = newCapacity
    }

    @inline(__always) func append(_ byte: UInt8) {
        unsafe reserve(1).storeBytes(of: byte, as: UInt8.self)
        count &+= 1
    }

    @inline(__always) func append<Number: BitwiseCopyable>(tag: UInt8, _ number: Number) {
        let end = unsafe reserve(1 &+ MemoryLayout<Number>.size)
        unsafe end.storeBytes(of: tag, as: UInt8.self)
        unsafe (end + 1).storeBytes(of: number, as: Number.self)
        count &+= 1 &+ MemoryLayout<Number>.size
    }

    /// Appends the bytes of a value whose type is one number, though only the type table knows that.
    func append<Value>(tag: UInt8, numberIn value: Value) {
        append(tag)
        // SAFETY: the caller looked the type up: it is a plain number without padding.
        unsafe withUnsafeBytes(of: value) { unsafe append(bytes: $0) }
    }

    func append(contentsOf bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(bytes: $0) }
    }

    func append(bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe reserve(bytes.count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    func append(string: String) {
        var string = string
        string.makeContiguousUTF8()
        let byteCount = string.utf8.count
        if byteCount <= UInt8.max {
            append(tag: PayloadTag.shortString, UInt8(byteCount))
        } else {
            append(tag: PayloadTag.longString, UInt64(byteCount))
        }
        guard byteCount <= CodingLimit.retained else {
            return append(segment: RetainedString(string, byteCount: byteCount))
        }
        string.withUTF8 { unsafe append(bytes: UnsafeRawBufferPointer($0)) }
    }

    func append(segment: some PayloadSegment) {
        segments.append(Placed(position: count, rank: .inPlace, segment: segment))
    }

    /// Overwrites the four bytes at `position`, which were appended before.
    func patch(_ number: UInt32, at position: Int) {
        guard position >= 0, position &+ 4 <= count else { return }
        unsafe (buffer + position).storeBytes(of: number, as: UInt32.self)
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

    /// A place to come back to.
    struct Mark {
        fileprivate let count: Int
        fileprivate let segments: Int
    }

    var mark: Mark { Mark(count: count, segments: segments.count) }

    /// Forgets everything appended since `mark`.
    func rewind(to mark: Mark) {
        count = min(count, mark.count)
        segments.removeLast(max(0, segments.count - mark.segments))
        tail = -1
    }

    /// Forgets everything, and gives memory back if there is much.
    func reset() {
        count = 0
        tail = -1
        if !segments.isEmpty { segments.removeAll(keepingCapacity: segments.count <= CodingLimit.keptFrames) }
        guard capacity > CodingLimit.keptBuffer else { return }
        unsafe buffer.deallocate()
        capacity = 256
        unsafe buffer = .allocate(byteCount: capacity, alignment: 16)
    }

    var byteCount: Int {
        segments.isEmpty ? count : segments.reduce(count) { $0 + $1.segment.byteCount }
    }

    func copy(into target: UnsafeMutableRawBufferPointer) {
        var copied = 0
        var written = 0
        func copyBuffer(upTo position: Int) {
            // SAFETY: `copied ≤ position ≤ count`; the target has room for `byteCount` bytes, and slicing checks it.
            let bytes = unsafe UnsafeRawBufferPointer(start: buffer + copied, count: position - copied)
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[written...]).copyMemory(from: bytes)
            written += bytes.count
            copied = position
        }
        for placed in segments {
            copyBuffer(upTo: placed.position)
            let byteCount = placed.segment.byteCount
            unsafe placed.segment.copy(into: .init(rebasing: target[written..<written + byteCount]))
            written += byteCount
        }
        copyBuffer(upTo: count)
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
            append(tag: PayloadTag.uint8 | PayloadTag.arrayBit, UInt64(elements.count))
            if elements.count <= CodingLimit.retained { unsafe append(bytes: UnsafeRawBufferPointer(elements)) }
        }
        guard isContiguous != nil else { return false }
        if bytes.count > CodingLimit.retained { append(segment: RetainedBytes(bytes)) }
        return true
    }
}
