// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public struct LibPoint: Codable, Sendable {
    public var a: Int; var b: String; public init(_ a: Int) { self.a = a; b = "lib\(a)" };
    public var text: String { "\(a)\(b)" }
}
struct LibHidden: Codable, Sendable { var x: Int; var y: String }
public func relay(_ f: @escaping @Sendable (Int) throws -> String) -> @Sendable (Int) throws -> String {
    { x in try f(x + 1) }
}
public func relayGeneric<T: Codable & Sendable, U: Codable & Sendable>(_ f: @escaping @Sendable (T) throws -> U)
    -> @Sendable (T) throws -> U
{ { x in try f(x) } }
public func adder(_ n: Int) -> @Sendable (Int) -> String { { "\($0 + n)" } }
public func hidden(_ n: Int, _ s: String) -> @Sendable (Int) -> String {
    let h = LibHidden(x: n, y: s); return { "\($0)\(h.x)\(h.y)" }
}
public func maker<T: Codable & Sendable>(_ t: T, _ n: Int) -> @Sendable (Int) throws -> String {
    { x in "\([t])\(x + n)" }
}
public func libSome(_ n: Int) -> some Codable & Sendable { LibPoint(n) }
public enum LibEnum: Codable, Sendable { case a(Int), b(String), c }
