import MultitaskingCore
import MultitaskingSerialization
import Testing

/// `.some(nil)` and nil are two values.
@Suite struct OptionalTests {
    private static let doubles: [Int??] = [nil, .some(nil), 5]
    private static let triples: [Int???] = [nil, .some(nil), .some(.some(nil)), 7]

    @Test func nestedOptionals_asRootElementAndDictionaryValue_keepTheirDepth() throws {
        for value in Self.doubles { #expect(try roundTrip(value) == value) }
        for value in Self.triples { #expect(try roundTrip(value) == value) }
        #expect(try roundTrip(Self.doubles) == Self.doubles)
        #expect(try roundTrip(Self.triples) == Self.triples)
        #expect(try roundTrip([[Self.triples], [[]]]) == [[Self.triples], [[]]])
        let byName: [String: String??] = ["a": nil, "b": .some(nil), "c": "d"]
        #expect(try roundTrip(byName) == byName)
        let shape: Shape?? = .some(nil)
        #expect(try roundTrip(shape) == shape)
        let several: [[Int]??] = [nil, .some(nil), [1], []]
        #expect(try roundTrip(several) == several)
    }

    @Test func nestedOptionals_asFields_keepTheirDepth() throws {
        for double in Self.doubles {
            for triple in Self.triples {
                for text in [nil, .some(nil), "t"] as [String??] {
                    let fields = Fields(double: double, triple: triple, text: text, last: 9)
                    #expect(try roundTrip(fields) == fields)
                    #expect(try roundTrip([fields, fields]) == [fields, fields])
                    #expect(try roundTrip(Fields?.some(fields)) == fields)
                }
            }
        }
    }

    @Test func nestedOptionals_inSingleValueContainers_keepTheirDepth() throws {
        for value in Self.triples {
            #expect(try roundTrip(Single(value: value)) == Single(value: value))
            #expect(try roundTrip([Single(value: value)]) == [Single(value: value)])
        }
    }

    @Test func nestedOptionals_inUnkeyedContainers_readByTypeAndIfPresent_keepTheirDepth() throws {
        let value = Row(values: Self.triples)
        #expect(try roundTrip(value) == value)
    }

    @Test func valuesThatReadAsNil_insideOptionals_areThere() throws {
        let nothing: [Nothing?] = [nil, Nothing()]
        #expect(try roundTrip(nothing) == nothing)
        #expect(try roundTrip(Holder(nothing: Nothing())) == Holder(nothing: Nothing()))
        #expect(try roundTrip(Holder(nothing: nil)) == Holder(nothing: nil))
        let wrapped: [Single?] = [nil, Single(value: nil), Single(value: .some(nil))]
        #expect(try roundTrip(wrapped) == wrapped)
    }

    @Test func someNil_readWithFewerOptionals_isNil() throws {
        let someNil = try encodePayload(Int??.some(nil))
        #expect(try decodePayload(Int?.self, from: someNil) == nil)
        // How a field is told that is to be deleted from one that is not mentioned.
        for note in [nil, .some(nil), "n"] as [String??] {
            #expect(try roundTrip(Patch(note: note)) == Patch(note: note))
        }
    }

    @Test func fieldsBehindNestedOptionals_thatAreSkipped_areFound() throws {
        let payload = try encodePayload(
            Fields(double: .some(nil), triple: .some(.some(nil)), text: .some(nil), last: 3))
        #expect(try decodePayload(OnlyLast.self, from: payload).last == 3)
    }

    @Test func marksWithoutEnd_areRefused() throws {
        let bytes = [0] + [UInt8](repeating: 7, count: 100_000) + [2]
        #expect(throws: MultitaskingError.self) { try decodePayload(Int??.self, from: bytes) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Int??.self, from: [0, 7]) }
        #expect(throws: MultitaskingError.self) { try decodePayload(Int??.self, from: [0, 7, 0x13]) }
    }
}

private struct Fields: Codable, Equatable {
    var double: Int??
    var triple: Int???
    var text: String??
    var last: Int
}

private struct OnlyLast: Codable { var last: Int }

private struct Single: Codable, Equatable {
    var value: Int???

    init(value: Int???) { self.value = value }
    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Int???.self) }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

private struct Row: Codable, Equatable {
    var values: [Int???]

    init(values: [Int???]) { self.values = values }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        values = []
        while !container.isAtEnd {
            // Each twice: by the type, and by what it wraps.
            let value = try container.decode(Int???.self)
            #expect(try container.decodeIfPresent(Int??.self) == value)
            values.append(value)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for value in values {
            try container.encode(value)
            try container.encode(value)
        }
    }
}

/// A value that writes nil, as `NSNull` would.
private struct Nothing: Codable, Equatable {
    init() {}
    init(from decoder: any Decoder) throws { #expect(try decoder.singleValueContainer().decodeNil()) }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}

private struct Holder: Codable, Equatable { var nothing: Nothing? }

/// Reads a nested optional as it is usually done by hand.
private struct Patch: Codable, Equatable {
    var note: String??
    enum CodingKeys: CodingKey { case note }

    init(note: String??) { self.note = note }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.note) else { return }
        note = .some(try container.decodeNil(forKey: .note) ? nil : try container.decode(String.self, forKey: .note))
        let again = try container.decodeIfPresent(String.self, forKey: .note)
        #expect(note == .some(again))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(note, forKey: .note)
    }
}
