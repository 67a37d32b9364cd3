import CaptureShapesLibrary
import Foundation
import Synchronization

// The types that are captured.

struct Point: Codable, Sendable, Hashable {
    var x: Int, y: Int; func moved(_ by: Int) -> String { "\(x + by),\(y)" }; func both() -> Int { x &+ y }
}
struct Big: Codable, Sendable { var a: Int8, b: [String], c: Double, d: Point?, e: String, f: Bool, g: [Int: String] }
struct NotCodable: Sendable { var x: Int; var s: String }
struct OneArray: Codable, Sendable { var a: [Int] }
struct OneRef: Codable, Sendable { var r: Ref }
enum Choice: Codable, Sendable { case none, one(Int), two(String, [Int]), three(Point) }
indirect enum Tree: Codable, Sendable {
    case leaf(Int), node(Tree, Tree)
    var sum: Int {
        switch self {
        case .leaf(let n): n;
        case .node(let a, let b): a.sum + b.sum
        }
    }
}
/// How many objects of `Ref` and `Base` there are.
enum Living {
    static let count = Atomic<Int>(0)
    static func isBorn() { count.add(1, ordering: .relaxed) }
    static func isGone() { count.subtract(1, ordering: .relaxed) }
}
final class Ref: Codable, Sendable {
    enum CodingKeys: CodingKey { case x, s }
    let x: Int; let s: String; init(_ x: Int) { self.x = x; s = "r\(x)"; Living.isBorn() };
    func add(_ n: Int) -> String { "\(x + n)\(s)" }
    init(from d: any Decoder) throws {
        let c = try d.container(keyedBy: CodingKeys.self)
        x = try c.decode(Int.self, forKey: .x)
        s = try c.decode(String.self, forKey: .s)
        Living.isBorn()
    }
    deinit { Living.isGone() }
}
class Base: Codable, @unchecked Sendable {
    let x: Int; init(x: Int) { self.x = x; Living.isBorn() }; func add(_ n: Int) -> String { "base \(x + n)" }
    required init(from d: any Decoder) throws { x = try d.singleValueContainer().decode(Int.self); Living.isBorn() }
    func encode(to e: any Encoder) throws { var c = e.singleValueContainer(); try c.encode(x) }
    deinit { Living.isGone() }
}
final class Derived: Base, @unchecked Sendable { override func add(_ n: Int) -> String { "derived \(x + n)" } }
final class Opaque: Sendable { let x: Int; init(_ x: Int) { self.x = x }; func add(_ n: Int) -> String { "\(x + n)" } }
actor Act { var n = 0; func add(_ x: Int) -> String { n += x; return "\(n)" } }
protocol P: Sendable { var text: String { get } }
protocol PC: P, Codable {}
extension Point: PC { var text: String { "P\(x)" } }
extension Ref: P { var text: String { s } }
extension NotCodable: P { var text: String { s } }
struct Move: ~Copyable, Sendable { var x: Int }
enum Bad: Error { case n(Int) }
struct Gen<T: Codable & Sendable>: Codable, Sendable {
    var v: T; var n: Int
    func m(_ x: Int) -> String { "\(v)/\(n + x)" }
    func closure() -> S1 { S1 { [self] x in "\(v):\(n + x)" } }
}
final class GenRef<T: Codable & Sendable>: Codable, Sendable {
    let v: T; init(_ v: T) { self.v = v }; func m(_ x: Int) -> String { "\(v) \(x)" }
}
struct Wide: Codable, Sendable { var s: SIMD4<Double>; var b: Int8 }
struct Empty: Codable, Sendable {}

final class Mutable: Codable, @unchecked Sendable {
    var n: Int; init(_ n: Int) { self.n = n }; func bump(_ x: Int) -> String { n += x; return "\(n)" }
}
final class Guarded: Codable, Sendable {
    let n: Int; let lock = Mutex(0); init(_ n: Int) { self.n = n }
    init(from d: any Decoder) throws { n = try d.singleValueContainer().decode(Int.self) }
    func encode(to e: any Encoder) throws { var c = e.singleValueContainer(); try c.encode(n) }
    func bump(_ x: Int) -> String {
        lock.withLock {
            $0 += x; return "\($0 + n)"
        }
    }
}
final class HoldsMutable: Codable, Sendable {
    let m: Mutable?; init(_ n: Int) { m = Mutable(n) }; func bump(_ x: Int) -> String { m?.bump(x) ?? "" }
}
struct OfMutable: Codable, Sendable { var n: Int; let m: [Mutable] }
final class GenMutable<T: Codable & Sendable>: Codable, @unchecked Sendable {
    let a: Int; var n: T; init(_ n: T) { a = 1; self.n = n }; func bump(_ x: Int) -> String { "\(n)\(x)" }
}
enum Single: Codable, Sendable { case only(Ref) }
struct Fails: Codable, Sendable {
    var x: Int; func encode(to e: any Encoder) throws { throw Bad.n(1) }; init(_ x: Int) { self.x = x };
    init(from d: any Decoder) throws { throw Bad.n(2) }
}
protocol PO: AnyObject, Sendable, Codable { func add(_ n: Int) -> String }
extension Ref: PO {}
enum CodedError: Error, Codable { case c(Int) }
