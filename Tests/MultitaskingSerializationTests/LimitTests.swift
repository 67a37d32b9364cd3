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
