import MultitaskingCore
import MultitaskingSerialization
import MultitaskingTestSupport
import Testing

/// How long decoding takes is bounded by the number of bytes, in whatever order and depth they are nested.
@Suite struct WorkTests {
    /// Whether `body` takes at most 40 times as long as something that does about as much: a square would take
    /// hundreds.
    private func isLinear(_ body: () -> Void, beside simple: () -> Void) -> Bool {
        // What a virtual machine is kept waiting counts as its own time.
        (0..<3).contains { _ in
            let (simple, time) = (processorTime(of: simple), processorTime(of: body))
            if time > simple * 40 { print("took \(time) beside \(simple)") }
            return time <= simple * 40
        }
    }

    /// Keyed containers in each other, whose fields stand in the other order than they are read, around a large value.
    private func reversedChain(levels: Int, around leaf: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [2, 4] + Array("next".utf8) + [5] + Array("value".utf8)
        for _ in 0..<levels { bytes += [5, 2, 0, 0, 0, 0] }
        bytes += leaf
        for _ in 0..<levels { bytes += [1, 0x13, 1, 0, 0, 0, 0, 0, 0, 0] }
        return bytes
    }

    @Test func valuesThatAreReadInAnotherOrderAtEachLevel_areSkippedOnce() throws {
        // Of a megabyte: lists of one element in each other.
        let leaf = Array((0..<220_000).map { _ in [6, 1, 0, 0, 0] as [UInt8] }.joined()) + [2]
        let (shallow, deep) = (reversedChain(levels: 1, around: leaf), reversedChain(levels: 500, around: leaf))
        // What is in the middle is no node.
        #expect(throws: MultitaskingError.self) { try decodePayload(Node.self, from: deep) }
        #expect(
            isLinear({ _ = try? decodePayload(Node.self, from: deep) }) {
                _ = try? decodePayload(Node.self, from: shallow)
            })
        let healthy = reversedChain(levels: 500, around: [2])
        #expect(try decodePayload(Node.self, from: healthy).length == 500)
    }

    @Test func listsWhoseElementsAreNotRead_areSkippedOnce() throws {
        func lists(levels: Int) -> [UInt8] {
            let leaf = Array((0..<100_000).map { _ in [6, 1, 0, 0, 0] as [UInt8] }.joined()) + [2]
            return [0] + (0..<levels).flatMap { _ in [6, 2, 0, 0, 0] as [UInt8] } + [2] + leaf
                + [UInt8](repeating: 2, count: levels - 1)
        }
        let (shallow, deep) = (lists(levels: 1), lists(levels: 250))
        _ = try decodePayload(First.self, from: deep)
        #expect(
            isLinear({ _ = try? decodePayload(First.self, from: deep) }) {
                _ = try? decodePayload(First.self, from: shallow)
            })
    }

    @Test func listsWhoseEndIsDamaged_areSkippedOnceThoughEachLevelGoesOn() throws {
        func lists(levels: Int) -> [UInt8] {
            let leaf = Array((0..<100_000).map { _ in [6, 1, 0, 0, 0] as [UInt8] }.joined()) + [0x7F]
            return [0] + (0..<levels).flatMap { _ in [6, 2, 0, 0, 0] as [UInt8] } + [2] + leaf
                + [UInt8](repeating: 2, count: levels - 1)
        }
        let (shallow, deep) = (lists(levels: 1), lists(levels: 250))
        #expect(throws: MultitaskingError.self) { try decodePayload(FirstIfPossible.self, from: deep) }
        #expect(
            isLinear({ _ = try? decodePayload(FirstIfPossible.self, from: deep) }) {
                _ = try? decodePayload(FirstIfPossible.self, from: shallow)
            })
    }

    @Test func keysOfADamagedContainer_areNotLookedForAgainAndAgain() throws {
        let count = 5_000
        let head: [UInt8] = [0, 5] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        let entries = (1..<count).flatMap { _ in [0xFF, 3, 1, 0x41, 0x18, 1] as [UInt8] }
        let (damaged, healthy) = (
            head + entries + [0xFF, 3, 1, 0x42, 0x7F, 1], head + entries + [0xFF, 3, 1, 0x42, 0x18, 1]
        )
        #expect(throws: MultitaskingError.self) { try decodePayload(Asking.self, from: damaged) }
        #expect(try decodePayload(Asking.self, from: healthy).found == 0)
        #expect(
            isLinear({ _ = try? decodePayload(Asking.self, from: damaged) }) {
                _ = try? decodePayload(Asking.self, from: healthy)
            })
    }

    @Test func arrayThatIsReadElementByElement_isWrittenOutOnce() throws {
        let payload = try encodePayload([UInt8](repeating: 1, count: 100_000))
        #expect(try decodePayload(Reopening<Repeatedly>.self, from: payload).sum == 1_000)
        #expect(
            isLinear({ _ = try? decodePayload(Reopening<Repeatedly>.self, from: payload) }) {
                _ = try? decodePayload(Reopening<Once>.self, from: payload)
            })
    }

    @Test func keysThatAreReadInReverse_areFoundWithoutLookingAtAllOthers() throws {
        let payload = try encodePayload(Backwards(count: 5_000))
        #expect(try decodePayload(Backwards.self, from: payload).sum == 12_497_500)
        #expect(try decodePayload(Forwards.self, from: payload).sum == 12_497_500)
        #expect(
            isLinear({ _ = try? decodePayload(Backwards.self, from: payload) }) {
                _ = try? decodePayload(Forwards.self, from: payload)
            })
    }

    @Test func keysThatAreIllFormed_doNotHaveAllOthersLookedAt() throws {
        let count = 10_000
        let head: [UInt8] = [0, 5] + (0..<4).map { UInt8(truncatingIfNeeded: (count + 1) >> (8 * $0)) }
        let last: [UInt8] = [0xFF, 3, 3, 0xEF, 0xBF, 0xBD, 0x18, 1]
        // Read as a key, each is U+FFFD, which is the last one's.
        let illFormed = head + (0..<count).flatMap { _ in [0xFF, 3, 1, 0xFF, 0x18, 1] as [UInt8] } + last
        let healthy = head + (0..<count).flatMap { _ in [0xFF, 3, 1, 0x41, 0x18, 1] as [UInt8] } + last
        #expect(
            isLinear({ _ = try? decodePayload([String: UInt8].self, from: illFormed) }) {
                _ = try? decodePayload([String: UInt8].self, from: healthy)
            })
    }

    @Test func keyThatIsWrittenTwice_givesTheNextOne_alsoByTheIndex() throws {
        #expect(try roundTrip(Twice()) == Twice())
    }

    @Test func typeThatTriesEachLevelTwice_endsWithAnError() throws {
        var bytes: [UInt8] = [0]
        for _ in 0..<40 { bytes += [6, 1, 0, 0, 0] }
        bytes += [0x15, 9]
        let error = #expect(throws: MultitaskingError.self) { try decodePayload(Doubling.self, from: bytes) }
        #expect(error?.code == .decodeFailed)
        #expect(try decodePayload(Doubling.self, from: [0, 6, 1, 0, 0, 0, 0x15, 1]).depth == 1)
    }
}

/// Reads the first element of a list, which is such a list, and leaves the others.
private struct First: Decodable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try container.decode(First?.self)
    }
}

/// The same, but whatever the element is, it goes on.
private struct FirstIfPossible: Decodable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try? container.decode(FirstIfPossible?.self)
    }
}

/// Asks for many keys that nobody has written.
private struct Asking: Decodable {
    var found = 0

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        for number in 0..<2_000 where container.contains(AnyKey(stringValue: "k\(number)")) { found += 1 }
    }
}

private protocol Repetition { static var count: Int { get } }
private enum Once: Repetition { static let count = 1 }
private enum Repeatedly: Repetition { static let count = 1_000 }

/// Opens a container so many times, and reads the first element.
private struct Reopening<Times: Repetition>: Decodable {
    var sum = 0

    init(from decoder: any Decoder) throws {
        for _ in 0..<Times.count {
            var container = try decoder.unkeyedContainer()
            sum += try container.decode(Int.self)
        }
    }
}

/// Writes many fields with keys of its own and reads them backwards.
private struct Backwards: Codable {
    private let count: Int
    var sum = 0

    init(count: Int) { self.count = count }

    init(from decoder: any Decoder) throws {
        (count, sum) = try readFields(from: decoder) { (0..<$0).reversed() }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(count, forKey: AnyKey(stringValue: "count"))
        for number in 0..<count { try container.encode([number], forKey: AnyKey(stringValue: "k\(number)")) }
    }
}

/// Reads what the other writes in the order of writing.
private struct Forwards: Decodable {
    let sum: Int
    init(from decoder: any Decoder) throws { sum = try readFields(from: decoder) { Array(0..<$0) }.sum }
}

private func readFields(
    from decoder: any Decoder, order: (Int) -> [Int]
) throws -> (count: Int, sum: Int) {
    let container = try decoder.container(keyedBy: AnyKey.self)
    let count = try container.decode(Int.self, forKey: AnyKey(stringValue: "count"))
    let sum = try order(count).reduce(0) {
        try $0 + (container.decode([Int].self, forKey: AnyKey(stringValue: "k\($1)")).first ?? 0)
    }
    return (count, sum)
}

/// Writes keys several times and reads each of their values.
private struct Twice: Codable, Equatable {
    var values = Array(0..<100)

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        // Not in order, so that they are looked for.
        for number in [9, 3, 9, 3] { _ = try container.decode(Int.self, forKey: AnyKey(stringValue: "k\(number)")) }
        _ = try container.decode(Int.self, forKey: AnyKey(stringValue: "k9"))
        values = []
        var last: [Int: Int] = [:]
        for number in 0..<100 {
            let value = try container.decode(Int.self, forKey: AnyKey(stringValue: "k\(number % 10)"))
            #expect(value % 10 == number % 10)
            #expect(value != last[number % 10])
            last[number % 10] = value
        }
        values = Array(0..<100)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        for value in values { try container.encode(value, forKey: AnyKey(stringValue: "k\(value % 10)")) }
    }
}

/// Tries two shapes for each of its elements, which costs twice as much at each level.
private struct Doubling: Decodable {
    var depth: Int

    init(from decoder: any Decoder) throws {
        if let value = try? decoder.singleValueContainer().decode(Bool.self) {
            depth = value ? 0 : -1
        } else if let list = try? decoder.singleValueContainer().decode([Doubling].self) {
            depth = (list.first?.depth ?? 0) + 1
        } else {
            depth = (try decoder.singleValueContainer().decode([Doubling].self).first?.depth ?? 0) + 1
        }
    }
}
