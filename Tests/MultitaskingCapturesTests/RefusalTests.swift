import MultitaskingCore
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
