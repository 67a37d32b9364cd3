/// A part of a payload that is not in the writer's buffer: it is kept alive and copied once, to where it is needed.
protocol PayloadSegment {
    /// How many bytes it has.
    var byteCount: Int { get }
    /// Calls `body` with the bytes, in one piece or in several.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows
}

extension PayloadSegment {
    /// Copies the bytes to the beginning of `target`, which has room for them.
    func copyPieces(into target: UnsafeMutableRawBufferPointer) {
        var written = 0
        unsafe forEachPiece { piece in
            // SAFETY: slicing checks that there is room.
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[written...]).copyMemory(from: piece)
            written += piece.count
        }
    }
}

/// A big array of numbers. Holding the array keeps its elements as they are: a thread that changes the original copies
/// it.
struct RetainedArray<Element: FixedWidthScalar>: PayloadSegment {
    private let array: [Element]

    init(_ array: [Element]) { self.array = array }

    var byteCount: Int { array.count &* MemoryLayout<Element>.stride }

    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        // SAFETY: plain bytes are read from an array that is alive.
        try unsafe array.withUnsafeBytes(body)
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

    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        var string = string
        // SAFETY: the string is alive and native (`makeContiguousUTF8` was called); its UTF-8 count is `byteCount`.
        try string.withUTF8 { try unsafe body(UnsafeRawBufferPointer($0)) }
    }
}

/// A big `Data`, or whatever else keeps bytes in one piece.
struct RetainedBytes<Bytes: ByteCollection>: PayloadSegment {
    private let bytes: Bytes

    init(_ bytes: Bytes) { self.bytes = bytes }

    var byteCount: Int { bytes.count }

    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        // SAFETY: plain bytes are read from a collection that is alive.
        _ = try bytes.withContiguousStorageIfAvailable { try unsafe body(UnsafeRawBufferPointer($0)) }
    }
}
