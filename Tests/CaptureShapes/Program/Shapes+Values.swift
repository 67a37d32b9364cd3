import CaptureShapesLibrary
import Foundation
import MultitaskingCore

private struct Hidden: Codable, Sendable, CustomStringConvertible {
    var a: Int8, b: String, c: Int16; var description: String { "H\(a)\(b)\(c)" }
}

/// What the closures of this file capture: values.
nonisolated(unsafe) let valueShapes: [Shape] = [
    Shape("[Int]") { s in hold(S1 { [s] x in "\(s + x)" }) },
    Shape("[String]") { s in
        let t = str(s); return hold(S1 { [t] x in t + "\(x)" })
    },
    Shape("String, Int, String") { s in
        let t = str(s), u = str(s + 1); return hold(S1 { x in t + "\(s)" + u + "\(x)" })
    },
    Shape("array alone") { s in
        let a = ints(s); return hold(S1 { [a] x in "\(a) \(x)" })
    },
    Shape("empty array alone") { s in
        let a: [Int] = s == -1 ? [1] : []; return hold(S1 { [a] x in "\(a) \(x)" })
    },
    Shape("array + Int") { s in
        let a = ints(s); return hold(S1 { x in "\(a) \(s + x)" })
    },
    Shape("array of structs") { s in
        let a = [Point(x: s, y: 2), Point(x: 3, y: s)]; return hold(S1 { [a] x in "\(a.map(\.x)) \(x)" })
    },
    Shape("array of private structs") { s in
        let a = [Hidden(a: 1, b: str(s), c: 3)]; return hold(S1 { [a] x in "\(a[0].b) \(x)" })
    },
    Shape("array of non-codable", .refused) { s in
        let a = [NotCodable(x: s, s: "q")]; return hold(S1 { [a] x in "\(a[0].x) \(x)" })
    },
    Shape("dictionary alone") { s in
        let d = ["a": s, "b": 2]; return hold(S1 { x in show(d) + "\(x)" })
    },
    Shape("empty dictionary") { s in
        let d: [String: Int] = s == -1 ? ["a": 1] : [:]; return hold(S1 { x in show(d) + "\(x)" })
    },
    Shape("set alone") { s in
        let d: Set = [s, 2, s + 5]; return hold(S1 { x in "\(d.sorted()) \(x)" })
    },
    Shape("dictionary + String") { s in
        let d = ["a": s, "b": 2], t = str(s); return hold(S1 { x in show(d) + t + "\(x)" })
    },
    Shape("optional nil") { s in
        let o: Int? = s == -1 ? 1 : nil; return hold(S1 { x in "\(o.map { $0 + x } ?? -1)" })
    },
    Shape("enum one") { s in
        let c = Choice.one(s); return hold(S1 { x in "\(c)\(x)" })
    },
    Shape("enum two") { s in
        let c = Choice.two(str(s), ints(s)); return hold(S1 { x in "\(c)\(x)" })
    },
    Shape("enum none") { s in
        let c = s == -1 ? Choice.one(1) : Choice.none; return hold(S1 { x in "\(c)\(x)" })
    },
    Shape("indirect enum") { s in
        let c = Tree.node(.leaf(s), .node(.leaf(1), .leaf(2))); return hold(S1 { x in "\(c.sum + x)" })
    },
    Shape("struct") { s in
        let p = Point(x: s, y: 2); return hold(S1 { x in "\(p)\(x)" })
    },
    Shape("struct, one field used") { s in
        let p = Point(x: s, y: 2); return hold(S1 { x in "\(p.x + x)" })
    },
    Shape("big struct") { s in
        let b = Big(a: 3, b: [str(s)], c: 1.5, d: Point(x: s, y: 0), e: str(s + 1), f: true, g: [1: "a"]);
        return hold(S1 { x in "\(b)\(x)" })
    },
    Shape("big struct, one field used") { s in
        let b = Big(a: 3, b: [str(s)], c: 1.5, d: Point(x: s, y: 0), e: str(s + 1), f: true, g: [1: "a"]);
        return hold(S1 { x in "\(b.b)\(x)" })
    },
    Shape("private struct") { s in
        let h = Hidden(a: 1, b: str(s), c: 300); return hold(S1 { x in "\(h.a)\(h.b)\(h.c)\(x)" })
    },
    Shape("local struct", .either) { s in
        struct L: Codable, Sendable { var q: Int8; var r: String }; let h = L(q: 3, r: str(s));
        return hold(S1 { x in "\(h.q)\(h.r)\(x)" })
    },
    Shape("non-codable struct", .refused) { s in
        let h = NotCodable(x: s, s: str(s)); return hold(S1 { x in "\(h.x)\(h.s)\(x)" })
    },
    Shape("non-codable struct, Int field used", .refused) { s in
        let h = NotCodable(x: s, s: str(s)); return hold(S1 { x in "\(h.x)\(x)" })
    },
    Shape("struct of one array") { s in
        let h = OneArray(a: ints(s)); return hold(S1 { x in "\(h.a)\(x)" })
    },
    Shape("tuple") { s in
        let t = (s, str(s)); return hold(S1 { x in "\(t) \(x)" })
    },
    Shape("lib: internal struct", .either) { s in hold(S1(hidden(s, str(s)))) },
    Shape("noncopyable", .refused) { s in hold(noncopyable(s)) },
    Shape("Date") { s in
        let d = Date(timeIntervalSince1970: Double(s) / 3); return hold(S1 { x in "\(d.timeIntervalSince1970) \(x)" })
    },
    Shape("URL") { s in
        let d = URL(string: "http://a/\(s)")!; return hold(S1 { x in "\(d) \(x)" })
    },
    Shape("URL + Int") { s in
        let d = URL(string: "http://a/\(s)")!; return hold(S1 { x in "\(d) \(x + s)" })
    },
    Shape("Data") { s in
        let d = Data(ints(s).map { UInt8(truncatingIfNeeded: $0) } + Array(repeating: 7, count: 40));
        return hold(S1 { x in "\(d.map { Int($0) }) \(x)" })
    },
    Shape("Decimal") { s in
        let d = Decimal(s) / 3; return hold(S1 { x in "\(d) \(x)" })
    },
    Shape("UUID, Date?, Data") { s in
        let u = UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")!,
            d: Date? = Date(timeIntervalSince1970: Double(s)), e = Data([1, 2])
        ; return hold(S1 { x in "\(u)\(d!)\(e.count)\(x)" })
    },
    Shape("resilient-looking lib struct") { s in
        let p = LibPoint(s); return hold(S1 { x in "\(p.text)\(x)" })
    },
    Shape("lib struct, frozen field") { s in
        let p = LibPoint(s); return hold(S1 { x in "\(p.a)\(x)" })
    },
    Shape("SIMD, align 32") { s in
        let w = Wide(s: [1, 2, Double(s), 4], b: 3); return hold(S1 { x in "\(w)\(x)" })
    },
    Shape("Int8 + SIMD + Int8") { s in
        let a = Int8(3), w = SIMD4<Double>(1, 2, 3, Double(s)), b = Int8(truncatingIfNeeded: s);
        return hold(S1 { x in "\(a)\(w)\(b)\(x)" })
    },
    Shape("empty struct + Int") { s in
        let e = Empty(); return hold(S1 { x in "\(e)\(s + x)" })
    },
    Shape("empty struct alone") { s in
        let e = Empty(); return hold(S1 { x in "\(e)\(x)" })
    },
    Shape("Void + Int") { s in
        let e: Void = (); return hold(S1 { x in "\(e)\(s + x)" })
    },
    Shape("Substring", .refused) { s in
        let t = str(s).dropFirst(1); return hold(S1 { x in "\(t)\(x)" })
    },
    Shape("ArraySlice", .refused) { s in
        let t = ints(s).dropFirst(1); return hold(S1 { x in "\(t)\(x)" })
    },
    Shape("ContiguousArray alone") { s in
        let t = ContiguousArray(ints(s)); return hold(S1 { x in "\(t)\(x)" })
    },
    Shape("Range") { s in
        let t = 0..<abs(s); return hold(S1 { x in "\(t)\(x)" })
    },
    Shape("Result", .refused) { s in
        let t: Result<Int, Bad> = .success(s); return hold(S1 { x in "\(t)\(x)" })
    },
    Shape("Bool, UInt8, Int16, Int32, Double") { s in
        let a = s % 2 == 0, b = UInt8(3), c = Int16(-5), d = Int32(s), e = 1.25;
        return hold(S1 { x in "\(a)\(b)\(c)\(d)\(e)\(x)" })
    },
    Shape("Character, Float, UInt") { s in
        let a: Float = 2.5, b = UInt(bitPattern: s); return hold(S1 { x in "\(a)\(b)\(x)" })
    },
    Shape("lib: resilient enum") { s in
        let p = LibEnum.b(str(s)); return hold(S1 { x in "\(p)\(x + s)" })
    },
    Shape("lossy Codable + Int", .lossy) { s in
        let l = Lossy(kept: s); return hold(S1 { x in "\(l.kept)\(l.cache)\(x)\(s)" })
    },
    Shape("lossy Codable", .lossy) { s in
        let l = Lossy(kept: s); return hold(S1 { x in "\(l.kept)\(l.cache)\(x)" })
    },
]
