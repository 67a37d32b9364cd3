/// A vector of numbers: written as an array of them is, whose count is known.
protocol VectorPayload: DirectPayload, SIMD where Scalar: FixedWidthScalar {}

extension VectorPayload {
    static var tag: UInt8 { Scalar.tag | PayloadTag.arrayBit }

    static var numberCount: Int { scalarCount }

    static func write(_ value: Self, to sink: ByteSink) {
        sink.end.append(tag: tag, UInt64(scalarCount))
        // SAFETY: a vector's numbers lie one behind the other, and there are as many as its size says: three are none
        // of those that conform.
        unsafe withUnsafeBytes(of: value) { unsafe sink.end.append(bytes: $0) }
    }

    static func read(from source: inout ByteSource) throws(ReadFailure) -> Self {
        let numbers = try source.readArray(of: Scalar.self)
        guard numbers.count == scalarCount else { throw .invalid("a vector has \(numbers.count) numbers") }
        return Self(numbers)
    }
}

extension SIMD2: DirectPayload, VectorPayload where Scalar: FixedWidthScalar {}
extension SIMD4: DirectPayload, VectorPayload where Scalar: FixedWidthScalar {}
extension SIMD8: DirectPayload, VectorPayload where Scalar: FixedWidthScalar {}
extension SIMD16: DirectPayload, VectorPayload where Scalar: FixedWidthScalar {}
extension SIMD32: DirectPayload, VectorPayload where Scalar: FixedWidthScalar {}
extension SIMD64: DirectPayload, VectorPayload where Scalar: FixedWidthScalar {}
