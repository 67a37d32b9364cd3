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

private struct FindsEnvironment: Decodable {
    let environment: NoEnvironment?
    init(from decoder: any Decoder) throws {
        environment = decoder.userInfo[.taskEnvironment] as? NoEnvironment
    }
}

private final class NoEnvironment: TaskEnvironment, TaskClock {
    func channel(_ reference: ObjectReference) throws -> any JoinableChannel { throw MultitaskingError(.noSuchObject, "") }
    func cancelSignal(_ reference: ObjectReference) throws -> any CancelSignal { throw MultitaskingError(.noSuchObject, "") }
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        throw MultitaskingError(.noSuchObject, "")
    }
    var clock: any TaskClock { self }
    var now: Duration { .zero }
    func sleep(for duration: Duration) {}
}
