import Foundation
import MultitaskingCore
import MultitaskingSerialization
import Testing

/// Decoding whatever bytes there are gives a value or throws; a trap would end the test process.
@Suite struct HostileBytesTests {
    /// One valid payload and the decoding of its type.
    private struct Case {
        let payload: [UInt8]
        let decode: ([UInt8]) throws -> Void

        init<Value: Codable>(_ value: Value) throws {
            payload = try encodePayload(value)
            decode = { _ = try decodePayload(Value.self, from: $0) }
        }
    }

    private func cases() throws -> [Case] {
        [
            try Case(Everything()), try Case([Everything(), Everything()]), try Case("text"), try Case([1.5, 2.5]),
            try Case([true, false]), try Case(Data(repeating: 1, count: 40)), try Case(Node.chain(20)),
            try Case(["a": [1: "b"], "c": [:]]),
            try Case([Shape.circle(radius: 1), .group(.point, .polygon([1], name: "x"))]),
            try Case(Shuffled(first: 1, second: [.point], third: "t")), try Case(Cat(name: "Tom", lives: 9)),
            try Case(Dog(name: "Rex", age: 1)), try Case([Point(x: 1, y: 2): Level.low]), try Case([Optional(1), nil]),
            try Case(Tree(name: "r", children: [Tree(name: "c", children: [])])), try Case(Interleaved(seed: 3)),
        ]
    }

    @Test func decode_ofMutatedAndTruncatedPayloads_neverTraps() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the mutations:", seed)
        var generator = SplitMix64(seed: seed)
        let cases = try cases()
        var rejected = 0
        for _ in 0..<40_000 {
            let original = cases.randomElement(using: &generator) ?? cases[0]
            let bytes = mutate(original.payload, using: &generator)
            do { try original.decode(bytes) } catch let error as MultitaskingError {
                #expect(error.code == .decodeFailed, "seed \(seed)")
                rejected += 1
            }
        }
        #expect(rejected > 10_000, "seed \(seed)")
    }

    @Test func decode_ofAPayloadWithMoreKeysThanATableMayHave_throws() throws {
        let names = (0..<255).flatMap { [3] + Array(String(100 + $0).utf8) as [UInt8] }
        // A container of one entry, whose key is the last of the table.
        let bytes = [255] + names + [5, 1, 0, 0, 0, 0xFE, 0x13, 7, 0, 0, 0, 0, 0, 0, 0]
        let error = #expect(throws: MultitaskingError.self) { try decodePayload([String: Int].self, from: bytes) }
        #expect(error?.code == .decodeFailed)
        #expect(throws: MultitaskingError.self) { try decodePayload(Word?.self, from: bytes) }
    }

    @Test func decode_ofOneTypeAsEveryOther_neverTraps() throws {
        let cases = try cases()
        for from in cases { for to in cases { try? to.decode(from.payload) } }
        #expect(throws: MultitaskingError.self) { try cases[0].decode(cases[2].payload) }
    }

    @Test func decode_ofRandomBytes_neverTraps() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the random bytes:", seed)
        var generator = SplitMix64(seed: seed)
        let cases = try cases()
        let tags: [UInt8] = [1, 2, 3, 4, 5, 6, 0x13, 0x15, 0x17, 0x33, 0x35, 0x38, 0, 0xFF]
        for _ in 0..<20_000 {
            let bytes =
                [0]
                + (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                    Bool.random(using: &generator)
                        ? UInt8.random(in: 0...255, using: &generator) : tags.randomElement(using: &generator) ?? 0
                }
            try? (cases.randomElement(using: &generator) ?? cases[0]).decode(bytes)
        }
    }

    private func mutate(_ payload: [UInt8], using generator: inout SplitMix64) -> [UInt8] {
        var bytes = payload
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes.removeLast(bytes.count - index)
            case 3: bytes.remove(at: index)
            case 4: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            default:
                for offset in index..<min(index + 8, bytes.count) { bytes[offset] = 0xFF }
            }
        }
        return bytes
    }

    @Test(
        arguments: [0x33, 0x38, 0x37, 0x3C, 0x35, 0x04] as [UInt8], [UInt64.max, 1 << 63, 1 << 60, 1 << 40, 1 << 31])
    func hugeCount_isRejectedWithoutAllocating(_ tag: UInt8, _ count: UInt64) throws {
        let bytes = [0, tag] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + [1, 2, 3]
        #expect(throws: MultitaskingError.self) { try decodePayload([Int].self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload([UInt8].self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload([Double].self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload([Int128?].self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Data.self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload(String.self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload([Order].self, from: bytes) }
    }

    @Test(arguments: [5, 6] as [UInt8])
    func hugeContainerCount_isRejected(_ tag: UInt8) throws {
        let bytes: [UInt8] = [0, tag, 0xFF, 0xFF, 0xFF, 0xFF, 2, 2, 2]
        #expect(throws: MultitaskingError.self) { try decodePayload([Int?].self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload([String: Int?].self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Counted.self, from: bytes) }
    }

    @Test func nestedContainersWithoutEnd_areSkippedWithoutRecursion() throws {
        var bytes: [UInt8] = [0, 6, 2, 0, 0, 0]
        for _ in 0..<1_000_000 { bytes += [6, 1, 0, 0, 0] }
        bytes += [2, 2]
        #expect(try decodePayload(SkipsTheFirst.self, from: bytes).isNil)
    }

    @Test func boolOtherThanZeroAndOne_andIllFormedText() throws {
        #expect(throws: MultitaskingError.self) { try decodePayload(Bool.self, from: [0, 0x15, 2]) }
        let bools: [UInt8] = [0, 0x35, 2, 0, 0, 0, 0, 0, 0, 0, 1, 3]
        #expect(throws: MultitaskingError.self) { try decodePayload([Bool].self, from: bools) }
        #expect(try decodePayload(String.self, from: [0, 3, 3, 0x41, 0xFF, 0x42]) == "A\u{FFFD}B")
    }
}

private struct Counted: Decodable {
    init(from decoder: any Decoder) throws {
        #expect(try decoder.unkeyedContainer().count ?? 0 <= 10)
    }
}

private struct SkipsTheFirst: Decodable {
    let isNil: Bool
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try container.superDecoder()
        isNil = try container.decodeNil()
    }
}
