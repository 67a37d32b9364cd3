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
package struct FlatBatchReader<Element> {
    /// How many bytes each payload has that a ``FlatBatchWriter`` makes of elements of this type; nil if they differ.
    package let payloadSize: Int?
    private let kind: Kind

    private enum Kind {
        case values(FlatShape)
        case arrays(NumberKind)
    }

    /// A reader of elements of this type; nil if they are of another kind.
    package init?() {
        let strategy = TypeTable.info(for: Element.self).strategy
        if case .array(let number) = strategy, number != .bool {
            kind = .arrays(number)
            payloadSize = nil
        } else if let shape = FlatShape(of: Element.self, strategy) {
            kind = .values(shape)
            payloadSize = shape.head + shape.byteCount
        } else {
            return nil
        }
    }

    /// The elements that `body` has kept.
    ///
    /// - Parameter count: how many there may be; more are kept as well.
    package func elements(
        expecting count: Int, _ body: (FlatBatchKeeper<Element>) throws -> Void
    ) rethrows -> [Element] {
        switch kind {
        case .arrays(let number):
            let (keeper, elements) = number.keeper(ofArraysAs: Element.self)
            try body(keeper)
            return elements()
        case .values(let shape):
            return try KeptValues.array(of: Element.self, shape, expecting: count) { values in
                try body(
                    unsafe FlatBatchKeeper(
                        read: values.read, readAll: values.read,
                        keep: { value in unsafe withUnsafeBytes(of: value) { unsafe values.append($0) } }))
            }
        }
    }
}

/// What reads payloads and keeps their elements, during the call that was given it.
///
/// SAFETY: `read` stays within the payload, and believes nothing of it; that it is there is the caller's to see to.
@safe package struct FlatBatchKeeper<Element> {
    /// Reads a payload and keeps the element; false, and nothing is kept, if it is not what a ``FlatBatchWriter`` or a
    /// ``PayloadWriter`` makes of such an element alone.
    package let read: (_ payload: UnsafeRawBufferPointer) -> Bool
    /// Reads so many payloads of the reader's `payloadSize`, and keeps the elements; the payloads are so far apart.
    package let readAll: (_ count: Int, _ first: UnsafeRawPointer, _ stride: Int) -> Void
    /// Keeps an element that was read in another way.
    package let keep: (Element) -> Void
}

private typealias WriterParts = (fitting: (Range<Int>, Int) -> Int, write: FlatBatchWriter.Write)
private typealias Parts<Element> = (keeper: FlatBatchKeeper<Element>, elements: () -> [Element])

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

/// The bytes of values that were kept, in the memory of the array that they will be, if that has room for all.
///
/// SAFETY: the first `count` of `bytes` are initialized. Until they are the object's own, they are there while the
/// closure runs that was given it.
@safe private final class KeptValues {
    private let shape: FlatShape
    private let head: Int
    private let size: Int
    private var bytes: UnsafeMutableRawBufferPointer
    private var isOwn = false
    private var count = 0

    /// The values that `body` has kept.
    static func array<Value>(
        of type: Value.Type, _ shape: FlatShape, expecting count: Int, _ body: (KeptValues) throws -> Void
    ) rethrows -> [Value] {
        // What is expected, but not the memory for all that could ever come.
        let capacity = min(max(count, 64), 1024)
        var elsewhere: [Value]?
        let values = try unsafe [Value](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            let values = unsafe KeptValues(shape, in: UnsafeMutableRawBufferPointer(buffer))
            try body(values)
            // Few values are not to keep the room of many.
            if values.isOwn || values.count * 2 < capacity * values.size {
                elsewhere = values.array(of: type)
            } else {
                initialized = values.count / values.size
            }
        }
        return elsewhere ?? values
    }

    private init(_ shape: FlatShape, in room: UnsafeMutableRawBufferPointer) {
        self.shape = shape
        head = shape.head
        size = shape.byteCount
        unsafe bytes = unsafe room
    }

    deinit { if isOwn { unsafe bytes.deallocate() } }

    func read(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard unsafe shape.isHead(of: payload) else { return false }
        unsafe append(UnsafeRawBufferPointer(rebasing: payload[head...]))
        return true
    }

    /// Reads so many payloads, whose heads are what they are.
    func read(_ number: Int, _ first: UnsafeRawPointer, _ stride: Int) {
        guard let place = unsafe room(for: number * size) else { return }
        // SAFETY: there is room, and any bytes are a value.
        unsafe FlatShape.copy(number, of: size, from: first + head, stride: stride, to: place, stride: size)
        count += number * size
    }

    func append(_ value: UnsafeRawBufferPointer) {
        guard let start = value.baseAddress, value.count == size, let place = unsafe room(for: size) else { return }
        unsafe FlatShape.copy(from: start, to: place, size)
        count += size
    }

    /// Where the next so many bytes go.
    private func room(for byteCount: Int) -> UnsafeMutableRawPointer? {
        if unsafe bytes.count - count < byteCount {
            let more = unsafe UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(bytes.count * 2, count + byteCount), alignment: 16)
            unsafe more.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            if isOwn { unsafe bytes.deallocate() }
            unsafe bytes = unsafe more
            isOwn = true
        }
        return unsafe bytes.baseAddress.map { unsafe $0 + count }
    }

    private func array<Value>(of type: Value.Type) -> [Value] {
        unsafe [Value](unsafeUninitializedCapacity: count / size) { buffer, initialized in
            // SAFETY: the values are plain bytes of this size.
            unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
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
    let keeper = unsafe FlatBatchKeeper<Element>(
        read: reader(into: kept), readAll: { _, _, _ in },
        keep: { unsafe kept.arrays.append(reinterpret($0, as: [Number].self)) })
    return (keeper, { unsafe reinterpret(kept.arrays, as: [Element].self) })
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

    fileprivate func keeper<Element>(ofArraysAs type: Element.Type) -> Parts<Element> {
        switch self {
        case .int: parts(Int.self)
        case .int8: parts(Int8.self)
        case .int16: parts(Int16.self)
        case .int32: parts(Int32.self)
        case .int64: parts(Int64.self)
        case .int128: parts(Int128.self)
        case .uint: parts(UInt.self)
        case .uint8: parts(UInt8.self)
        case .uint16: parts(UInt16.self)
        case .uint32: parts(UInt32.self)
        case .uint64: parts(UInt64.self)
        case .uint128: parts(UInt128.self)
        case .float: parts(Float.self)
        case .double: parts(Double.self)
        case .bool: parts(Bool.self)
        }
    }
}
