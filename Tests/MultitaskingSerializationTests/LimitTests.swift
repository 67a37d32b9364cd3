import Foundation
import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct LimitTests {
    @Test func recursion_upToTheLimit_goesThrough_andBeyondIsAnErrorBothWays() throws {
        let deepest = try #require(Node.chain(512))
        let payload = try encodePayload(deepest)
        #expect(try decodePayload(Node.self, from: payload).length == 512)
        let error = #expect(throws: MultitaskingError.self) { try encodePayload(Node.chain(513)) }
        #expect(error?.code == .encodeFailed)
        #expect(error?.message.contains("512") == true)
    }

    @Test func theErrorOfAValueNestedTooDeeply_describesNoneOfIt() throws {
        let deep = (0..<2000).reduce(Shape.point) { shape, _ in .group(.point, shape) }
        let error = try #require(throws: MultitaskingError.self) { try encodePayload(deep) }
        #expect(error.code == .encodeFailed)
        #expect("\(error)".count < 1000)
    }

    @Test func decode_ofValuesNestedTooDeeply_isAnError() throws {
        var bytes: [UInt8] = [0]
        for _ in 0..<100_000 { bytes += [6, 1, 0, 0, 0] }
        bytes.append(2)
        let error = #expect(throws: MultitaskingError.self) { try decodePayload(Nest.self, from: bytes) }
        #expect(error?.code == .decodeFailed)
        #expect(error?.message.contains("512") == true)
    }

    @Test func recursiveEnum_ofFiveHundredLevels() throws {
        let deep = (0..<500).reduce(Shape.point) { shape, _ in .group(.point, shape) }
        #expect(try roundTrip(deep) == deep)
    }

    @Test func nestedContainers_withoutEnd_areAnErrorOnEncoding() throws {
        #expect(throws: MultitaskingError.self) { try encodePayload(NestsContainers(levels: 2000)) }
        _ = try encodePayload(NestsContainers(levels: 1000))
    }

    @Test func nestedContainers_upToTheLimit_goThrough_andWithoutEndAreAnErrorOnDecoding() throws {
        let keys: [UInt8] = [1, 4] + Array("next".utf8)
        func check<Levels: CountsLevels>(_ type: Levels.Type, level: [UInt8], after head: [UInt8]) throws {
            #expect(try roundTrip(Levels(levels: 1000)).levels == 1000, "\(type)")
            let bytes = head + Array(repeatElement(level, count: 100_000).joined()) + [2]
            let error = #expect(throws: MultitaskingError.self) { try decodePayload(type, from: bytes) }
            #expect(error?.code == .decodeFailed, "\(type)")
            #expect(error?.message.contains("1024 levels") == true, "\(type): \(error?.message ?? "")")
        }
        try check(KeyedLevels.self, level: [5, 1, 0, 0, 0, 0], after: keys)
        try check(UnkeyedLevels.self, level: [6, 1, 0, 0, 0], after: [0])
        try check(SuperLevels.self, level: [6, 1, 0, 0, 0], after: [0])
        try check(KeyedSuperLevels.self, level: [5, 1, 0, 0, 0, 0], after: keys)
    }

    @Test func encode_thatFailed_leavesThePayloadAsItWas() throws {
        let writer = PayloadWriter()
        try writer.encode("before")
        #expect(throws: MultitaskingError.self) {
            try writer.encode([FailsLate(fails: false), FailsLate(fails: true)])
        }
        try writer.encode("after")
        try withReader(of: bytes(of: writer)) { reader throws in
            #expect(try reader.decode(String.self) == "before")
            #expect(try reader.decode(String.self) == "after")
            #expect(reader.isAtEnd)
        }
    }

    @Test func copy_intoTooFewBytes_throwsAndCopiesNothing() throws {
        let writer = PayloadWriter()
        try writer.encode([1, 2, 3])
        var target = [UInt8](repeating: 0xAA, count: writer.byteCount - 1)
        let error = #expect(throws: MultitaskingError.self) {
            try unsafe target.withUnsafeMutableBytes { try unsafe writer.copy(into: $0) }
        }
        #expect(error?.code == .invalidArgument)
        #expect(target.allSatisfy { $0 == 0xAA })
    }

    @Test(.enabled(if: bigTestsAreWanted, "set MULTITASKING_BIG_TESTS=1 for a test that takes 6 GiB"))
    func arrayOfMoreThanTwoGiB_goesThrough() throws {
        let count = (2 << 30) + 17
        var big = [UInt8](repeating: 7, count: count)
        big[count - 1] = 9
        let again = try roundTrip(["big": big])["big"]
        #expect(again?.count == count)
        #expect(again?.last == 9)
    }
}

private var bigTestsAreWanted: Bool { ProcessInfo.processInfo.environment["MULTITASKING_BIG_TESTS"] == "1" }

private struct Nest: Codable {
    var inner: [Nest]
    init(from decoder: any Decoder) throws { inner = try [Nest](from: decoder) }
}

private struct NestsContainers: Encodable {
    let levels: Int
    func encode(to encoder: any Encoder) throws {
        var containers = [encoder.unkeyedContainer()]
        for level in 0..<levels { containers.append(containers[level].nestedUnkeyedContainer()) }
    }
}

/// A value that is nothing but containers in each other.
private protocol CountsLevels: Codable {
    var levels: Int { get }
    init(levels: Int)
}

private enum NextKey: CodingKey { case next }

private struct KeyedLevels: CountsLevels {
    var levels: Int

    init(levels: Int) { self.levels = levels }

    init(from decoder: any Decoder) throws {
        levels = 0
        var container = try decoder.container(keyedBy: NextKey.self)
        while container.contains(.next) {
            container = try container.nestedContainer(keyedBy: NextKey.self, forKey: .next)
            levels += 1
        }
    }

    func encode(to encoder: any Encoder) throws {
        var containers = [encoder.container(keyedBy: NextKey.self)]
        for level in 0..<levels {
            containers.append(containers[level].nestedContainer(keyedBy: NextKey.self, forKey: .next))
        }
    }
}

private struct UnkeyedLevels: CountsLevels {
    var levels: Int

    init(levels: Int) { self.levels = levels }

    init(from decoder: any Decoder) throws {
        levels = 0
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            container = try container.nestedUnkeyedContainer()
            levels += 1
        }
    }

    func encode(to encoder: any Encoder) throws { try NestsContainers(levels: levels).encode(to: encoder) }
}

private struct SuperLevels: CountsLevels {
    var levels: Int

    init(levels: Int) { self.levels = levels }

    init(from decoder: any Decoder) throws {
        levels = 0
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            container = try container.superDecoder().unkeyedContainer()
            levels += 1
        }
    }

    func encode(to encoder: any Encoder) throws {
        var containers = [encoder.unkeyedContainer()]
        for level in 0..<levels { containers.append(containers[level].superEncoder().unkeyedContainer()) }
    }
}

private struct KeyedSuperLevels: CountsLevels {
    var levels: Int

    init(levels: Int) { self.levels = levels }

    init(from decoder: any Decoder) throws {
        levels = 0
        var container = try decoder.container(keyedBy: NextKey.self)
        while container.contains(.next) {
            container = try container.superDecoder(forKey: .next).container(keyedBy: NextKey.self)
            levels += 1
        }
    }

    func encode(to encoder: any Encoder) throws {
        var containers = [encoder.container(keyedBy: NextKey.self)]
        for level in 0..<levels {
            containers.append(containers[level].superEncoder(forKey: .next).container(keyedBy: NextKey.self))
        }
    }
}

private struct FailsLate: Encodable {
    let fails: Bool
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode([Double](repeating: 1, count: 5000))
        var nested = container.nestedUnkeyedContainer()
        try container.encode("x")
        try nested.encode(1)
        if fails { throw CancellationError() }
    }
}
