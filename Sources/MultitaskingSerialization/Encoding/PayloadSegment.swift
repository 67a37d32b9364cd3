/// A part of a payload that is not in the writer's buffer: it is kept alive and copied once, to where it is needed.
protocol PayloadSegment {
    /// How many bytes it has.
    var byteCount: Int { get }
    /// Copies the bytes to the beginning of `target`, which has room for them.
    func copy(into target: UnsafeMutableRawBufferPointer)
}

/// A big array of numbers. Holding the array keeps its elements as they are: who changes the original copies it.
struct RetainedArray<Element: FixedWidthScalar>: PayloadSegment {
    private let array: [Element]

    init(_ array: [Element]) { self.array = array }

    var byteCount: Int { array.count &* MemoryLayout<Element>.stride }

    func copy(into target: UnsafeMutableRawBufferPointer) {
        // SAFETY: plain bytes are read from an array that is alive; the caller made room for `byteCount` bytes.
        unsafe array.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
}

/// A long string whose UTF-8 lies in one piece.
struct RetainedString: PayloadSegment {
    private let string: String
    let byteCount: Int

    init(_ string: String, byteCount: Int) {
        self.string = string
        self.byteCount = byteCount
    }

    func copy(into target: UnsafeMutableRawBufferPointer) {
        var string = string
        // SAFETY: the string is alive and native (`makeContiguousUTF8` was called); its UTF-8 count is `byteCount`.
        string.withUTF8 { unsafe target.copyMemory(from: UnsafeRawBufferPointer($0)) }
    }
}

/// A big `Data`, or whatever else keeps bytes in one piece.
struct RetainedBytes<Bytes: ByteCollection>: PayloadSegment {
    private let bytes: Bytes

    init(_ bytes: Bytes) { self.bytes = bytes }

    var byteCount: Int { bytes.count }

    func copy(into target: UnsafeMutableRawBufferPointer) {
        // SAFETY: plain bytes are read from a collection that is alive; the caller made room for `byteCount` bytes.
        bytes.withContiguousStorageIfAvailable { unsafe target.copyMemory(from: UnsafeRawBufferPointer($0)) }
    }
}
