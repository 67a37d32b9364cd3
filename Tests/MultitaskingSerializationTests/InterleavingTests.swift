import MultitaskingCore
import MultitaskingSerialization
import Testing

/// Writes to many containers in turns, as a seed says, and remembers what each should hold.
struct Interleaved: Codable, Equatable {
    /// What a container should hold: numbers and further containers, in the order of their beginning.
    indirect enum Item: Equatable {
        case number(Int)
        case list([Item])
    }

    var items: [Item]
    private var seed: UInt64 = 0

    init(seed: UInt64) {
        self.seed = seed
        items = []
        var model = Model()
        var random = SplitMix64(seed: seed)
        model.run(&random) { _, _ in }
        items = model.items(of: 0)
    }

    static func == (left: Self, right: Self) -> Bool { left.items == right.items }

    func encode(to encoder: any Encoder) throws {
        var containers: [any UnkeyedEncodingContainer] = [encoder.unkeyedContainer()]
        var model = Model()
        var random = SplitMix64(seed: seed)
        try model.run(&random) { container, action in
            switch action {
            case .number(let number): try containers[container].encode(number)
            case .container: containers.append(containers[container].nestedUnkeyedContainer())
            case .superEncoder: containers.append(containers[container].superEncoder().unkeyedContainer())
            }
        }
    }

    init(from decoder: any Decoder) throws {
        items = try Self.items(in: try decoder.unkeyedContainer())
    }

    private static func items(in container: any UnkeyedDecodingContainer) throws -> [Item] {
        var container = container
        var items: [Item] = []
        while !container.isAtEnd {
            if let number = try? container.decode(Int.self) {
                items.append(.number(number))
            } else {
                items.append(.list(try Self.items(in: try container.nestedUnkeyedContainer())))
            }
        }
        return items
    }
}

/// The same containers as plain arrays.
private struct Model {
    enum Action { case number(Int), container, superEncoder }
    private enum Entry { case number(Int), list(Int) }
    private var lists: [[Entry]] = [[]]

    mutating func run(
        _ random: inout SplitMix64, _ perform: (Int, Action) throws -> Void
    ) rethrows {
        for step in 0..<Int.random(in: 0..<40, using: &random) {
            let list = Int.random(in: lists.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                lists[list].append(.list(lists.count))
                lists.append([])
                try perform(list, step.isMultiple(of: 2) ? .container : .superEncoder)
            default:
                lists[list].append(.number(step))
                try perform(list, .number(step))
            }
        }
    }

    func items(of list: Int) -> [Interleaved.Item] {
        lists[list].map {
            switch $0 {
            case .number(let number): .number(number)
            case .list(let list): .list(items(of: list))
            }
        }
    }
}

@Suite struct InterleavingTests {
    @Test func containersWrittenInTurns_comeOutInTheOrderOfTheirBeginning() throws {
        for seed in 0..<3000 as Range<UInt64> {
            let value = Interleaved(seed: seed)
            #expect(try roundTrip(value) == value, "seed \(seed)")
            #expect(try roundTrip([value, value]) == [value, value], "seed \(seed)")
        }
    }

    @Test func superEncodersUsedLast_inKeyedAndUnkeyedContainers() throws {
        let value = LateSupers()
        let again = try roundTrip(value)
        #expect(again.numbers == [1, 2, 3, 4, 5])
    }
}

/// Takes all its super encoders first and uses them backwards; one it does not use at all.
private struct LateSupers: Codable {
    var numbers: [Int] = []
    enum Keys: CodingKey { case list, a, b }

    init() {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        let zero = container.superEncoder()
        let a = container.superEncoder(forKey: .a)
        var list = container.nestedUnkeyedContainer(forKey: .list)
        let first = list.superEncoder()
        let second = list.superEncoder()
        _ = list.superEncoder()
        try container.encode(3, forKey: .b)
        try 5.encode(to: second)
        try 4.encode(to: first)
        try 2.encode(to: a)
        try 1.encode(to: zero)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        numbers.append(try Int(from: try container.superDecoder()))
        numbers.append(try Int(from: try container.superDecoder(forKey: .a)))
        numbers.append(try container.decode(Int.self, forKey: .b))
        var list = try container.nestedUnkeyedContainer(forKey: .list)
        numbers.append(try list.decode(Int.self))
        numbers.append(try list.decode(Int.self))
        _ = try list.decode(Empty.self)
        #expect(list.isAtEnd)
    }
}
