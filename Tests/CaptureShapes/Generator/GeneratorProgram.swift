import MultitaskingCore

/// Writes closures as Swift source: by chance, but the same for the same seed.
///
/// `capture-generator SEED COUNT` prints a file with so many shapes; `Program/RandomShapes.swift` is that of the seed
/// 1.
@main
enum GeneratorProgram {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        var random = SplitMix64(seed: UInt64(truncatingIfNeeded: arguments.first ?? 1))
        let count = arguments.dropFirst().first ?? 120
        print("import Foundation\nimport MultitaskingCore\n")
        print("// Written by capture-generator \(arguments.first ?? 1) \(count).\n")
        let shapes = (0..<count).map { RandomShape(number: $0, using: &random) }
        for shape in shapes { print(shape.source) }
        print("nonisolated(unsafe) let randomShapes: [Shape] = [")
        for shape in shapes { print("    Shape(\"random \(shape.number), \(shape.summary)\", random\(shape.number)),") }
        print("]")
    }
}

/// A type to capture a value of.
struct CaptureType {
    let name: String
    /// How to make a value of the number `s` and another one, `#`.
    let value: String
    /// How to use all of it, and how only a part; `#` is the value.
    var use = "\\(#)"
    var partialUse: String?
    /// Whether it can stand for a generic parameter.
    var isGeneric = true

    static let all = [
        CaptureType(name: "Int", value: "s &+ #"),
        CaptureType(name: "String", value: "str(s &+ #)"),
        CaptureType(name: "[Int]", value: "ints(s &+ #)", partialUse: "\\(#.count)"),
        CaptureType(name: "[String]", value: "[str(s), str(#)]"),
        CaptureType(name: "Int8", value: "Int8(truncatingIfNeeded: s &+ #)"),
        CaptureType(name: "UInt16", value: "UInt16(truncatingIfNeeded: s &+ #)"),
        CaptureType(name: "Int32", value: "Int32(truncatingIfNeeded: s &+ #)"),
        CaptureType(name: "Bool", value: "(s &+ #) % 2 == 0"),
        CaptureType(name: "Double", value: "Double(s) + 0.25"),
        CaptureType(name: "Float", value: "Float(s) + 0.5"),
        CaptureType(name: "Point", value: "Point(x: s, y: #)", partialUse: "\\(#.x)"),
        CaptureType(name: "Point?", value: "s % 3 == 0 ? nil : Point(x: s, y: #)", use: "\\(String(describing: #))"),
        CaptureType(
            name: "Choice",
            value: "[Choice.none, .one(s), .two(str(s), ints(#)), .three(Point(x: s, y: 1))][(s &+ #) & 3]"),
        CaptureType(name: "[Point]", value: "[Point(x: s, y: #)]"),
        CaptureType(name: "Int?", value: "(s &+ #) % 2 == 0 ? nil : s", use: "\\(String(describing: #))"),
        CaptureType(name: "Int8?", value: "(s &+ #) % 2 == 0 ? nil : Int8(# % 100)", use: "\\(String(describing: #))"),
        CaptureType(name: "String?", value: "(s &+ #) % 2 == 0 ? nil : str(s)", use: "\\(String(describing: #))"),
        CaptureType(name: "[Int8]", value: "[Int8(truncatingIfNeeded: s), Int8(# % 100)]"),
        CaptureType(name: "OneArray", value: "OneArray(a: ints(s))", partialUse: "\\(#.a.count)"),
        CaptureType(name: "Gen<Int8>", value: "Gen(v: Int8(# % 100), n: s)"),
        CaptureType(name: "Gen<String>", value: "Gen(v: str(s), n: #)", partialUse: "\\(#.n)"),
        CaptureType(name: "Range<Int>", value: "0..<(abs(s) &+ #)"),
        CaptureType(name: "Date", value: "Date(timeIntervalSince1970: Double(s) + 0.5)"),
        CaptureType(
            name: "UUID", value: "UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(# % 100)))"),
        CaptureType(name: "Wide", value: "Wide(s: [1, Double(s), 3, #], b: 4)", partialUse: "\\(#.b)"),
        CaptureType(name: "Tree", value: "Tree.node(.leaf(s), .leaf(#))", use: "\\(#.sum)"),
        CaptureType(
            name: "any P", value: "(s &+ #) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(#)", use: "\\(#.text)",
            isGeneric: false),
        CaptureType(name: "(Int8, String)", value: "(Int8(# % 100), str(s))", isGeneric: false),
        CaptureType(name: "@Sendable (Int) -> Int", value: "{ $0 &+ s &+ # }", use: "\\(#(x))", isGeneric: false),
        CaptureType(name: "Ref", value: "Ref(s &+ #)", use: "\\(#.add(x))", isGeneric: false),
        CaptureType(
            name: "Base", value: "s % 2 == 0 ? Base(x: s) : Derived(x: #)", use: "\\(#.add(x))", isGeneric: false),
        CaptureType(
            name: "Ref?", value: "s % 2 == 0 ? nil : Ref(s &+ #)", use: "\\(#?.add(x) ?? \"\")", isGeneric: false),
        CaptureType(name: "Set<Int>", value: "[s]"),
        CaptureType(name: "Decimal", value: "Decimal(s)"),
    ]
}

/// A closure, and what it captures.
struct RandomShape {
    enum Way: String, CaseIterable {
        case list, plain, generic, wrapped, wrappedTwice, async
    }

    let number: Int
    let summary: String
    let source: String

    init(number: Int, using random: inout SplitMix64) {
        let count = [1, 1, 2, 2, 3, 3, 4, 5, 6, 8].randomElement(using: &random) ?? 1
        var types = (0..<count).map { _ in CaptureType.all.randomElement(using: &random) ?? CaptureType.all[0] }
        var way = Way.allCases.randomElement(using: &random) ?? .plain
        // Swift 6.3.1 itself crashes at -Onone where an async closure captures what is aligned to 32 bytes.
        if way == .async, types.contains(where: { $0.name == "Wide" }) { way = .list }
        if way == .generic {
            let generic = types.filter(\.isGeneric).prefix(3)
            if generic.isEmpty { way = .plain } else { types = Array(generic) }
        }
        var lines = ["private func random\(number)(_ s: Int) -> Held {"]
        for (index, type) in types.enumerated() {
            let value = type.value.replacing("#", with: String(Int.random(in: 1...999, using: &random)))
            lines.append("    let v\(index): \(type.name) = \(value)")
        }
        let uses = types.enumerated().map { index, type in
            let isPartial = Int.random(in: 0..<10, using: &random) < 3
            return ((isPartial ? type.partialUse : nil) ?? type.use).replacing("#", with: "v\(index)")
        }
        let text = "\"" + uses.joined(separator: "|") + "\""
        let list = types.indices.map { "v\($0)" }.shuffled(using: &random).joined(separator: ", ")
        switch way {
        case .list: lines.append("    return hold(S1 { [\(list)] x in \(text) })")
        case .plain: lines.append("    return hold(S1 { x in \(text) })")
        case .wrapped: lines.append("    return w1 { x in \(text) }")
        case .wrappedTwice: lines.append("    return w3(7) { (x: Int) -> String in \(text) }")
        case .async: lines.append("    return hold(A1 { x in await Task.yield(); return \(text) })")
        case .generic: lines += Self.generic(types, isInlined: Bool.random(using: &random))
        }
        lines.append("}\n")
        self.number = number
        summary = "\(way): " + types.map(\.name).joined(separator: ", ")
        source = lines.joined(separator: "\n")
    }

    private static func generic(_ types: [CaptureType], isInlined: Bool) -> [String] {
        let chosen = types.indices
        let parameters = chosen.map { "_ g\($0): G\($0)" }.joined(separator: ", ")
        let constraints = chosen.map { "G\($0): Codable & Sendable" }.joined(separator: ", ")
        let values = chosen.map { "\\(g\($0))" }.joined(separator: "|")
        let body = "\"\(values)|\\([g0])|\\(G\(chosen.count - 1).self)|\\(s)|\\(x)\""
        let inlining = isInlined ? "" : "@inline(never) "
        return [
            "    \(inlining)func make<\(constraints)>(\(parameters)) -> S1 { S1 { x in \(body) } }",
            "    return hold(make(\(chosen.map { "v\($0)" }.joined(separator: ", "))))",
        ]
    }
}
