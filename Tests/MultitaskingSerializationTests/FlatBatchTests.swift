import MultitaskingCore
import Testing

@testable import MultitaskingSerialization

/// Batches whose elements are plain bytes: what is written and read without a writer and a reader is what these make.
@Suite struct FlatBatchTests: FlatCheck {
    func check<Element: Codable & Equatable>(_ elements: [Element]) throws {
        try unsafe elements.withUnsafeBufferPointer { buffer in
            let writer = try #require(unsafe FlatBatchWriter(buffer))
            let reader = try #require(FlatBatchReader<Element>())
            let kept = try reader.elements(expecting: 0) { keeper in
                for (index, element) in elements.enumerated() {
                    let expected = try encodePayload(element)
                    #expect(writer.fitting(index..<index + 1, expected.count) == 1)
                    #expect(writer.fitting(index..<index + 1, expected.count - 1) == 0)
                    var bytes = [UInt8](repeating: 0xEE, count: expected.count + 3)
                    unsafe bytes.withUnsafeMutableBytes { target in
                        switch unsafe writer.write {
                        case .values(let payloadSize, let headSize, let write):
                            #expect(payloadSize == expected.count && payloadSize == reader.payloadSize)
                            #expect(headSize == payloadSize - MemoryLayout<Element>.size)
                            if let start = target.baseAddress { unsafe write(index..<index + 1, start, 1 << 20) }
                        case .arrays(let write):
                            unsafe write(index..<index + 1) { number, count in
                                #expect(number == 0 && count == expected.count && reader.payloadSize == nil)
                                return unsafe UnsafeMutableRawBufferPointer(rebasing: target[..<count])
                            }
                        }
                    }
                    #expect(Array(bytes.dropLast(3)) == expected)
                    #expect(bytes.suffix(3) == [0xEE, 0xEE, 0xEE])
                    #expect(try decodePayload(Element.self, from: expected) == element)
                    if Element.self == [Bool].self { continue }
                    // Wherever they lie.
                    for offset in 0..<2 {
                        let moved = [UInt8](repeating: 0, count: offset) + expected
                        let isRead = unsafe moved.withUnsafeBytes {
                            unsafe keeper.read(UnsafeRawBufferPointer(rebasing: $0[offset...]))
                        }
                        #expect(isRead)
                    }
                    keeper.keep(element)
                    for cut in 0..<expected.count {
                        let isRead = unsafe expected.withUnsafeBytes {
                            unsafe keeper.read(UnsafeRawBufferPointer(rebasing: $0[..<cut]))
                        }
                        #expect(!isRead)
                    }
                }
            }
            #expect(kept == elements.flatMap { [$0, $0, $0] })
        }
    }

    @Test func numbersVectorsAndArraysAreAsAWriterMakesThem() throws {
        try FlatSamples.check(self)
    }

    @Test func arraysOfTruthsAreWrittenAndLeftToTheReader() throws {
        try unsafe [[true, false]].withUnsafeBufferPointer { buffer in
            let writer = try #require(unsafe FlatBatchWriter(buffer))
            var bytes = [UInt8](repeating: 0, count: 12)
            unsafe bytes.withUnsafeMutableBytes { target in
                guard case .arrays(let write) = unsafe writer.write else { return }
                unsafe write(0..<1) { _, _ in unsafe target }
            }
            #expect(try bytes == encodePayload([true, false]))
        }
        #expect(FlatBatchReader<[Bool]>() == nil)
    }

    @Test func othersHaveNone() {
        unsafe ["a"].withUnsafeBufferPointer { #expect(unsafe FlatBatchWriter($0) == nil) }
        #expect(FlatBatchReader<String>() == nil && FlatBatchReader<Bool>() == nil)
        #expect(FlatBatchReader<Int?>() == nil && FlatBatchReader<[[Int]]>() == nil)
        #expect(FlatBatchReader<SIMD3<Float>>() == nil && FlatBatchReader<[String: Int]>() == nil)
    }

    @Test func manyValuesAreKept() throws {
        let reader = try #require(FlatBatchReader<UInt64>())
        // None, few for the room there is, as many as there is room for, and more.
        for count in [0, 1, 31, 32, 64, 65, 500, 1024, 1025, 10_000] {
            for expected in [0, 64, 1024, .max] {
                let numbers = (0..<count).map { UInt64($0) }
                let kept = reader.elements(expecting: expected) { keeper in numbers.forEach(keeper.keep) }
                #expect(kept == numbers)
                #expect(kept.capacity <= max(2 * count + 8, 64), "\(count) of \(expected)")
            }
        }
    }

    @Test func errorLeavesNothingBehind() throws {
        let reader = try #require(FlatBatchReader<UInt64>())
        #expect(throws: CancellationError.self) {
            try reader.elements(expecting: 10) { keeper in
                for number in 0..<2000 as Range<UInt64> { keeper.keep(number) }
                throw CancellationError()
            }
        }
    }

    @Test(arguments: [0, 3, 5000])
    func manyPayloadsOfOneSizeAreWrittenAndReadAsOne(expected: Int) throws {
        func check<Element: Codable & Equatable>(_ elements: [Element]) throws {
            let payload = try encodePayload(elements[0])
            let stride = payload.count + 6
            var bytes = [UInt8](repeating: 0xEE, count: elements.count * stride)
            let reader = try #require(FlatBatchReader<Element>())
            #expect(reader.payloadSize == payload.count)
            let kept = try reader.elements(expecting: expected) { keeper in
                try unsafe elements.withUnsafeBufferPointer { buffer in
                    let writer = try #require(unsafe FlatBatchWriter(buffer))
                    unsafe bytes.withUnsafeMutableBytes { bytes in
                        guard case .values(payload.count, _, let write) = unsafe writer.write,
                            let start = bytes.baseAddress
                        else { return }
                        unsafe write(0..<1000, start, stride)
                        unsafe write(1000..<elements.count, start + 1000 * stride, stride)
                        unsafe keeper.readAll(elements.count, start, stride)
                    }
                }
            }
            #expect(kept == elements)
            for (index, element) in elements.enumerated() {
                let place = bytes[index * stride..<(index + 1) * stride]
                // What stands before the values is in the first place of each part.
                let head = payload.count - MemoryLayout<Element>.size
                let isFirst = index == 0 || index == 1000
                #expect(
                    isFirst
                        ? Array(place.prefix(head)) == Array(payload.prefix(head))
                        : place.prefix(head).allSatisfy { $0 == 0xEE })
                #expect(try Array(place.dropLast(6).dropFirst(head)) == Array(encodePayload(element).dropFirst(head)))
                #expect(place.suffix(6).allSatisfy { $0 == 0xEE })
            }
        }
        try check((0..<3000).map { SIMD8<UInt64>(repeating: UInt64($0)) })
        try check((0..<3000).map { $0 })
        try check((0..<3000).map { SIMD4<Float>(repeating: Float($0)) })
        try check((0..<3000).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test func payloadsOfArraysHaveNoCommonSize() throws {
        let reader = try #require(FlatBatchReader<[Int]>())
        #expect(reader.payloadSize == nil)
    }

    @Test func damagedHeadsAreRefused() throws {
        let reader = try #require(FlatBatchReader<[UInt16]>())
        let good = try encodePayload([1, 2, 3] as [UInt16])
        let kept = reader.elements(expecting: 1) { keeper in
            for place in 0..<10 {
                for bit in 0..<8 {
                    var bytes = good
                    bytes[place] ^= 1 << bit
                    #expect(!(unsafe bytes.withUnsafeBytes { unsafe keeper.read($0) }), "\(place) \(bit)")
                }
            }
        }
        #expect(kept.isEmpty)
    }
}
