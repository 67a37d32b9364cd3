import MultitaskingCore
import MultitaskingSerialization
import Testing

/// Values whose `encode(to:)` catches the error of a part and goes on without it.
@Suite struct CaughtErrorTests {
    @Test func keyedContainer_afterAnErrorThatWasCaught_isAsIfThePartHadNotBeenEncoded() throws {
        let value = Keyed(parts: [1, 2, 3, 4].map { Part(number: $0, fails: $0 == 2) })
        let plain = Keyed(parts: [1, 3, 4].map { Part(number: $0, fails: false) }, keys: [.a, .c, .d])
        #expect(try encodedEntries(of: value) == ["a": 1, "c": 3, "d": 4])
        #expect(try encodedEntries(of: plain) == ["a": 1, "c": 3, "d": 4])
    }

    @Test func optionalEntries_afterAnErrorThatWasCaught_areAsIfThePartHadNotBeenEncoded() throws {
        let value = Keyed(parts: [1, 2, 3, 4].map { Part(number: $0, fails: $0 == 4) }, ifPresent: true)
        #expect(try encodedEntries(of: value) == ["a": 1, "b": 2, "c": 3])
    }

    @Test func unkeyedContainer_afterAnErrorThatWasCaught_hasTheOtherElements() throws {
        let parts = [1, 2, 3, 4, 5].map { Part(number: $0, fails: $0 % 2 == 0) }
        let bytes = try encodePayload(Unkeyed(parts: parts))
        #expect(try decodePayload([Read].self, from: bytes).map(\.number) == [1, 3, 5])
        let none = try encodePayload(Unkeyed(parts: parts.filter(\.fails)))
        #expect(try decodePayload([Read].self, from: none).isEmpty)
    }

    @Test func singleValueContainer_afterAnErrorThatWasCaught_takesAnother() throws {
        let bytes = try encodePayload(Single(part: Part(number: 1, fails: true)))
        #expect(try decodePayload(String.self, from: bytes) == "instead")
        #expect(throws: Never.self) { _ = try encodePayload(Single(part: Part(number: 1, fails: false))) }
    }

    @Test func arraysAndOptionalsOfParts_afterAnErrorThatWasCaught_leaveNothing() throws {
        let bytes = try encodePayload(InArrays(part: Part(number: 1, fails: true)))
        #expect(try decodePayload(InArrays.Result.self, from: bytes) == InArrays.Result(before: 1, after: 2))
    }

    @Test func partsInTheMiddleOfInterleavedContainers_afterAnErrorThatWasCaught_leaveNothing() throws {
        let bytes = try encodePayload(TakingTurns())
        let result = try decodePayload([String: [Int]].self, from: bytes)
        #expect(result == ["left": [1, 3], "right": [2, 4]])
    }

    @Test(arguments: [Trespassing.Place.inItsOwn, .around, .beside])
    fileprivate func partThatWroteToAnotherContainerBeforeItThrew_makesTheWholeFail(_ place: Trespassing.Place) throws {
        let value = Trespassing(place: place, fails: true)
        let error = #expect(throws: MultitaskingError.self) { try encodePayload(value) }
        #expect(error?.code == .encodeFailed)
    }

    @Test(arguments: [Trespassing.Place.inItsOwn, .around, .beside])
    fileprivate func partThatWritesToAnotherContainer_leavesTheOrderInEachAsItIs(_ place: Trespassing.Place) throws {
        let bytes = try encodePayload(Trespassing(place: place, fails: false))
        let lists = try decodePayload(Trespassing.Lists.self, from: bytes)
        switch place {
        case .inItsOwn: #expect(lists == .init(first: [1], second: [9, 8, 2], last: 3))
        case .around: #expect(lists == .init(first: [1], second: [9, 2], last: 8))
        case .beside: #expect(lists == .init(first: [1, 8], second: [9, 2], last: 3))
        }
    }

    /// What can be decoded, by the names of the keys.
    private func encodedEntries(of value: Keyed) throws -> [String: Int] {
        try decodePayload([String: Read].self, from: encodePayload(value)).mapValues(\.number)
    }
}

private struct Refused: Error {}

/// Writes much of itself (numbers, nested containers, arrays that are only retained), then possibly throws.
private struct Part: Encodable {
    var number: Int
    var fails: Bool

    enum Keys: CodingKey { case number, array, nested, other }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(number, forKey: .number)
        try container.encode([Int](repeating: number, count: 1000), forKey: .array)
        var nested = container.nestedUnkeyedContainer(forKey: .nested)
        try container.encode("other", forKey: .other)
        try nested.encode(number)
        if fails { throw Refused() }
    }
}

private struct Read: Decodable, Equatable {
    var number: Int
}

private struct Keyed: Encodable {
    enum Keys: CodingKey { case a, b, c, d }

    var parts: [Part]
    var keys: [Keys] = [.a, .b, .c, .d]
    var ifPresent = false

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        for (key, part) in zip(keys, parts) {
            if ifPresent {
                try? container.encodeIfPresent(part, forKey: key)
            } else {
                try? container.encode(part, forKey: key)
            }
        }
    }
}

private struct Unkeyed: Encodable {
    var parts: [Part]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for part in parts {
            let count = container.count
            do { try container.encode(part) } catch { #expect(container.count == count) }
        }
    }
}

private struct Single: Encodable {
    var part: Part

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        do { try container.encode(part) } catch { try container.encode("instead") }
    }
}

private struct InArrays: Encodable {
    struct Result: Decodable, Equatable {
        var before: Int
        var list: [Read]?
        var after: Int
    }

    var part: Part

    enum Keys: CodingKey { case before, list, after }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(1, forKey: .before)
        let good = Part(number: 0, fails: false)
        #expect(throws: (any Error).self) { try container.encode([good, part, good], forKey: .list) }
        #expect(throws: (any Error).self) { try container.encode([good, nil, part] as [Part?], forKey: .list) }
        #expect(throws: (any Error).self) { try container.encode(["part": part], forKey: .list) }
        #expect(throws: (any Error).self) { try container.encodeIfPresent([part], forKey: .list) }
        try container.encode(2, forKey: .after)
    }
}

/// A part that has a container which it is not in alone, and writes to it.
private struct Trespassing: Encodable {
    enum Place { case inItsOwn, around, beside }
    enum Keys: CodingKey { case first, second, large, last }

    struct Lists: Decodable, Equatable {
        var first: [Int]
        var second: [Int]
        var last: Int
    }

    var place: Place
    var fails: Bool

    private struct Body: Encodable {
        let fails: Bool
        let write: () throws -> Void

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(9)
            try write()
            if fails { throw Refused() }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var first = container.nestedUnkeyedContainer(forKey: .first)
        try first.encode(1)
        // Retained, so that it stands as a segment beside what is inserted.
        try container.encode([Int](repeating: 7, count: 1000), forKey: .large)
        var second = container.nestedUnkeyedContainer(forKey: .second)
        let containers = (container, first, second)
        let body = Body(fails: fails) {
            var (outer, beside, own) = containers
            switch place {
            case .inItsOwn: try own.encode(8)
            case .around: try outer.encode(8, forKey: .last)
            case .beside: try beside.encode(8)
            }
        }
        if fails { try? second.encode(body) } else { try second.encode(body) }
        try second.encode(2)
        if place != .around { try container.encode(3, forKey: .last) }
    }
}

/// Two nested containers that take turns, and a part that fails in each of them and in the container around them.
private struct TakingTurns: Encodable {
    enum Keys: CodingKey { case left, right, failed }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var left = container.nestedUnkeyedContainer(forKey: .left)
        var right = container.nestedUnkeyedContainer(forKey: .right)
        let part = Part(number: 0, fails: true)
        try left.encode(1)
        try right.encode(2)
        try? left.encode(part)
        try? right.encode(part)
        try? container.encode(part, forKey: .failed)
        try left.encode(3)
        try? right.encode(part)
        try right.encode(4)
    }
}
