import MultitaskingCore
import Testing

@testable import MultitaskingSerialization

/// Single values that are plain bytes: what is written and read without a writer and a reader is what these make.
@Suite struct FlatValueTests: FlatCheck {
    private func payload<Value: Encodable>(of value: Value) -> [UInt8]? {
        let type = CodedType(Value.self)
        return unsafe withUnsafePointer(to: value) { value in
            guard let count = unsafe type.flatByteCount(ofValueAt: value) else { return nil }
            var bytes = [UInt8](repeating: 0xEE, count: count + 3)
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe type.writeFlat(valueAt: value, to: .init(rebasing: bytes[..<count]))
            }
            #expect(bytes.suffix(3) == [0xEE, 0xEE, 0xEE])
            return bytes.dropLast(3)
        }
    }

    private func value<Value: Decodable>(_ type: Value.Type, of payload: some Sequence<UInt8>) -> Value? {
        let payload = Array(payload)
        return unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { storage in
            guard let storage = storage.baseAddress else { return nil }
            let isRead = unsafe payload.withUnsafeBytes { unsafe CodedType(type).readFlat($0, to: storage) }
            return unsafe isRead ? storage.assumingMemoryBound(to: type).move() : nil
        }
    }

    func check<Value: Codable & Equatable>(_ values: [Value]) throws {
        for one in values {
            let expected = try encodePayload(one)
            #expect(payload(of: one) == expected)
            #expect(value(Value.self, of: expected) == one)
            for cut in 0..<expected.count { #expect(value(Value.self, of: expected.prefix(cut)) == nil) }
            #expect(value(Value.self, of: expected + [0]) == nil)
            for place in 0..<2 {
                var damaged = expected
                damaged[place] ^= 1
                #expect(value(Value.self, of: damaged) == nil)
            }
        }
    }

    @Test func numbersVectorsAndArraysAreAsAWriterMakesThem() throws {
        try FlatSamples.check(self)
    }

    @Test func countsThatDoNotFitAreRefused() throws {
        let good = try encodePayload([1, 2, 3] as [UInt16])
        for place in 2..<10 {
            for bit in 0..<8 {
                var bytes = good
                bytes[place] ^= 1 << bit
                #expect(value([UInt16].self, of: bytes) == nil, "\(place) \(bit)")
            }
        }
    }

    @Test func largePayloadsAreLeftToTheReader() throws {
        let large = [UInt8](repeating: 1, count: 1000)
        #expect(payload(of: large) == (try encodePayload(large)))
        #expect(value([UInt8].self, of: try encodePayload(large)) == nil)
    }

    @Test func othersAreLeftToWriterAndReader() throws {
        #expect(payload(of: "a") == nil && payload(of: true) == nil && payload(of: [true]) == nil)
        #expect(payload(of: Int?.some(1)) == nil && payload(of: [[1]]) == nil && payload(of: ["a": 1]) == nil)
        #expect(payload(of: SIMD3<Float>(1, 2, 3)) == nil && payload(of: SIMD32<Int>(repeating: 1)) == nil)
        #expect(value(String.self, of: try encodePayload("a")) == nil)
        #expect(value([Bool].self, of: try encodePayload([true])) == nil)
    }
}
