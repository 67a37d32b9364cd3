import Foundation

// Types of every shape that Codable allows, for the tests.

struct Order: Codable, Equatable {
    var id: Int
    var customer: String
    var price: Double
    var isPaid: Bool
    var note: String?
    var quantities: [Int32]
}

enum Shape: Codable, Equatable {
    case point
    case circle(radius: Double)
    case polygon([Double], name: String?)
    indirect case group(Shape, Shape)
}

enum Level: UInt8, Codable, CaseIterable { case low = 1, middle, high }
enum Word: String, Codable { case yes, no }

final class Node: Codable {
    var value: Int
    var next: Node?
    init(_ value: Int, next: Node? = nil) {
        self.value = value
        self.next = next
    }

    /// A chain of so many nodes.
    static func chain(_ count: Int) -> Node? {
        (0..<count).reduce(nil) { Node($1, next: $0) }
    }

    var length: Int {
        var length = 0
        var node: Node? = self
        while let current = node {
            length += 1
            node = current.next
        }
        return length
    }
}

struct Tree: Codable, Equatable {
    var name: String
    var children: [Tree]
}

struct Point: Codable, Hashable {
    var x: Int
    var y: Int
}

struct PointKey: Codable, Hashable, CodingKeyRepresentable {
    var name: String
    var codingKey: any CodingKey { AnyKey(stringValue: name) }
    init(name: String) { self.name = name }
    init?(codingKey: some CodingKey) { name = codingKey.stringValue }
}

struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { Int(stringValue) }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { stringValue = "\(intValue)" }
}

/// Both a base class that shares its encoder with its subclasses, and one whose subclasses use `superEncoder`.
class Animal: Codable {
    var name: String
    init(name: String) { self.name = name }
}

final class Dog: Animal {
    var age: Int
    enum CodingKeys: CodingKey { case age }

    init(name: String, age: Int) {
        self.age = age
        super.init(name: name)
    }

    required init(from decoder: any Decoder) throws {
        age = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .age)
        try super.init(from: decoder)
    }

    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(age, forKey: .age)
    }
}

final class Cat: Animal {
    var lives: Int
    enum CodingKeys: CodingKey { case lives, base }

    init(name: String, lives: Int) {
        self.lives = lives
        super.init(name: name)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        lives = try container.decode(Int.self, forKey: .lives)
        try super.init(from: try container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(lives, forKey: .lives)
    }
}

/// Writes its fields in one order and reads them in another, skipping one.
struct Shuffled: Codable, Equatable {
    var first: Int
    var second: [Shape]
    var third: String
    enum CodingKeys: CodingKey { case first, second, ignored, third }

    init(first: Int, second: [Shape], third: String) {
        self.first = first
        self.second = second
        self.third = third
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        third = try container.decode(String.self, forKey: .third)
        first = try container.decode(Int.self, forKey: .first)
        second = try container.decode([Shape].self, forKey: .second)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(first, forKey: .first)
        try container.encode([1: ["a": [Double.pi]]], forKey: .ignored)
        try container.encode(second, forKey: .second)
        try container.encode(third, forKey: .third)
    }
}

struct Everything: Codable, Equatable {
    var bool = true
    var int = -1
    var int8 = Int8.min
    var int16 = Int16.min
    var int32 = Int32.min
    var int64 = Int64.min
    var int128 = Int128.min
    var uint = UInt.max
    var uint8 = UInt8.max
    var uint16 = UInt16.max
    var uint32 = UInt32.max
    var uint64 = UInt64.max
    var uint128 = UInt128.max
    var float = Float.pi
    var double = Double.pi
    var string = "grüße 🌍"
    var optional: Int? = 5
    var nothing: Int?
    var date = Date(timeIntervalSinceReferenceDate: 0.1)
    var uuid = UUID(uuidString: "DEADBEEF-DEAD-BEEF-DEAD-BEEFDEADBEEF")
    var url = URL(string: "https://swift.org/a?b=c#d")
    var decimal = Decimal(string: "12345.67890123456789")
    var data = Data([0, 1, 255])
    var range = 1..<5
    var closed = 1...5
    var level = Level.high
    var word = Word.no
    var shape = Shape.group(.circle(radius: 2), .polygon([1, 2], name: nil))
    var set: Set<Int> = [1, 2, 3]
    var byName = ["a": 1, "b": 2]
    var byNumber = [1: "a", 2: "b"]
    var byLevel = [Level.low: 1.5]
    var byPoint = [Point(x: 1, y: 2): [Point(x: 3, y: 4)]]
    var byKey = [PointKey(name: "k"): 1]
    var flags = [true, false, true]
    var contiguous: ContiguousArray<UInt16> = [1, 2, 3]
    var duration = Duration.milliseconds(1500)
}
