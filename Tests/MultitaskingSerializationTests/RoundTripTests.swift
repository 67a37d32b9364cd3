import Foundation
import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct RoundTripTests {
    private func check<Value: Codable & Equatable>(
        _ values: Value..., location: SourceLocation = #_sourceLocation
    ) throws {
        for value in values {
            #expect(try roundTrip(value) == value, sourceLocation: location)
            #expect(try roundTrip([value]) == [value], sourceLocation: location)
            #expect(try roundTrip(["key": value]) == ["key": value], sourceLocation: location)
            #expect(try roundTrip(Optional(value)) == value, sourceLocation: location)
        }
    }

    @Test func integers_atTheirLimits() throws {
        try check(Int.min, 0, .max)
        try check(Int8.min, 0, .max)
        try check(Int16.min, 0, .max)
        try check(Int32.min, 0, .max)
        try check(Int64.min, 0, .max)
        try check(Int128.min, 0, .max)
        try check(UInt.min, .max)
        try check(UInt8.min, .max)
        try check(UInt16.min, .max)
        try check(UInt32.min, .max)
        try check(UInt64.min, .max)
        try check(UInt128.min, .max)
        try check(true, false)
    }

    @Test func floatingPoint_keepsEveryBit() throws {
        let nan = Double(bitPattern: 0x7FF8_0000_DEAD_BEEF)
        for value in [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, nan] {
            #expect(try roundTrip(value).bitPattern == value.bitPattern)
            #expect(try roundTrip([value])[0].bitPattern == value.bitPattern)
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: value.bitPattern))
            #expect(try roundTrip(float).bitPattern == float.bitPattern)
        }
        try check(Float16(1.5))
    }

    @Test(arguments: [0, 1, 15, 16, 255, 256, 1024, 1025, 100_000])
    func strings_ofLength(_ length: Int) throws {
        try check(String(repeating: "x", count: length), String(repeating: "🌍é", count: length))
    }

    @Test(arguments: [0, 1, 7, 127, 128, 129, 1024, 1025, 70_000])
    func arraysOfNumbers_ofLength(_ count: Int) throws {
        try check((0..<count).map(Double.init))
        try check((0..<count).map { UInt8(truncatingIfNeeded: $0) })
        try check((0..<count).map { $0 % 3 == 0 })
        try check(ContiguousArray(0..<count))
        try check((0..<count).map { Int128($0) << 64 })
        try check(Data((0..<count).map { UInt8(truncatingIfNeeded: $0) }))
        try check((0..<count).map { Optional($0) })
    }

    @Test func structOfEverything() throws {
        try check(Everything())
    }

    @Test func enumsWithPayloads() throws {
        try check(Shape.point, .circle(radius: 1), .polygon([], name: "x"), .group(.point, .group(.point, .point)))
    }

    @Test func optionals_andOptionalsOfOptionals() throws {
        #expect(try roundTrip(Int?.none) == nil)
        #expect(try roundTrip(Order?.none) == nil)
        try check([1, nil, 2] as [Int?])
        try check([.some(.some(1)), .some(.none), nil] as [Int??])
    }

    @Test func dictionaries_ofEveryKind() throws {
        try check(["": 1, "007": 2, "7": 3, "ä": 4])
        try check([Int.min: "a", 7: "b"])
        try check([Level.low: [Level.high]])
        try check([Point(x: 1, y: 2): "p"])
        try check([PointKey(name: "a"): [PointKey(name: "b"): 1]])
        try check(Dictionary(uniqueKeysWithValues: (0..<2000).map { ("key \($0)", $0) }))
        try check([String: [String: [Int]]]())
        try check(["d": Data(repeating: 7, count: 5000)])
    }

    @Test func recursiveTypes() throws {
        try check(Tree(name: "root", children: [Tree(name: "a", children: []), Tree(name: "b", children: [])]))
        #expect(try roundTrip(#require(Node.chain(100))).length == 100)
    }

    @Test func classes_sharingTheEncoder_andUsingSuper() throws {
        let dog = try roundTrip(Dog(name: "Rex", age: 3))
        #expect((dog.name, dog.age) == ("Rex", 3))
        let cats = try roundTrip([Cat(name: "Tom", lives: 9), Cat(name: "Kit", lives: 8)])
        #expect(cats.map(\.name) == ["Tom", "Kit"])
        #expect(cats.map(\.lives) == [9, 8])
    }

    @Test func fieldsReadInAnotherOrder_withOneLeftOut() throws {
        try check(Shuffled(first: 1, second: [.circle(radius: 1), .group(.point, .point)], third: "third"))
    }

    @Test func emptyEncode_isAnEmptyContainer() throws {
        try check(Empty())
    }

    @Test func moreKeysThanTheTableHolds() throws {
        try check(ManyKeys())
    }

    @Test func hundredThousandStructs() throws {
        let orders = (0..<100_000).map {
            Order(id: $0, customer: "c\($0)", price: 1.5, isPaid: true, note: $0 % 2 == 0 ? nil : "n", quantities: [1])
        }
        #expect(try roundTrip(orders) == orders)
    }

    @Test func writersOnSeveralThreads_doNotDisturbEachOther() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    let writer = PayloadWriter()
                    for round in 0..<200 {
                        writer.reset()
                        let value = Everything(int: task * 1000 + round)
                        try writer.encode(value)
                        #expect(try decodePayload(Everything.self, from: bytes(of: writer)) == value)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Three enumerations of 100 keys would be long to write: keys of one byte do as well.
private struct ManyKeys: Codable, Equatable {
    struct A: CodingKey {
        var byte: UInt8
        var stringValue: String { "a\(byte)" }
        var intValue: Int? { nil }
        init(byte: UInt8) { self.byte = byte }
        init?(intValue: Int) { nil }
        init?(stringValue: String) {
            guard let byte = UInt8(stringValue.dropFirst()) else { return nil }
            self.byte = byte
        }
    }

    init() {}
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: A.self)
        for byte in UInt8.min ... .max { try container.encode(Int(byte), forKey: A(byte: byte)) }
    }
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: A.self)
        #expect(container.allKeys.map(\.byte) == Array(UInt8.min ... .max))
        for byte in (UInt8.min ... .max).reversed() {
            #expect(try container.decode(Int.self, forKey: A(byte: byte)) == Int(byte))
        }
    }
}
