// Batches of numbers, of vectors of numbers, and of arrays of numbers: their payloads are written and read where they
// lie, by code that knows nothing of the caller's type, or is specialized for the number. A writer or reader would look
// the type up for each value, and copy once more.

/// Where the payload of the element with this number in a range goes, which has so many bytes.
package typealias FlatBatchTarget = (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer

/// The elements of a batch as payloads.
///
/// SAFETY: that the places are there and have room, as `fitting` tells, and that the elements are there, is the
/// caller's to see to.
@safe package struct FlatBatchWriter {
    /// How many elements of a range, counted from 0, come before the first one whose payload has more bytes.
    package let fitting: (_ range: Range<Int>, _ byteCount: Int) -> Int
    package let write: Write

    /// Writes the payloads of the elements in a range.
    @unsafe package enum Write {
        /// All have so many bytes, of which the first `headSize` are the same and written in the first place alone. The
        /// places are so far apart.
        case values(
            payloadSize: Int, headSize: Int,
            write: (_ range: Range<Int>, _ first: UnsafeMutableRawPointer, _ stride: Int) -> Void)
        case arrays(write: (_ range: Range<Int>, _ target: FlatBatchTarget) -> Void)
    }

    /// A writer of these elements; nil if they are of another kind.
    package init?<Element>(_ elements: UnsafeBufferPointer<Element>) {
        let strategy = TypeTable.info(for: Element.self).strategy
        let start = unsafe UnsafeRawPointer(elements.baseAddress)
        if case .array(let kind) = strategy {
            unsafe (fitting, write) = kind.writer(ofArraysAt: start, elements.count)
        } else if let shape = FlatShape(of: Element.self, strategy) {
            unsafe (fitting, write) = shape.writer(ofValuesAt: start)
        } else {
            return nil
        }
    }
}

/// The elements of a batch, from their payloads.
///
/// SAFETY: `read` stays within the payload, and believes nothing of it; that it is there is the caller's to see to.
@safe package struct FlatBatchReader<Element> {
    /// Reads a payload and keeps the element; false, and nothing is kept, if it is not what a ``FlatBatchWriter`` or a
    /// ``PayloadWriter`` makes of such an element alone.
    package let read: (_ payload: UnsafeRawBufferPointer) -> Bool
    /// How many bytes each payload has that a ``FlatBatchWriter`` makes of elements of this type; nil if they differ.
    package let payloadSize: Int?
    /// Reads so many such payloads, of one size, and keeps the elements; the payloads are so far apart.
    package let readAll: (_ count: Int, _ first: UnsafeRawPointer, _ stride: Int) -> Void
    /// Keeps an element that was read in another way.
    package let keep: (Element) -> Void
    /// All elements that were kept.
    package let elements: () -> [Element]

    /// A reader of elements of this type; nil if they are of another kind.
    ///
    /// - Parameter count: how many there may be; it keeps more as well.
    package init?(expecting count: Int = 0) {
        let strategy = TypeTable.info(for: Element.self).strategy
        if case .array(let kind) = strategy, kind != .bool {
            let parts = unsafe kind.reader(ofArraysAs: Element.self)
            unsafe (read, keep, elements) = parts
            payloadSize = nil
            unsafe readAll = { _, _, _ in }
        } else if let shape = FlatShape(of: Element.self, strategy) {
            let values = KeptValues(shape, expecting: count)
            unsafe read = unsafe values.read
            payloadSize = shape.head + shape.byteCount
            unsafe readAll = unsafe values.read
            keep = { value in unsafe withUnsafeBytes(of: value) { unsafe values.append($0) } }
            elements = { values.array(of: Element.self) }
        } else {
            return nil
        }
    }
}

private typealias WriterParts = (fitting: (Range<Int>, Int) -> Int, write: FlatBatchWriter.Write)
private typealias Parts<Element> = (
    read: (UnsafeRawBufferPointer) -> Bool, keep: (Element) -> Void, elements: () -> [Element]
)

// MARK: Values of plain bytes

extension FlatShape {
    fileprivate func writer(ofValuesAt start: UnsafeRawPointer?) -> WriterParts {
        (
            fitting: { range, byteCount in byteCount < head + self.byteCount ? 0 : range.count },
            write: unsafe .values(payloadSize: head + byteCount, headSize: head) { range, first, stride in
                guard !range.isEmpty, let start = unsafe start else { return }
                unsafe write(
                    range.count, valuesFrom: start + range.lowerBound &* byteCount, to: first, stride: stride)
            }
        )
    }
}

/// The bytes of the values that a reader has kept.
///
/// SAFETY: `bytes` has room for `capacity` bytes, of which the first `count` are initialized.
@safe private final class KeptValues {
    private let shape: FlatShape
    private let head: Int
    private let size: Int
    private var bytes: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    init(_ shape: FlatShape, expecting count: Int) {
        self.shape = shape
        head = shape.head
        size = shape.byteCount
        // What is expected, but not the memory for all that could ever come.
        capacity = min(max(count, 64), 1024) * shape.byteCount
        unsafe bytes = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe bytes.deallocate() }

    func read(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard unsafe shape.isHead(of: payload) else { return false }
        unsafe append(UnsafeRawBufferPointer(rebasing: payload[head...]))
        return true
    }

    /// Reads so many payloads, whose heads are what they are.
    func read(_ number: Int, _ first: UnsafeRawPointer, _ stride: Int) {
        while capacity - count < number * size { grow() }
        // SAFETY: there is room, and any bytes are a value.
        unsafe FlatShape.copy(number, of: size, from: first + head, stride: stride, to: bytes + count, stride: size)
        count += number * size
    }

    func append(_ value: UnsafeRawBufferPointer) {
        guard let start = value.baseAddress, value.count == size else { return }
        if capacity - count < size { grow() }
        unsafe FlatShape.copy(from: start, to: bytes + count, size)
        count += size
    }

    private func grow() {
        let more = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 16)
        unsafe more.copyMemory(from: bytes, byteCount: count)
        unsafe bytes.deallocate()
        unsafe bytes = unsafe more
        capacity *= 2
    }

    func array<Value>(of type: Value.Type) -> [Value] {
        unsafe [Value](unsafeUninitializedCapacity: count / size) { buffer, initialized in
            guard let start = buffer.baseAddress else { return }
            // SAFETY: the values are plain bytes of this size.
            unsafe UnsafeMutableRawPointer(start).copyMemory(from: bytes, byteCount: count)
            initialized = count / size
        }
    }
}

// MARK: Arrays

private func writer<Number: FixedWidthScalar>(_: Number.Type, _ start: UnsafeRawPointer?, _ count: Int) -> WriterParts {
    let arrays = unsafe UnsafeBufferPointer(start: start?.assumingMemoryBound(to: [Number].self), count: count)
    return (
        fitting: { range, byteCount in
            guard byteCount >= FlatArray.head else { return 0 }
            let limit = (byteCount - FlatArray.head) / MemoryLayout<Number>.stride
            return range.prefix(while: { unsafe arrays[$0].count <= limit }).count
        },
        write: unsafe .arrays { range, target in
            for index in range {
                unsafe arrays[index].withUnsafeBytes { bytes in
                    let target = unsafe target(index - range.lowerBound, bytes.count + FlatArray.head)
                    unsafe FlatArray.write(bytes, of: Number.self, to: target)
                }
            }
        }
    )
}

/// The arrays that a reader has kept.
private final class KeptArrays<Number: FixedWidthScalar> {
    @exclusivity(unchecked) var arrays: [[Number]] = []

    @inline(__always)
    func read(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard let count = unsafe FlatArray.count(of: Number.self, in: payload) else { return false }
        unsafe arrays.append(Self.array(of: count, in: payload))
        return true
    }

    @inline(__always)
    private static func array(of count: Int, in payload: UnsafeRawBufferPointer) -> [Number] {
        guard let start = unsafe payload.baseAddress.map({ unsafe $0 + FlatArray.head }), count > 0 else { return [] }
        // SAFETY: the bytes are there, and any bits are a number. Bytes lie right anywhere, and this initializer is one
        // that the compiler specializes.
        if MemoryLayout<Number>.alignment == 1 {
            return unsafe Array(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Number.self), count: count))
        }
        return unsafe [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let target = buffer.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(target).copyMemory(
                from: start, byteCount: count &* MemoryLayout<Number>.stride)
            initialized = count
        }
    }
}

/// What reads into `kept`; it knows nothing of the caller's type, or it would not be specialized.
private func reader<Number: FixedWidthScalar>(into kept: KeptArrays<Number>) -> (UnsafeRawBufferPointer) -> Bool {
    { unsafe kept.read($0) }
}

@inline(__always)
private func parts<Number: FixedWidthScalar, Element>(_: Number.Type) -> Parts<Element> {
    let kept = KeptArrays<Number>()
    return unsafe (
        reader(into: kept), { unsafe kept.arrays.append(reinterpret($0, as: [Number].self)) },
        { unsafe reinterpret(kept.arrays, as: [Element].self) }
    )
}

// One line for each number, so that each is compiled for itself.
extension NumberKind {
    fileprivate func writer(ofArraysAt start: UnsafeRawPointer?, _ count: Int) -> WriterParts {
        switch self {
        case .int: unsafe MultitaskingSerialization.writer(Int.self, start, count)
        case .int8: unsafe MultitaskingSerialization.writer(Int8.self, start, count)
        case .int16: unsafe MultitaskingSerialization.writer(Int16.self, start, count)
        case .int32: unsafe MultitaskingSerialization.writer(Int32.self, start, count)
        case .int64: unsafe MultitaskingSerialization.writer(Int64.self, start, count)
        case .int128: unsafe MultitaskingSerialization.writer(Int128.self, start, count)
        case .uint: unsafe MultitaskingSerialization.writer(UInt.self, start, count)
        case .uint8: unsafe MultitaskingSerialization.writer(UInt8.self, start, count)
        case .uint16: unsafe MultitaskingSerialization.writer(UInt16.self, start, count)
        case .uint32: unsafe MultitaskingSerialization.writer(UInt32.self, start, count)
        case .uint64: unsafe MultitaskingSerialization.writer(UInt64.self, start, count)
        case .uint128: unsafe MultitaskingSerialization.writer(UInt128.self, start, count)
        case .float: unsafe MultitaskingSerialization.writer(Float.self, start, count)
        case .double: unsafe MultitaskingSerialization.writer(Double.self, start, count)
        case .bool: unsafe MultitaskingSerialization.writer(Bool.self, start, count)
        }
    }

    fileprivate func reader<Element>(ofArraysAs type: Element.Type) -> Parts<Element> {
        switch self {
        case .int: unsafe parts(Int.self)
        case .int8: unsafe parts(Int8.self)
        case .int16: unsafe parts(Int16.self)
        case .int32: unsafe parts(Int32.self)
        case .int64: unsafe parts(Int64.self)
        case .int128: unsafe parts(Int128.self)
        case .uint: unsafe parts(UInt.self)
        case .uint8: unsafe parts(UInt8.self)
        case .uint16: unsafe parts(UInt16.self)
        case .uint32: unsafe parts(UInt32.self)
        case .uint64: unsafe parts(UInt64.self)
        case .uint128: unsafe parts(UInt128.self)
        case .float: unsafe parts(Float.self)
        case .double: unsafe parts(Double.self)
        case .bool: unsafe parts(Bool.self)
        }
    }
}
