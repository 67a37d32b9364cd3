import CaptureShapesLibrary
import Foundation
import MultitaskingCore

// Functions that make closures in the ways in which programs and libraries do.
extension PC { func viaSelf(_ n: Int) -> S1 { S1 { x in self.text + "\(n + x)" } } }
extension GenRef {
    func viaSelf(_ n: Int) -> S1 { S1 { x in "\(self.v) \(n + x)" } };
    func viaSelfAlone() -> S1 { S1 { x in "\(self.v) \(x)" } }
}
extension PO { func viaSelf(_ n: Int) -> S1 { S1 { x in self.add(n + x) } } }
@inline(never) func classGeneric<T: Base>(_ t: T, _ n: Int) -> S1 { S1 { x in t.add(n + x) } }
@inline(never) func someP(_ s: Int) -> some PC { Point(x: s, y: 2) }
@inline(never) func genericError<E: Error & Codable>(_ e: E, _ n: Int) -> S1 {
    S1 { x in
        if x < 0 { throw e }; return "\(e) \(n + x)"
    }
}
@inline(never) func nestedGeneric<A: Codable & Sendable>(_ a: A, _ s: Int) -> S1 {
    func inner<B: Codable & Sendable>(_ b: B) -> S1 { S1 { x in "\(a) \(b) \(A.self) \(B.self) \(x)" } };
    return inner(Point(x: s, y: 3))
}
struct Outer<A: Codable & Sendable> {
    var a: A; struct Inner<B: Codable & Sendable>: Codable, Sendable { var b: B }
    @inline(never) func make<C: Codable & Sendable>(_ c: C) -> S1 {
        let a = a; let i = Inner(b: c); return S1 { x in "\(a) \(i.b) \(C.self) \(x)" }
    }
}
@inline(never) func viaDefault(_ n: Int, _ f: @escaping @Sendable (Int) -> String = { "\($0)" }) -> S1 {
    S1 { x in f(x) + "\(n)" }
}
let globalPoint = Point(x: 5, y: 6)
let globalClosure: @Sendable (Int) -> String = { [globalPoint] x in "\(globalPoint)\(x)" }
func w1(_ f: @escaping @Sendable (Int) throws -> String) -> Held { hold(Pack(f)) }
func w2<T: Codable & Sendable, U: Codable & Sendable>(_ a: T, _ f: @escaping @Sendable (T) throws -> U) -> Held {
    holdP(Pack(f), a)
}
func w3<T: Codable & Sendable, U: Codable & Sendable>(_ a: T, _ f: @escaping @Sendable (T) throws -> U) -> Held {
    w2(a, f)
}
func w4<T: Codable & Sendable, U: Codable & Sendable>(_ a: T, _ f: @escaping @Sendable (T) throws -> U) -> Held {
    w2([a]) { try $0.map(f) }
}
func wNonThrowing(_ f: @escaping @Sendable (Int) -> String) -> Held { hold(Pack(f)) }
func wAuto(_ f: @autoclosure @escaping @Sendable () -> @Sendable (Int) throws -> String) -> Held { hold(named(f())) }
func wAutoMade(_ f: @autoclosure @escaping @Sendable () -> @Sendable (Int) throws -> String) -> Held { hold(Named(f)) }
func wParam(_ f: @escaping @Sendable (Int) throws -> String) -> Held { hold(named(f)) }
func named(_ f: @autoclosure @escaping @Sendable () -> @Sendable (Int) throws -> String) -> Named<Int, String> {
    Named(f)
}
func top(_ x: Int) -> String { "top \(x)" }
func topThrows(_ x: Int) throws -> String { if x < 0 { throw Bad.n(x) }; return "tt \(x)" }
func generic<T: Codable & Sendable & CustomStringConvertible>(_ t: T, _ n: Int) -> S1 {
    S1 { x in "\(t)-\(n + x)-\(T.self)" }
}
@inline(never) func generic2<T: Codable & Sendable, U: Codable & Sendable & Hashable>(_ t: T, _ u: [U], _ n: Int8) -> S1
{ S1 { x in "\(t)-\(u)-\(Int(n) + x)-\(Set(u).count)-\(String(decoding: try sorted().encode([t]), as: UTF8.self))" } }
@inline(never) func genericOnlyType<T: Codable & Sendable>(_: T.Type, _ n: Int) -> S1 {
    S1 { x in "\(T.self) \(n + x)" }
}
@inline(never) func genericSeq<S: Sequence & Codable & Sendable>(_ s: S, _ n: Int) -> S1 where S.Element == Int {
    S1 { x in "\(s.reduce(0, +) + n + x)" }
}
@inline(never) func genericElement<C: Collection & Codable & Sendable>(_ c: C, _ n: Int) -> S1
where C.Element: Codable & Sendable {
    S1 { x in "\(c.count)\(C.Element.self)\(try JSONEncoder().encode(Array(c)).count)\(n + x)" }
}
@inline(never) func packs<each T: Codable & Sendable>(_ t: repeat each T) -> S1 {
    let n = (repeat each t);
    return S1 { x in
        var s = "\(x)"; for v in repeat each n { s += "\(v)" }; return s
    }
}
@inline(never) func opened(_ p: any PC, _ n: Int) -> S1 {
    func f<T: PC>(_ t: T) -> S1 { S1 { x in t.text + "\(n + x)" } }; return f(p)
}
@inline(never) func openedInline(_ p: any PC, _ n: Int) -> S1 { S1 { x in p.text + "\(n + x)" } }
struct Curried { var k: Int; static func add(_ a: Int) -> @Sendable (Int) -> String { { b in "\(a + b)" } } }
@MainActor func onMain(_ x: Int, _ k: Int) -> String { "main \(x + k)" }

@inline(never) func ints(_ s: Int) -> [Int] { (0..<(s % 5 + 3)).map { $0 &* s } }
@inline(never) func str(_ s: Int) -> String { s % 2 == 0 ? "s\(s)" : "a string that is longer than fifteen bytes \(s)" }
func show(_ d: [String: Int]) -> String {
    d.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
}

func sorted() -> JSONEncoder { let e = JSONEncoder(); e.outputFormatting = .sortedKeys; return e }
struct Lossy: Codable, Sendable {
    var kept: Int; var cache = 0; init(kept: Int) { self.kept = kept; cache = kept * 2 };
    enum CodingKeys: CodingKey { case kept }
}
nonisolated(unsafe) var alive: [AnyObject] = []
func keepAlive<T: AnyObject>(_ t: T) -> T { alive.append(t); return t }
nonisolated(unsafe) var sunk: (@Sendable (Int) throws -> String)?
@inline(never) func sink(_ f: @escaping @Sendable (Int) throws -> String) { sunk = f }
@inline(never) func noncopyable(_ s: Int) -> S1 { let m = Move(x: s); return S1 { x in "\(m.x + x)" } }

extension Sequence where Element: Codable & Sendable {
    @inline(never) func associated(
        _ first: Element, _ combine: @escaping @Sendable (Element, Element) throws -> Element
    ) -> Pack<[Element], Element> {
        Pack { (elements: [Element]) in try elements.reduce(first, combine) }
    }
}
