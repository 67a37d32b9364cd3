import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct PayloadReaderTests {
    @Test func severalValues_ofSeveralTypes_areReadInOrder() throws {
        let writer = PayloadWriter()
        try writer.encode(1)
        try writer.encode("two")
        try writer.encode([3.0, 4.0])
        let bytes = try bytes(of: writer)
        try withReader(of: bytes) { reader throws in
            #expect(!reader.isAtEnd)
            #expect(try reader.decode(Int.self) == 1)
            #expect(try reader.decode(String.self) == "two")
            #expect(try reader.decode([Double].self) == [3, 4])
            #expect(reader.isAtEnd)
            #expect(throws: MultitaskingError.self) { try reader.decode(Int.self) }
        }
    }

    @Test func decode_thatFailed_leavesTheReaderBeforeTheValue() throws {
        let bytes = try encodePayload("seven")
        try withReader(of: bytes) { reader throws in
            #expect(throws: MultitaskingError.self) { try reader.decode(Int.self) }
            #expect(try reader.decode(String.self) == "seven")
        }
    }

    @Test func reader_afterReset_readsTheNewBytes() throws {
        let first = try encodePayload(["a": 1])
        let second = try encodePayload(["b": 2])
        try withReader(of: first) { reader throws in
            #expect(try reader.decode([String: Int].self) == ["a": 1])
            // SAFETY: the reader is reset again before the closure returns the bytes.
            let values = try unsafe second.withUnsafeBytes { bytes in
                unsafe reader.reset(bytes)
                defer { unsafe reader.reset(UnsafeRawBufferPointer(start: nil, count: 0)) }
                return try reader.decode([String: Int].self)
            }
            #expect(values == ["b": 2])
        }
    }

    @Test func decoder_keptByAValue_findsNothingOnceTheReaderIsGone() throws {
        let bytes = try encodePayload([1, 2, 3] as Set)
        let kept = try withReader(of: bytes) { try $0.decode(KeepsItsDecoder.self) }
        #expect(throws: DecodingError.self) { try Set<Int>(from: kept.decoder) }
    }

    @Test func wholeValues_beforeAndAfterOthers_areReadInOrder() throws {
        let writer = PayloadWriter()
        for index in 0..<3 {
            try writer.encode(index)
            try writer.encode([index: [Optional(index)]])
            try writer.encode(Point(x: index, y: index))
        }
        try withReader(of: bytes(of: writer)) { reader throws in
            for index in 0..<3 {
                #expect(try reader.decode(Int.self) == index)
                #expect(try reader.decode([Int: [Int?]].self) == [index: [index]])
                #expect(try reader.decode(Point.self) == Point(x: index, y: index))
            }
            #expect(reader.isAtEnd)
        }
    }

    @Test func writer_afterReset_hasForgottenValuesAndKeys() throws {
        let writer = PayloadWriter()
        try writer.encode(Everything())
        try writer.encode(String(repeating: "x", count: 5000))
        writer.reset()
        #expect(writer.byteCount == 1)
        try writer.encode(Point(x: 1, y: 2))
        #expect(try bytes(of: writer) == encodePayload(Point(x: 1, y: 2)))
        #expect(try decodePayload(Point.self, from: bytes(of: writer)) == Point(x: 1, y: 2))
    }

    @Test func decodersAndContainers_keptDuringDecoding_stillReadTheirOwnValue() throws {
        let payload = try encodePayload([Point(x: 1, y: 2), Point(x: 3, y: 4), Point(x: 5, y: 6)])
        #expect(
            try decodePayload(Extracting.self, from: payload).points == [
                Point(x: 1, y: 2), Point(x: 3, y: 4), Point(x: 5, y: 6),
            ])
        #expect(try decodePayload(LookingAhead.self, from: payload).count == 3)
    }

    @Test func environment_givenToTheReader_isInUserInfo() throws {
        let bytes = try encodePayload(Empty())
        let environment = NoEnvironment()
        let found = try withReader(of: bytes, environment: environment) { try $0.decode(FindsEnvironment.self) }
        #expect(found.environment === environment)
        #expect(try decodePayload(FindsEnvironment.self, from: bytes).environment == nil)
    }
}

struct Empty: Codable, Equatable {}

private struct KeepsItsDecoder: Decodable {
    let decoder: any Decoder
    init(from decoder: any Decoder) throws { self.decoder = decoder }
}

/// Takes the decoders or containers of all elements first, and reads from them later.
private struct Extracting: Decodable {
    var points: [Point] = []

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let first = try container.decode(KeepsItsDecoder.self)
        let second = try container.decode(KeepsItsContainer.self)
        let third = try container.superDecoder()
        points.append(try Point(from: first.decoder))
        points.append(
            Point(
                x: try second.container.decode(Int.self, forKey: AnyKey(stringValue: "x")),
                y: try second.container.decode(Int.self, forKey: AnyKey(stringValue: "y"))))
        points.append(try Point(from: third))
    }
}

private struct KeepsItsContainer: Decodable {
    let container: KeyedDecodingContainer<AnyKey>
    init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: AnyKey.self) }
}

/// Counts the elements with a copy of the container before it reads them.
private struct LookingAhead: Decodable {
    var count = 0
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        var copy = container
        while !copy.isAtEnd {
            _ = try copy.decode(Point.self)
            count += 1
        }
        for _ in 0..<count { _ = try container.decode(Point.self) }
        #expect(container.isAtEnd)
    }
}

private struct FindsEnvironment: Decodable {
    let environment: NoEnvironment?
    init(from decoder: any Decoder) throws {
        environment = decoder.userInfo[.taskEnvironment] as? NoEnvironment
    }
}

final class NoEnvironment: TaskEnvironment, TaskClock {
    func channel(_ reference: SharedObjectID) throws -> any Channel {
        throw MultitaskingError(.noSuchObject, "")
    }
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        throw MultitaskingError(.noSuchObject, "")
    }
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        throw MultitaskingError(.noSuchObject, "")
    }
    var clock: any TaskClock { self }
    var now: Duration { .zero }
    func sleep(for duration: Duration) {}
}
