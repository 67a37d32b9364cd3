import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct ErrorTests {
    @Test func encodingError_namesTypeAndPath_andKeepsTheCause() throws {
        let error = try #require(
            #expect(throws: MultitaskingError.self) {
                try encodePayload(["list": [Refuses(fails: false), Refuses(fails: true)]])
            })
        #expect(error.code == .encodeFailed)
        #expect(error.message.contains("Refuses"))
        #expect(error.message.contains("at list.Index 1.inner: refused"))
        #expect(error.cause is EncodingError)
    }

    @Test func decodingError_namesTypeAndPath_andKeepsTheCause() throws {
        let payload = try encodePayload(["k": [["x": "1", "y": "2"]]])
        let error = try #require(
            #expect(throws: MultitaskingError.self) { try decodePayload([String: [Point]].self, from: payload) })
        #expect(error.code == .decodeFailed)
        #expect(error.message.contains("Point"))
        #expect(error.message.contains("at k.Index 0.x: expected Int but found a string"))
        #expect(error.cause is DecodingError)
    }

    @Test func missingKey_isKeyNotFound() throws {
        let payload = try encodePayload(["x": 1])
        let error = try #require(
            #expect(throws: MultitaskingError.self) { try decodePayload(Point.self, from: payload) })
        guard case .keyNotFound(let key, _)? = error.cause as? DecodingError else {
            Issue.record("\(error)")
            return
        }
        #expect(key.stringValue == "y")
    }

    @Test func multitaskingError_ofAValue_isNotWrapped() throws {
        let error = #expect(throws: MultitaskingError.self) {
            try decodePayload(ThrowsOwn.self, from: encodePayload(1))
        }
        #expect(error?.code == .noSuchObject)
    }

    @Test func otherRawValue_orOtherCase_isAnError() throws {
        #expect(throws: MultitaskingError.self) { try decodePayload(Level.self, from: encodePayload(UInt8(9))) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Word.self, from: encodePayload("maybe")) }
        #expect(throws: MultitaskingError.self) {
            try decodePayload(Shape.self, from: encodePayload(["square": ["a": 1]]))
        }
    }

    @Test func bytesBehindTheValue_areAnError() throws {
        #expect(throws: MultitaskingError.self) { try decodePayload(Int.self, from: encodePayload(1) + [2]) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Int.self, from: []) }
    }

    @Test func misuseOfContainers_isAnError_notATrap() throws {
        #expect(throws: MultitaskingError.self) { try encodePayload(Misuses.twoKinds) }
        #expect(throws: MultitaskingError.self) { try encodePayload(Misuses.twoSingles) }
        #expect(throws: MultitaskingError.self) { try encodePayload(Misuses.noSingle) }
        #expect(throws: MultitaskingError.self) { try encodePayload(Misuses.itself) }
    }

    @Test func numbers_areReadAsOtherTypes_thatCanHoldThem() throws {
        #expect(try decodePayload(Int8.self, from: encodePayload(100)) == 100)
        #expect(try decodePayload(Double.self, from: encodePayload(100)) == 100)
        #expect(try decodePayload(UInt128.self, from: encodePayload(UInt64.max)) == UInt128(UInt64.max))
        #expect(throws: MultitaskingError.self) { try decodePayload(Int8.self, from: encodePayload(200)) }
        #expect(throws: MultitaskingError.self) { try decodePayload(UInt.self, from: encodePayload(-1)) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Int.self, from: encodePayload(0.5)) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Int.self, from: encodePayload(3.0)) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Int.self, from: encodePayload(true)) }
    }

    @Test func arrayWrittenAsAWhole_isReadElementByElement_andTheOtherWayRound() throws {
        #expect(try decodePayload([Double?].self, from: encodePayload([1.5, 2.5])) == [1.5, 2.5])
        #expect(try decodePayload(Set<Int>.self, from: encodePayload([1, 2])) == [1, 2])
        #expect(try decodePayload([Int].self, from: encodePayload([1, 2] as Set)).sorted() == [1, 2])
        #expect(try decodePayload([Int].self, from: encodePayload([1, 2] as [Int8])) == [1, 2])
    }

    @Test func firstTypeThatFits_isFoundByTrying() throws {
        #expect(
            try roundTrip([Untagged.number(1), .text("a"), .list([.number(2)])]) == [
                .number(1), .text("a"), .list([.number(2)]),
            ])
    }

    @Test func wholeRealNumbers_stayReal_whereIntegersAreTriedFirst() throws {
        let numbers = [AnyNumber.integer(2), .real(2), .real(2.5), .real(1e300)]
        #expect(try roundTrip(numbers) == numbers)
    }

    @Test func contains_andDecodeNil_tellAbsentFromNil() throws {
        let payload = try encodePayload(AbsentAndNil())
        _ = try decodePayload(AbsentAndNil.self, from: payload)
    }
}

private enum AnyNumber: Codable, Sendable, Equatable {
    case integer(Int)
    case real(Double)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else {
            self = .real(try container.decode(Double.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let number): try container.encode(number)
        case .real(let number): try container.encode(number)
        }
    }
}

private struct Refuses: Encodable {
    var fails: Bool
    enum Keys: CodingKey { case inner }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(Inner(fails: fails), forKey: .inner)
    }

    struct Inner: Encodable {
        var fails: Bool
        func encode(to encoder: any Encoder) throws {
            guard fails else { return }
            throw EncodingError.invalidValue(1, .init(codingPath: encoder.codingPath, debugDescription: "refused"))
        }
    }
}

private struct ThrowsOwn: Decodable {
    init(from decoder: any Decoder) throws { throw MultitaskingError(.noSuchObject, "gone") }
}

private enum Misuses: Encodable {
    case twoKinds, twoSingles, noSingle, itself

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .twoKinds:
            _ = encoder.unkeyedContainer()
            _ = encoder.container(keyedBy: AnyKey.self)
        case .twoSingles:
            var container = encoder.singleValueContainer()
            try container.encode(1)
            try container.encode(2)
        case .noSingle: _ = encoder.singleValueContainer()
        case .itself:
            var container = encoder.singleValueContainer()
            try container.encode(self)
        }
    }
}

private enum Untagged: Codable, Equatable {
    case number(Int), text(String), list([Untagged])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let list = try? container.decode([Untagged].self) {
            self = .list(list)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .number(try container.decode(Int.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        }
    }
}

private struct AbsentAndNil: Codable {
    enum Keys: CodingKey { case absent, null, present, unknown }
    init() {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encodeIfPresent(Int?.none, forKey: .absent)
        try container.encodeNil(forKey: .null)
        try container.encodeIfPresent("here", forKey: .present)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        #expect(!container.contains(.absent))
        #expect(!container.contains(.unknown))
        #expect(container.contains(.null))
        #expect(container.allKeys == [.null, .present])
        #expect(try container.decodeNil(forKey: .null))
        #expect(try !container.decodeNil(forKey: .present))
        #expect(try container.decodeIfPresent(Int.self, forKey: .absent) == nil)
        #expect(try container.decodeIfPresent(Int.self, forKey: .null) == nil)
        #expect(try container.decodeIfPresent(Point.self, forKey: .unknown) == nil)
        #expect(try container.decodeIfPresent(String.self, forKey: .present) == "here")
        #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: .absent) }
        #expect(throws: DecodingError.self) { try container.decodeNil(forKey: .unknown) }
        #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: .null) }
    }
}
