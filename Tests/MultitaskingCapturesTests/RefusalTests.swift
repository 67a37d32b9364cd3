import Foundation
import MultitaskingCore
import Synchronization
import Testing

@testable import MultitaskingCaptures

private struct Plain: Sendable {
    var number: Int
    var text: String
}

private final class Counter: Codable, @unchecked Sendable {
    var count = 3
}

private final class Label: Codable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }
}

private struct Lock: ~Copyable {
    let number = Mutex(1)
}

/// Has no variable, and yet changes.
private final class Guarded: Codable, Sendable {
    let limit: Int
    let lock = Lock()

    init(_ limit: Int) { self.limit = limit }
    init(from decoder: any Decoder) throws { limit = try decoder.singleValueContainer().decode(Int.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(limit)
    }
}

private struct Row: Codable, Sendable {
    var counter: Counter
}

private indirect enum Chain: Codable, Sendable {
    case end
    case link(Int, Counter, Chain)
}

private class Holder: Codable, @unchecked Sendable {
    let entries: [String: Row?]
    let next: Holder?

    init() {
        entries = [:]
        next = nil
    }
}

private final class Heir: Holder, @unchecked Sendable {}

/// Each level is made of another type.
private final class Endless<Value: Codable & Sendable>: Codable, Sendable {
    let next: Endless<[Value]>?
    let other: Endless<Value?>?

    init() {
        next = nil
        other = nil
    }
}

/// A value that copies its storage before it changes.
private struct Stored: Codable, Sendable {
    private final class Storage: @unchecked Sendable {
        var number: Int
        init(_ number: Int) { self.number = number }
    }
    private struct Part: Sendable {
        var storage: Storage
    }
    private var part: Part

    var number: Int { part.storage.number }

    init(_ number: Int) { part = Part(storage: Storage(number)) }
    init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode(Int.self)) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

private final class Keeper: Codable, Sendable {
    let stored: Stored
    let site: URL
    let days: IndexSet
    let label: Label

    init(_ number: Int) {
        stored = Stored(number)
        site = URL(filePath: "/\(number)")
        days = [number]
        label = Label("\(number)")
    }
}

private actor Account {
    func balance(_ number: Int) -> Int { number }
}

@inline(never) private func number() -> Int { Int.random(in: 100...200) }
@inline(never) private func keep(_ function: @escaping @Sendable (Int) -> String) {}

@Suite struct RefusalTests {
    private func expect(
        _ words: String..., from refusal: CaptureRefusal?, _ location: SourceLocation = #_sourceLocation
    ) {
        let text = refusal?.error.message ?? "it was sent"
        for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
        #expect(refusal?.error.code == .capturesState, sourceLocation: location)
    }

    @Test("A value that is not Codable is named, with its place and what to do")
    func notCodable() throws {
        let plain = Plain(number: number(), text: "\(number())")
        let limit = number()
        expect(
            "`Plain`", "capture 2 of 2", "not Codable", "conform", "arguments",
            from: try refusal { "\($0 + limit) \(plain.text) \(plain)" })
    }

    @Test("A capture of a captured function is found through it")
    func insideAFunction() throws {
        let plain = Plain(number: number(), text: "\(number())")
        let limit = number()
        let inner: @Sendable (Int) -> String = { "\($0 + limit) \(plain)" }
        expect("`Plain`", "capture 2 of 2, in capture 1 of 2", from: try refusal { inner($0) + "\(limit)" })
    }

    @Test("An object with a variable is refused by its name")
    func objectWithVariable() throws {
        let counter = Counter()
        let limit = number()
        expect("`Counter`", "`count`", "constants", from: try refusal { counter.count + $0 })
        expect("`Counter`", "`count`", "capture 1 of 2", from: try refusal { counter.count + $0 + limit })
    }

    @Test("What an object shares with others is found behind its constants, through fields, cases and containers")
    func sharedStateBehindConstants() throws {
        let limit = number()
        let guarded = Guarded(limit)
        expect("`Guarded`", "`lock`", "Mutex", from: try refusal { guarded.limit + $0 })
        expect("`Guarded`", "`lock`", "capture 1 of 2", from: try refusal { guarded.limit + $0 + limit })
        let holder: Holder = Heir()
        expect("`Heir`", "`count` of a `Counter`", from: try refusal { holder.entries.count + $0 })
        let endless = Endless<Int>()
        expect("`Endless<Int>`", "an endless sequence of larger types", from: try refusal { "\(endless) \($0)" })
    }

    @Test("Values that hold objects with variables are refused, alone and beside others")
    func sharedStateInValues() throws {
        let limit = number()
        let counters = (0..<limit).map { _ in Counter() }
        expect("`Counter`", "`count`", from: try refusal { counters.count + $0 })
        expect("`count`", "capture 1 of 2", from: try refusal { counters.count + $0 + limit })
        let lists = [counters]
        expect("`count` of a `Counter`", from: try refusal { lists.count + $0 })
        let entries = ["a": Row(counter: counters[0])]
        expect("`count` of a `Counter`", from: try refusal { entries.count + $0 })
        expect("`count` of a `Counter`", from: try refusal { entries.count + $0 + limit })
        let pair = (limit, counters.first.map(Row.init))
        expect("`count` of a `Counter`", from: try refusal { (pair.1 == nil ? 0 : pair.0) + $0 })
        let chain = limit > 0 ? Chain.link(1, counters[0], .end) : .end
        expect("`Chain`", "`count` of a `Counter`", from: try refusal { "\(chain) \($0 + limit)" })
        let any: any Codable & Sendable = entries
        expect("`count` of a `Counter`", from: try refusal { "\(any) \($0)" })
    }

    @Test("Values are sent that keep their contents in objects with variables")
    func valuesWithStorage() throws {
        let limit = number()
        let stored = Stored(limit)
        #expect(try sendAndCall { stored.number + $0 + limit } == 2 * limit + 7)
        let keeper = Keeper(limit)
        #expect(
            try sendAndCall { "\(keeper.stored.number) \(keeper.site) \(keeper.days.count) \($0)" }
                == "\(limit) \(keeper.site) 1 7")
        let types: [any Codable.Type] = [
            URL.self, Data.self, Date.self, DateComponents.self, Calendar.self, TimeZone.self, Locale.self,
            CharacterSet.self, IndexSet.self, IndexPath.self, PersonNameComponents.self, DateInterval.self,
            Measurement<UnitLength>.self, URLComponents.self, Decimal.self, UUID.self,
            [String: Set<[Int?]>].self,
        ]
        for type in types {
            #expect(throws: Never.self, "\(type)") { try SharedState.check(type) }
        }
        try SharedState.check(Shared<Counter>.self)
    }

    @Test("The refusal of an object that may be the storage of a value says what to do with the value")
    func storageAlone() throws {
        let letters = CharacterSet(charactersIn: "a\(number())")
        expect(
            "CharacterSet", "not Codable", "pass the value as an argument",
            from: try refusal { "\(letters.contains("a")) \($0)" })
        let days = IndexSet([number()])
        expect("storage", "pass the value as an argument", from: try refusal { days.count + $0 })
        let limit = number()
        #expect(try sendAndCall { letters.contains("a") && days.count + $0 < limit } == true)
    }

    @Test("Variables are refused, and sent as their value by a capture list")
    func variables() throws {
        nonisolated(unsafe) var text = "\(number())"
        let change: @Sendable (Int) -> String = {
            unsafe text += "\($0)"
            return unsafe text
        }
        let limit = number()
        nonisolated(unsafe) var list = [limit]
        keep {
            unsafe list.append($0)
            return "\(unsafe list)"
        }
        expect("variable", "capture list", from: try refusal { unsafe "\(change($0)) \(list) \(limit)" })
        expect("variable", "capture list", from: try refusal { unsafe "\(list) \($0)" })
        let copy = unsafe list
        #expect(try sendAndCall { "\(copy) \($0)" } == "[\(limit)] 7")
    }

    @Test("Weak references, actors, key paths, pointers, metatypes and functions in values are refused")
    func others() throws {
        let label = Label("a")
        let limit = number()
        weak let weakLabel = label
        expect("weak", from: try refusal { "\(weakLabel?.text ?? "") \(limit) \($0)" })
        let account = Account()
        expect("`Account`", from: try refusal { "\(account) \(limit) \($0)" })
        let path: any KeyPath<Plain, Int> & Sendable = limit > 0 ? \Plain.number : \Plain.number.byteSwapped
        expect("KeyPath", from: try refusal { "\(path) \(limit) \($0)" })
        nonisolated(unsafe) let pointer = unsafe UnsafeMutablePointer<Int>(bitPattern: limit * 8)
        expect("Pointer", from: try refusal { unsafe "\(String(describing: pointer)) \(limit) \($0)" })
        let inner: @Sendable (Int) -> Int = { $0 + limit }
        let function = limit > 0 ? inner : nil
        expect("function", from: try refusal { "\(function?($0) ?? 0) \(limit)" })
        let type: any (Codable & Sendable).Type = limit > 0 ? Int.self : String.self
        expect("type", from: try refusal { "\(type) \(limit) \($0)" })
    }

    @Test("What may be an address is refused, alone and inside of a larger value")
    func addresses() throws {
        struct Pair: Codable, Sendable {
            var number: Int
            var word: UInt
        }
        let place = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        defer { unsafe place.deallocate() }
        let word = UInt(bitPattern: place)
        let pair = Pair(number: number(), word: word)
        expect("address", from: try refusal { "\(word) \($0)" })
        expect("address", from: try refusal { "\(pair) \($0)" })
        let number = Pair(number: number(), word: 1 << 62)
        #expect(try sendAndCall { "\(number) \($0)" } == "\(number) 7")
    }

    @Test("Functions that capture functions are refused at some depth")
    func tooDeep() throws {
        func nest(_ depth: Int) -> @Sendable (Int) -> Int {
            let limit = number()
            guard depth > 0 else { return { $0 + limit } }
            let inner = nest(depth - 1)
            return { inner($0) + limit }
        }
        let shallow = nest(20)
        #expect(try sendAndCall { shallow($0) } == shallow(7))
        let deep = nest(40)
        expect("deep", from: try refusal { deep($0) })
    }
}
