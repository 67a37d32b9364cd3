/// How a value was reached from the one around it; coding paths are put together from these when they are asked for.
enum PathStep {
    case none
    case key(any CodingKey)
    case index(Int)
    case superclass

    /// The step as a coding key; nil if there is none.
    var codingKey: (any CodingKey)? {
        switch self {
        case .none: nil
        case .key(let key): key
        case .index(let index): IndexKey(index)
        case .superclass: SuperKey()
        }
    }
}

/// The key of an element of an unkeyed container.
private struct IndexKey: CodingKey {
    let index: Int
    var stringValue: String { "Index \(index)" }
    var intValue: Int? { index }

    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }
}

/// The key under which `superEncoder()` and `superDecoder()` of a keyed container keep the superclass.
struct SuperKey: CodingKey {
    static let name = "super"
    var stringValue: String { Self.name }
    var intValue: Int? { nil }

    init() {}
    init?(intValue: Int) { nil }
    init?(stringValue: String) { if stringValue != Self.name { return nil } }
}
