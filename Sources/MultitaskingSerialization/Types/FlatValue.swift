// Single numbers, vectors of numbers, and small arrays of numbers as payloads, written and read where they lie. A
// writer or reader would copy once more, and generic code would look the type up for each step. So nothing here knows
// the caller's type: it goes by what `TypeInfo` has found, and by addresses.

/// How a type's values are written if that is as their bytes, behind a head.
enum FlatKind {
    case value(FlatShape)
    case array(of: NumberKind)

    init?(of type: Any.Type, _ strategy: TypeInfo.Strategy) {
        func shape<Value>(of type: Value.Type) -> FlatShape? { FlatShape(of: type, strategy) }
        if case .array(let kind) = strategy, kind != .bool {
            self = .array(of: kind)
        } else if let shape = _openExistential(type, do: shape), shape.byteCount <= CodedType.flatSize {
            self = .value(shape)
        } else {
            return nil
        }
    }
}

extension CodedType {
    /// How many bytes a value has at most that ``readFlat(_:to:)`` reads.
    package static let flatSize = 64
    /// How many bytes a payload has at most that ``readFlat(_:to:)`` reads.
    fileprivate static let flatLimit = 128

    /// How many bytes the payload of the value at an address has, if ``writeFlat(valueAt:to:)`` can write it.
    @unsafe
    package func flatByteCount(ofValueAt start: UnsafeRawPointer) -> Int? {
        switch flat {
        case .value(let shape): shape.head &+ shape.byteCount
        case .array(let kind): unsafe kind.apply(FlatArrayByteCount(start: start))
        case nil: nil
        }
    }

    /// Writes the payload of the value at an address, which has as many bytes as ``flatByteCount(ofValueAt:)`` has
    /// said: the same bytes that a ``PayloadWriter`` writes.
    @unsafe
    package func writeFlat(valueAt start: UnsafeRawPointer, to target: UnsafeMutableRawBufferPointer) {
        switch flat {
        case .value(let shape): unsafe shape.write(valueAt: start, to: target)
        case .array(let kind): unsafe kind.apply(FlatArrayWriter(start: start, target: target))
        case nil: break
        }
    }

    /// Makes a value from a payload that has nothing else, in memory that has room for it and nothing in it yet; false,
    /// and nothing is made, if the payload is of another kind, large, or damaged.
    @unsafe
    package func readFlat(_ payload: UnsafeRawBufferPointer, to storage: UnsafeMutableRawPointer) -> Bool {
        guard payload.count <= Self.flatLimit else { return false }
        switch flat {
        case .value(let shape): return unsafe shape.read(payload, to: storage)
        case .array(let kind): return unsafe kind.apply(FlatArrayReader(payload: payload, storage: storage))
        case nil: return false
        }
    }
}

// MARK: Arrays

// SAFETY: `start` is the address of an array of such numbers, as the type table says, which is alive.

@safe private struct FlatArrayByteCount: NumberOperation {
    let start: UnsafeRawPointer

    @inline(__always)
    func callAsFunction<Number: FixedWidthScalar>(_: Number.Type) -> Int? {
        let count = unsafe start.assumingMemoryBound(to: [Number].self).pointee.count
        return FlatArray.head &+ count &* MemoryLayout<Number>.stride
    }
}

@safe private struct FlatArrayWriter: NumberOperation {
    let start: UnsafeRawPointer
    let target: UnsafeMutableRawBufferPointer

    @inline(__always)
    func callAsFunction<Number: FixedWidthScalar>(_: Number.Type) {
        unsafe start.assumingMemoryBound(to: [Number].self).pointee.withUnsafeBytes { bytes in
            unsafe FlatArray.write(bytes, of: Number.self, to: target)
        }
    }
}

@safe private struct FlatArrayReader: NumberOperation {
    let payload: UnsafeRawBufferPointer
    let storage: UnsafeMutableRawPointer

    @inline(__always)
    func callAsFunction<Number: FixedWidthScalar>(_: Number.Type) -> Bool {
        guard let count = unsafe FlatArray.count(of: Number.self, in: payload) else { return false }
        let byteCount = unsafe payload.count &- FlatArray.head
        // SAFETY: there is room, and any bits are a number. The bytes are copied to where numbers may lie; then an
        // array is made by an initializer that the compiler specializes.
        unsafe withUnsafeTemporaryAllocation(byteCount: CodedType.flatLimit, alignment: 16) { buffer in
            if let start = unsafe payload.baseAddress, let copy = buffer.baseAddress {
                unsafe copy.copyMemory(from: start + FlatArray.head, byteCount: byteCount)
            }
            let numbers = unsafe UnsafeBufferPointer(
                start: buffer.baseAddress?.assumingMemoryBound(to: Number.self), count: count)
            unsafe storage.initializeMemory(as: [Number].self, to: Array(numbers))
        }
        return true
    }
}
