/// How values of so many plain bytes are written: no keys, a tag, for a vector the count of its numbers, and the bytes.
struct FlatShape {
    let tag: UInt8
    /// How many numbers a vector has; 0 for a number.
    let count: Int
    let byteCount: Int

    var head: Int { count == 0 ? 2 : 10 }

    /// The shape of a type's values; nil if they have none.
    init?<Value>(of type: Value.Type, _ strategy: TypeInfo.Strategy) {
        guard MemoryLayout<Value>.size == MemoryLayout<Value>.stride else { return nil }
        switch strategy {
        case .number(let tag): (self.tag, count) = (tag, 0)
        case .direct(let direct) where direct.numberCount > 0: (tag, count) = (direct.tag, direct.numberCount)
        default: return nil
        }
        byteCount = MemoryLayout<Value>.size
    }

    /// Writes the payload of the value at an address, if there is room for it.
    @unsafe @inline(__always)
    func write(valueAt start: UnsafeRawPointer, to target: UnsafeMutableRawBufferPointer) {
        // SAFETY: there is room, and the element is there.
        guard target.count >= head &+ byteCount, let place = target.baseAddress else { return }
        unsafe writeHead(to: place)
        unsafe Self.copy(from: start, to: place + head, byteCount)
    }

    /// Writes what stands before the bytes of a value.
    @unsafe @inline(__always)
    private func writeHead(to place: UnsafeMutableRawPointer) {
        unsafe place.storeBytes(of: UInt16(tag).bigEndian, as: UInt16.self)
        if count > 0 { unsafe place.storeBytes(of: UInt64(count), toByteOffset: 2, as: UInt64.self) }
    }

    /// Writes the payloads of so many values, which lie one after the other, to places for them so far apart. What
    /// stands before the bytes of a value is written in the first place alone.
    @unsafe
    func write(
        _ number: Int, valuesFrom start: UnsafeRawPointer, to first: UnsafeMutableRawPointer, stride: Int
    ) {
        unsafe writeHead(to: first)
        unsafe Self.copy(number, of: byteCount, from: start, stride: byteCount, to: first + head, stride: stride)
    }

    /// Copies the value of a payload to memory that has room for it; false if it is not the payload of such a value.
    @unsafe @inline(__always)
    func read(_ payload: UnsafeRawBufferPointer, to storage: UnsafeMutableRawPointer) -> Bool {
        guard unsafe isHead(of: payload), let start = payload.baseAddress else { return false }
        // SAFETY: any bytes are a value.
        unsafe Self.copy(from: start + head, to: storage, byteCount)
        return true
    }

    /// Whether a payload is one of such a value, as far as its head tells.
    @unsafe @inline(__always)
    func isHead(of payload: UnsafeRawBufferPointer) -> Bool {
        guard payload.count == head &+ byteCount, unsafe payload[0] == 0, unsafe payload[1] == tag else { return false }
        return unsafe count == 0 || payload.loadUnaligned(fromByteOffset: 2, as: UInt64.self) == UInt64(count)
    }

    /// Copies so many values of plain bytes; those of the commonest sizes in loops of their own.
    @unsafe @inline(__always)
    static func copy(
        _ number: Int, of byteCount: Int, from source: UnsafeRawPointer, stride sourceStride: Int,
        to target: UnsafeMutableRawPointer, stride targetStride: Int
    ) {
        @inline(__always)
        func copyAll(_ byteCount: Int) {
            var (from, to) = unsafe (source, target)
            for _ in 0..<number {
                unsafe copy(from: from, to: to, byteCount)
                unsafe from += sourceStride
                unsafe to += targetStride
            }
        }
        switch byteCount {
        case 8: copyAll(8)
        case 64: copyAll(64)
        default: copyAll(byteCount)
        }
    }

    /// Copies a value of plain bytes; the commonest sizes without a call.
    @unsafe @inline(__always)
    static func copy(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ byteCount: Int) {
        switch byteCount {
        case 8: unsafe target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        case 64: unsafe target.storeBytes(of: source.loadUnaligned(as: SIMD64<UInt8>.self), as: SIMD64<UInt8>.self)
        default: unsafe target.copyMemory(from: source, byteCount: byteCount)
        }
    }
}

/// How an array of numbers is written that is a payload alone: no keys, a tag, the count, and the numbers.
enum FlatArray {
    /// How many bytes stand before the numbers.
    static let head = 10

    /// Writes the payload of an array that has these bytes; there must be room for it.
    @unsafe @inline(__always)
    static func write<Number: FixedWidthScalar>(
        _ bytes: UnsafeRawBufferPointer, of: Number.Type, to target: UnsafeMutableRawBufferPointer
    ) {
        unsafe target[0] = 0
        unsafe target[1] = Number.tag | PayloadTag.arrayBit
        let count = UInt64(bytes.count / MemoryLayout<Number>.stride)
        unsafe target.storeBytes(of: count, toByteOffset: 2, as: UInt64.self)
        // SAFETY: slicing checks that there is room for them.
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[head...]).copyMemory(from: bytes)
    }

    /// How many numbers a payload has, if it is an array of such numbers and nothing else.
    @unsafe @inline(__always)
    static func count<Number: FixedWidthScalar>(of: Number.Type, in payload: UnsafeRawBufferPointer) -> Int? {
        guard payload.count >= head, unsafe payload[0] == 0, unsafe payload[1] == Number.tag | PayloadTag.arrayBit
        else { return nil }
        // Read once, and compared with what is there, as another process may write to it.
        let count = unsafe payload.loadUnaligned(fromByteOffset: 2, as: UInt64.self)
        let byteCount = payload.count &- head
        guard count <= UInt64(byteCount), Int(count) &* MemoryLayout<Number>.stride == byteCount else { return nil }
        return Int(count)
    }
}
