/// A cursor over borrowed bytes; with `ByteSource+Arrays.swift` the only place where the decoder touches memory.
///
/// Another process may write to the bytes at any time. So nothing is read twice: a length is read, checked against
/// what is left and used; text and `Bool`s are checked in the copy, not in the original.
///
/// SAFETY: `0 ≤ position ≤ end`, and the memory from `start` to `start + end` is readable for as long as the owner of
/// this value keeps it: `PayloadReader`'s user guarantees that, and the reader drops the bytes when it goes.
@safe struct ByteSource {
    private let start: UnsafeRawPointer
    /// How many bytes there are.
    let end: Int
    /// How many bytes were read.
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        // SAFETY: an empty buffer may have no address; any non-null one serves, as nothing is ever read from it.
        unsafe start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        end = unsafe bytes.baseAddress == nil ? 0 : bytes.count
    }

    /// How many bytes are left.
    @inline(__always) var remaining: Int { end &- position }

    /// Goes to a place, which is nothing but where this source has been before.
    @inline(__always) mutating func seek(to newPosition: Int) {
        position = newPosition >= 0 && newPosition <= end ? newPosition : end
    }

    @inline(__always) mutating func advance(_ byteCount: Int) throws(ReadFailure) {
        guard byteCount >= 0, byteCount <= remaining else { throw .truncated }
        position &+= byteCount
    }

    @inline(__always) func peekByte() throws(ReadFailure) -> UInt8 {
        guard remaining > 0 else { throw .truncated }
        return unsafe (start + position).load(as: UInt8.self)
    }

    @inline(__always) mutating func readByte() throws(ReadFailure) -> UInt8 {
        let byte = try peekByte()
        position &+= 1
        return byte
    }

    /// Reads the bytes of a number, without a tag.
    @inline(__always) mutating func readRaw<Number: BitwiseCopyable>(_: Number.Type) throws(ReadFailure) -> Number {
        guard MemoryLayout<Number>.size <= remaining else { throw .truncated }
        defer { position &+= MemoryLayout<Number>.size }
        return unsafe (start + position).loadUnaligned(as: Number.self)
    }

    /// The number in the entry of a keyed container at `place`, if the entry has this key and this tag.
    ///
    /// One comparison for what is else looked at byte by byte; nil says that it has to be.
    @inline(__always) func number<Number: BitwiseCopyable>(
        _: Number.Type, inEntryAt place: Int, key: UInt8, tag: UInt8
    ) -> Number? {
        guard place >= 0, end &- place >= 2 &+ MemoryLayout<Number>.size else { return nil }
        // SAFETY: that many bytes from `place` on are there.
        guard unsafe isEntry(at: start + place, key: key, tag: tag) else { return nil }
        return unsafe (start + place + 2).loadUnaligned(as: Number.self)
    }

    /// The string in the entry at `place`, if it has this key and is at most 255 bytes long, and the place behind it.
    @inline(__always) func shortString(inEntryAt place: Int, key: UInt8) -> (string: String, end: Int)? {
        guard place >= 0, end &- place >= 3 else { return nil }
        // SAFETY: three bytes from `place` on are there; the third is read once, and so are the bytes it counts.
        guard unsafe isEntry(at: start + place, key: key, tag: PayloadTag.shortString) else { return nil }
        let byteCount = Int(unsafe (start + place + 2).load(as: UInt8.self))
        guard byteCount <= end &- place &- 3 else { return nil }
        return (unsafe copyUTF8(start + place + 3, byteCount), place &+ 3 &+ byteCount)
    }

    @inline(__always) private func isEntry(at entry: UnsafeRawPointer, key: UInt8, tag: UInt8) -> Bool {
        unsafe entry.loadUnaligned(as: UInt16.self) == UInt16(key) | UInt16(tag) << 8
    }

    /// Reads a value that the type table knows to be a number, and whose tag was looked at.
    @inline(__always) mutating func readNumber<Value>(as type: Value.Type) throws(ReadFailure) -> Value {
        try advance(1)
        // A load of a type that the compiler does not know here would look it up at run time.
        switch MemoryLayout<Value>.size {
        case 1: return reinterpret(try readRaw(UInt8.self), as: type)
        case 2: return reinterpret(try readRaw(UInt16.self), as: type)
        case 4: return reinterpret(try readRaw(UInt32.self), as: type)
        case 8: return reinterpret(try readRaw(UInt64.self), as: type)
        default: return reinterpret(try readRaw(UInt128.self), as: type)
        }
    }

    /// Reads a count of things that take at least `width` bytes each, and so cannot be more than what is left allows.
    @inline(__always) mutating func readCount<Count: FixedWidthInteger & BitwiseCopyable>(
        _: Count.Type, width: Int
    ) throws(ReadFailure) -> Int {
        guard let count = Int(exactly: try readRaw(Count.self)), count <= remaining / width else { throw .truncated }
        return count
    }

    /// Copies bytes to memory that has room for them.
    mutating func copyBytes(_ byteCount: Int, to target: UnsafeMutableRawPointer) throws(ReadFailure) {
        let source = unsafe start + position
        try advance(byteCount)
        unsafe target.copyMemory(from: source, byteCount: byteCount)
    }

    /// Reads UTF-8; ill-formed parts become U+FFFD, as everywhere in Swift.
    mutating func readUTF8(_ byteCount: Int) throws(ReadFailure) -> String {
        let source = unsafe start + position
        try advance(byteCount)
        return unsafe copyUTF8(source, byteCount)
    }

    @inline(__always) private func copyUTF8(_ source: UnsafeRawPointer, _ byteCount: Int) -> String {
        guard byteCount > 0 else { return "" }
        // The bytes are copied first and checked in the copy.
        return unsafe String(unsafeUninitializedCapacity: byteCount) { buffer in
            unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(start: source, count: byteCount))
            return byteCount
        }
    }

    /// Reads UTF-8 and says whether it is that of `string`.
    mutating func readUTF8(_ byteCount: Int, equals string: String) throws(ReadFailure) -> Bool {
        let source = unsafe start + position
        try advance(byteCount)
        var string = string
        return string.withUTF8 { utf8 in
            guard utf8.count == byteCount else { return false }
            return unsafe utf8.elementsEqual(UnsafeRawBufferPointer(start: source, count: byteCount))
        }
    }

    /// Lends the bytes at the cursor, and goes beyond them.
    mutating func withBytes<Result>(
        _ byteCount: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(ReadFailure) -> Result {
        let source = unsafe start + position
        try advance(byteCount)
        return unsafe body(UnsafeRawBufferPointer(start: source, count: byteCount))
    }
}
