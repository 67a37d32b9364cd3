import Foundation
import MultitaskingCore
import MultitaskingSerialization
import Synchronization
import Testing

@testable import MultitaskingCaptures

private struct Point: Codable, Sendable, Equatable {
    var x: Int
    func moved(by distance: Int) -> Point { Point(x: x + distance) }
}

/// Counts its objects.
private final class Counted: Codable, Sendable {
    static let count = Atomic<Int>(0)
    let number: Int

    init(_ number: Int) {
        self.number = number
        Self.count.add(1, ordering: .relaxed)
    }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        Self.count.add(1, ordering: .relaxed)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    deinit { Self.count.subtract(1, ordering: .relaxed) }
}

private class Figure: Codable, @unchecked Sendable {
    let number: Int
    init(_ number: Int) { self.number = number }
    var text: String { "figure \(number)" }
}

private final class Square: Figure, @unchecked Sendable {
    override var text: String { "square \(number)" }
}

/// Can be encoded, not decoded.
///
/// Public, as is ``Entry``: an optimized build has no description of others that only closures use.
public struct OneWay: Codable, Sendable {
    var text = "a text that is longer than a small string"

    init() {}

    /// Fails.
    public init(from decoder: any Decoder) throws { throw MultitaskingError(.wrongType, "one way") }
}

/// Stands for an entry of a table that may be another one where it is decoded.
public struct Entry: Codable, Sendable, Equatable {
    static let offset = Atomic<Int32>(0)
    var number: Int32

    init(number: Int32) { self.number = number }

    /// Reads what ``encode(to:)`` writes, and adds the offset.
    public init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int32.self) + Self.offset.load(ordering: .relaxed)
    }

    /// Writes the number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

@inline(never) private func number() -> Int { Int.random(in: 100...200) }

// Not optimized, or the closures become functions of what they are made with, which capture other values, or none.

@_optimize(none) private func adding(_ number: Int) -> Literal<Int, Int> { Literal { $0 + number } }

@_optimize(none)
private func applying(_ function: @escaping @Sendable (Int) -> Int) -> Literal<Int, Int> {
    Literal { function($0) + 1 }
}

@_optimize(none)
private func describing<Value: Codable & Sendable>(_ value: Value) -> Literal<Int, String> {
    Literal { "\(value) \(Value.self) \($0)" }
}

@_optimize(none)
private func describing(_ figures: [Figure]) -> Literal<Int, String> {
    Literal { _ in figures.map(\.text).joined() }
}

// Serialized: some count objects of the whole process.
@Suite(.serialized)
struct SendingTests {
    @Test("The self-check passes here")
    func selfCheckPasses() { #expect(CaptureSending.isWorking) }

    @Test("A closure that captures values, functions and a bound method returns what it returns in place")
    func capturingClosureReturnsTheSame() throws {
        let limit = number()
        let point = Point(x: limit)
        let scale: @Sendable (Int) -> Int = { $0 * limit }
        let move = point.moved
        #expect(try sendAndCall { "\($0 < limit)" } == "true")
        #expect(try sendAndCall { move(scale($0)) } == point.moved(by: 7 * limit))
    }

    @Test("The same closure with other values has the same shape; a captured function makes another")
    func shapeDependsOnTypesAndCode() throws {
        #expect(try Sent(adding(number())).shape == Sent(adding(number() + 1000)).shape)
        #expect(try Sent(applying { $0 * 2 }).shape != Sent(applying { $0 * 3 }).shape)
    }

    @Test("A closure that captures nothing has no trace")
    func plainClosureHasNoTrace() throws {
        let trace = try ClosureTrace.write(Literal<Int, Int> { $0 * 2 }, into: PayloadWriter())
        #expect(trace == nil)
    }

    @Test("Objects captured by closures that are received end with these")
    func objectsEndWithTheirClosures() throws {
        let before = Counted.count.load(ordering: .relaxed)
        for round in 0..<100 {
            let object = Counted(round)
            let inner: @Sendable (Int) -> Int = { $0 + object.number }
            #expect(try sendAndCall { inner($0) + object.number } == 7 + 2 * round)
        }
        #expect(Counted.count.load(ordering: .relaxed) == before)
    }

    @Test(
        "The objects of an array keep their classes, whether the array is captured alone, beside others or in a tuple")
    func objectsOfArraysKeepTheirClasses() throws {
        let limit = number()
        let before = Counted.count.load(ordering: .relaxed)
        let shapes: [Figure] = [Figure(limit), Square(limit), Square(1), Figure(2)]
        let expected = shapes.map(\.text).joined()
        #expect(expected.contains("square"))
        #expect(try sendAndCall { _ in shapes.map(\.text).joined() } == expected)
        #expect(try sendAndCall { "\(shapes.map(\.text).joined())\($0 + limit)" } == "\(expected)\(limit + 7)")
        let contiguous = ContiguousArray(shapes)
        #expect(try sendAndCall { "\(contiguous.map(\.text).joined())\($0 + limit)" } == "\(expected)\(limit + 7)")
        let pair = (limit, shapes)
        #expect(try sendAndCall { "\(pair.1.map(\.text).joined())\($0 + pair.0)" } == "\(expected)\(limit + 7)")
        let none = shapes.filter { $0.text.isEmpty }
        #expect(try sendAndCall { none.count + $0 + limit } == limit + 7)
        let counted = (0..<3).map(Counted.init)
        #expect(try sendAndCall { counted.map(\.number).reduce($0 + limit, +) } == limit + 10)
        #expect(Counted.count.load(ordering: .relaxed) == before + counted.count)
    }

    @Test("The shape of an array of objects depends on their classes, not on their order")
    func shapeOfObjectsDependsOnClassesAlone() throws {
        func shape(_ figures: [Figure]) throws -> ClosureShape { try Sent(describing(figures)).shape }
        let mixed = try shape([Figure(1), Square(2), Figure(3)])
        #expect(try shape([Square(1), Figure(2)]) == mixed)
        #expect(try shape([Square(1)]) != mixed)
        let figures = describing([Square(1), Figure(2)])
        #expect(try Sent(figures).received(as: Literal<Int, String>.self)(7) == "square 1figure 2")
    }

    @Test("A value whose decoding throws after others frees those, and its error arrives")
    func decodingThatThrowsHalfWayFreesWhatWasRead() throws {
        let before = Counted.count.load(ordering: .relaxed)
        func send() throws -> Sent {
            let object = Counted(number())
            let inner: @Sendable (Int) -> Int = { $0 + object.number }
            let bad = OneWay()
            return try Sent(Literal<Int, String> { "\(inner($0)) \(object.number) \(bad.text)" })
        }
        let sent = try send()
        for _ in 0..<10 {
            let error = #expect(throws: MultitaskingError.self) {
                try sent.received(as: Literal<Int, String>.self)
            }
            #expect(error?.code == .wrongType)
        }
        #expect(Counted.count.load(ordering: .relaxed) == before)
    }

    @Test("A trivial value captured alone whose Codable gives another value is an error")
    func loneValueThatDecodesDifferentlyIsAnError() throws {
        let entry = Entry(number: Int32(number()))
        let function = Literal<Int, Int> { $0 + Int(entry.number) }
        let sent = try Sent(function)
        #expect(try sent.received(as: Literal<Int, Int>.self)(1) == Int(entry.number) + 1)
        Entry.offset.store(1, ordering: .relaxed)
        defer { Entry.offset.store(0, ordering: .relaxed) }
        let error = #expect(throws: MultitaskingError.self) { try sent.received(as: Literal<Int, Int>.self) }
        #expect(error?.code == .decodeFailed)
    }

    @Test("Values that were cut off at any byte give an error")
    func truncatedValuesGiveAnError() throws {
        let text = "a text that is longer than a small string"
        let list = Array(0..<number())
        let sent = try Sent(Literal<Int, String> { "\(text) \(list) \($0)" })
        for count in 0..<sent.values.count {
            let cut = Sent(shape: sent.shape, values: Array(sent.values[..<count]))
            #expect(throws: MultitaskingError.self) { try cut.received(as: Literal<Int, String>.self) }
        }
    }

    @Test("The shape of another build is an error that names both")
    func shapeOfAnotherBuildIsAnError() throws {
        let limit = number()
        var shape = try Sent(Literal<Int, Int> { $0 + limit }).shape
        let own = shape.images[0]
        shape.images[0] = ImageIdentity(path: own.path, buildID: [0xAB, 0x0C], size: own.size)
        let error = #expect(throws: MultitaskingError.self) { try ClosureReceiver(shape) }
        #expect(error?.code == .functionNotFound)
        #expect(error?.message.contains("ab0c") == true, "\(String(describing: error))")
        shape.images[0] = ImageIdentity(path: "/nowhere.so", buildID: [], size: 1)
        let missing = #expect(throws: MultitaskingError.self) { try ClosureReceiver(shape) }
        #expect(missing?.message.contains("does not have the image /nowhere.so") == true)
        #expect(missing?.message.contains("initializer") == true)
    }

    @Test("A library that lies under another path is found by its name, if it is the same build")
    func libraryIsFoundUnderAnotherPath() throws {
        var sent = try Sent(describing(number()))
        let index = try #require(sent.shape.images.firstIndex { $0.path.contains("swiftCore") })
        let own = sent.shape.images[index]
        let path = "/elsewhere/" + (own.path.split(separator: "/").last ?? "")
        sent.shape.images[index] = ImageIdentity(path: path, buildID: own.buildID, size: own.size)
        #expect(try sent.received(as: Literal<Int, String>.self)(7).hasSuffix("7"))
        sent.shape.images[index] = ImageIdentity(path: path, buildID: own.buildID + [1], size: own.size)
        #expect(throws: MultitaskingError.self) { try ClosureReceiver(sent.shape) }
    }

    @Test("A description that was changed in memory is found by the self-check")
    func changedDescriptionIsFound() throws {
        let metadata = try #require(SelfCheck.numbers(5).metadata)
        let record = try #require(metadata.address(16))
        // The number of captures, and the types of the first and the second, exchanged.
        let first = record.load(12, as: Int32.self)
        let second = record.load(16, as: Int32.self)
        for change in [[(0, Int32(1))], [(0, 100_000)], [(12, second + 4)], [(12, second + 4), (16, first - 4)]] {
            let before = change.map { ($0.0, record.load($0.0, as: Int32.self)) }
            try overwrite(record, change)
            #expect(!SelfCheck().passes, "\(change)")
            try overwrite(record, before)
        }
        #expect(SelfCheck().passes)
    }

    private func overwrite(_ record: RawAddress, _ words: [(offset: Int, word: Int32)]) throws {
        let page = UInt(getpagesize())
        // SAFETY: the pages of the record, which is a constant of this program and is given back as it was.
        let start = unsafe UnsafeMutableRawPointer(bitPattern: record.bits & ~(page - 1))
        try #require(unsafe mprotect(start, Int(2 * page), PROT_READ | PROT_WRITE) == 0)
        for (offset, word) in words {
            unsafe UnsafeMutableRawPointer(mutating: (record + offset).pointer).storeBytes(of: word, as: Int32.self)
        }
        try #require(unsafe mprotect(start, Int(2 * page), PROT_READ) == 0)
    }
}
