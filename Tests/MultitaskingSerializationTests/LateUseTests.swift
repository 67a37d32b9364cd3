import MultitaskingCore
import MultitaskingSerialization
import Testing

/// Values that keep their decoders and containers longer than they should.
@Suite struct LateUseTests {
    @Test func keptThings_whileTheReaderIsThere_readTheirOwnValue() throws {
        let points = (0..<100).map { Point(x: $0, y: -$0) }
        try withReader(of: encodePayload(points)) { reader throws in
            let kept = try reader.decode([KeepsAll].self)
            for (kept, point) in zip(kept, points) {
                #expect(try kept.x.decode(Int.self, forKey: .x) == point.x)
                #expect(try kept.y.decode(Int.self, forKey: .y) == point.y)
                #expect(try Point(from: kept.decoder) == point)
            }
        }
    }

    @Test func keptThings_onceTheReaderIsGone_findNothing() throws {
        let kept = try keep(count: 100)
        for kept in kept {
            #expect(throws: DecodingError.self) { try kept.x.decode(Int.self, forKey: .x) }
            #expect(throws: DecodingError.self) { try kept.y.decode(Int.self, forKey: .y) }
            #expect(throws: DecodingError.self) { try kept.x.nestedContainer(keyedBy: XKey.self, forKey: .x) }
            #expect(throws: DecodingError.self) { try kept.x.superDecoder(forKey: .x) }
            #expect(throws: DecodingError.self) { try Point(from: kept.decoder) }
            #expect(throws: DecodingError.self) { try kept.decoder.unkeyedContainer() }
        }
    }

    @Test func oneOfTheKeptThings_whenTheOthersAreGone_findsNothing() throws {
        // Each alone must be enough that what it reads from is not freed.
        let x = try keep(count: 100).map(\.x)
        let y = try keep(count: 100).map(\.y)
        let decoders = try keep(count: 100).map(\.decoder)
        // Containers that nobody but they themselves know about.
        let late = try decoders.map { try $0.container(keyedBy: YKey.self) }
        _ = try keep(count: 1000)
        for index in x.indices {
            #expect(throws: DecodingError.self) { try x[index].decode(Int.self, forKey: .x) }
            #expect(throws: DecodingError.self) { try y[index].decode(Int.self, forKey: .y) }
            #expect(throws: DecodingError.self) { try Point(from: decoders[index]) }
            #expect(throws: DecodingError.self) { try late[index].decode(Int.self, forKey: .y) }
        }
    }

    @Test func containersOfManyKeyTypes_keptByAValue_readTheirOwnValueAndThenNothing() throws {
        let points = (0..<30).map { Point(x: $0, y: 0) }
        let kept = try withReader(of: encodePayload(points)) { reader throws in
            let kept = try reader.decode([KeepsManyContainers].self)
            for (kept, point) in zip(kept, points) { #expect(try kept.read() == [Int](repeating: point.x, count: 12)) }
            return kept
        }
        _ = try keep(count: 1000)
        for kept in kept { for x in kept.x { #expect(throws: DecodingError.self) { try x() } } }
    }

    @Test func frame_ofValuesWithManyKeyTypes_givesEachItsOwnContainer() throws {
        let cases = (0..<1000).map { Cases(number: $0 % 11) }
        #expect(try roundTrip(cases) == cases)
    }

    @Test func unkeyedContainer_keptByAValue_findsNothingOnceTheReaderIsGone() throws {
        let bytes = try encodePayload([[Point(x: 1, y: 2), Point(x: 3, y: 4)]])
        var kept = try withReader(of: bytes) { try $0.decode([KeepsItsElements].self) }
        #expect(throws: DecodingError.self) { try kept[0].elements.decode(Point.self) }
        #expect(throws: DecodingError.self) { try kept[0].elements.nestedContainer(keyedBy: XKey.self) }
        #expect(throws: DecodingError.self) { try kept[0].elements.superDecoder() }
    }

    @Test func reader_resetByTheValueThatItDecodes_givesNothingMore() throws {
        let bytes = try encodePayload([Point(x: 1, y: 2), Point(x: 3, y: 4)])
        try withReader(of: bytes) { reader throws in
            Resetting.$reader.withValue(ReaderBox(reader: reader)) {
                _ = #expect(throws: MultitaskingError.self) { try reader.decode([Resetting].self) }
            }
        }
    }

    @Test func keptThings_onceNobodyHasThemAnyMore_areFreed() throws {
        let bytes = try encodePayload([Point(x: 1, y: 2)])
        weak var environment: NoEnvironment?
        var kept: [KeepsAll] = []
        do {
            let strong = NoEnvironment()
            environment = strong
            kept = try withReader(of: bytes, environment: strong) { try $0.decode([KeepsAll].self) }
        }
        #expect(environment != nil)
        kept.removeAll()
        // What is not used any more goes when there is twice as much as there was.
        for _ in 0..<1000 where environment != nil { _ = try keep(count: 10) }
        #expect(environment == nil)
    }

    /// Keeps what so many values have given away, when their reader is gone.
    private func keep(count: Int) throws -> [KeepsAll] {
        let bytes = try encodePayload([Point](repeating: Point(x: 1, y: 2), count: count))
        return try withReader(of: bytes) { try $0.decode([KeepsAll].self) }
    }
}

private enum XKey: CodingKey { case x }
private enum YKey: CodingKey { case y }

/// Keeps its decoder and two containers of one frame.
private struct KeepsAll: Decodable {
    let decoder: any Decoder
    let x: KeyedDecodingContainer<XKey>
    let y: KeyedDecodingContainer<YKey>

    init(from decoder: any Decoder) throws {
        self.decoder = decoder
        x = try decoder.container(keyedBy: XKey.self)
        y = try decoder.container(keyedBy: YKey.self)
    }
}

/// A type of keys for each `Tag`.
private struct TypedKey<Tag>: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(intValue: Int) { nil }
    init(stringValue: String) { self.stringValue = stringValue }
}

/// Keeps twelve containers of one frame, more than the frame itself would.
private struct KeepsManyContainers: Decodable {
    var x: [() throws -> Int] = []

    init(from decoder: any Decoder) throws {
        func add<Tag>(_: Tag.Type) throws {
            let container = try decoder.container(keyedBy: TypedKey<Tag>.self)
            x.append { try container.decode(Int.self, forKey: TypedKey(stringValue: "x")) }
        }
        let tags: [Any.Type] = [
            Int.self, Int8.self, Int16.self, Int32.self, Int64.self, Int128.self, UInt.self, UInt8.self, UInt16.self,
            UInt32.self, UInt64.self, UInt128.self,
        ]
        for tag in tags { try _openExistential(tag, do: add) }
    }

    func read() throws -> [Int] { try x.map { try $0() } }
}

/// Each case has a type of keys of its own.
private enum Cases: Codable, Equatable {
    case a(a: Int), b(b: Int), c(c: Int), d(d: Int), e(e: Int), f(f: Int), g(g: Int), h(h: Int), i(i: Int), j(j: Int)
    case nothing

    init(number: Int) {
        let all: [(Int) -> Cases] = [Self.a, Self.b, Self.c, Self.d, Self.e, Self.f, Self.g, Self.h, Self.i, Self.j]
        self = number < all.count ? all[number](number) : .nothing
    }
}

private struct KeepsItsElements: Decodable {
    var elements: any UnkeyedDecodingContainer
    init(from decoder: any Decoder) throws { elements = try decoder.unkeyedContainer() }
}

/// Has a test's reader forget its bytes, and reads on.
private struct Resetting: Decodable {
    @TaskLocal static var reader: ReaderBox?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: XKey.self)
        unsafe Self.reader?.reader.reset(UnsafeRawBufferPointer(start: nil, count: 0))
        _ = try? decoder.container(keyedBy: YKey.self)
        #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: .x) }
        #expect(throws: DecodingError.self) { try Point(from: decoder) }
    }
}

private struct ReaderBox: @unchecked Sendable {
    // SAFETY: used by the thread of one test.
    let reader: PayloadReader
}
