import MultitaskingTestSupport
import Testing

@testable import MultitaskingCore

/// Names of types are looked up if the program made them, and in a bounded time if it did not.
@Suite struct MangledNameTests {
    @Test func namesOfOrdinaryTypes_leadBackToThem() throws {
        let types: [Any.Type] = [
            Int.self, String.self, [Int].self, [String: [Int?]].self, [[[[[[Double]]]]]].self, Int????.self,
            Outer.self, Outer.Inner.self, Outer.InnerOf<Outer>.self,
            Pair<Pair<Outer, Outer>, [Outer.Inner: Outer]>.self,
            ValueFunction<Int, String, Double?, [Outer]>.self, ValueFunction<Outer, Outer, Outer, Outer, Outer>.self,
            AsyncMapping<Outer, [Outer]>.self, ValueFunction<Int, Int>.self, Häßlich.self,
            Result<Int, RemoteError>.self, (Int, String, Outer).self, Set<Duration>.self, ClosedRange<Int>.self,
            Word_with_words_in_its_wordy_name_with_Words.self,
            Pair<Word_with_words_in_its_wordy_name_with_Words, Outer>.self,
        ]
        for type in types {
            let name = try #require(MangledName(of: type), "\(type)")
            #expect(name.type == type)
        }
    }

    @Test(arguments: [
        // Optionals in each other, plain, spelled out, inside of a type, around a reference.
        "SS" + String(repeating: "Sg", count: 41),
        String(repeating: "Sqy", count: 30) + "Si" + String(repeating: "G", count: 30),
        "s6ResultOySi" + String(repeating: "Sg", count: 30) + "s5Error_pG",
        "SDySi" + String(repeating: "Sg", count: 8) + "ACSgG", "Say" + "Si" + String(repeating: "Sg", count: 9) + "G",
        // References that repeat what came before, by number and one after the other.
        "Si_S2000it", "Si_SitA100A_t", String(repeating: "Si_AAt", count: 40),
        // Too deep, too long, and not a name.
        String(repeating: "Say", count: 4000) + "Si" + String(repeating: "G", count: 4000),
        String(repeating: "Say", count: 300) + "Si" + String(repeating: "G", count: 300), "", "0", "00", "9",
        "99999999999999a",
        "4mai", "\u{1}abcd", "Si\u{7F}", "🙂", "A", "S", "A9", String(repeating: "m", count: 5000),
    ])
    func forgedName_isNotLookedUp(_ text: String) {
        let start = processorTime()
        #expect(!MangledName(text).isBounded)
        #expect(MangledName(text).type == nil)
        #expect(FunctionTypeName(mangled: text).resolve() == nil)
        #expect(processorTime() - start < .seconds(2))
    }

    @Test func lookUpsOfMutatedNames_endSoon() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the mutated names:", seed)
        var generator = SplitMix64(seed: seed)
        let names = [
            _mangledTypeName(Pair<Pair<Outer, Outer?>, [Outer.Inner: Outer??]>.self),
            _mangledTypeName(ValueFunction<Int?, String, Double?, [Outer]>.self), _mangledTypeName([[Int?]?].self),
        ].compactMap(\.self)
        let pieces = ["Sg", "AA", "AC", "Say", "G", "A9B", "S9i", "_", "t", "Si", "y"]
        let start = processorTime()
        for _ in 0..<3000 {
            var name = Array(names.randomElement(using: &generator) ?? "")
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let place = Int.random(in: 0...name.count, using: &generator)
                name.insert(contentsOf: Array(pieces.randomElement(using: &generator) ?? ""), at: place)
            }
            _ = MangledName(String(name)).type as? any (Error & Decodable).Type
        }
        #expect(processorTime() - start < .seconds(20), "seed \(seed)")
    }
}

struct Outer: Codable, Hashable {
    struct Inner: Codable, Hashable {}
    struct InnerOf<T: Sendable>: Sendable {}
}

struct Pair<A, B> {}
struct Häßlich {}
struct Word_with_words_in_its_wordy_name_with_Words: Codable {}
