import CaptureShapesLibrary
import Foundation
import MultitaskingCore

/// What the closures of this file capture: objects, and values of protocol types.
nonisolated(unsafe) let referenceShapes: [Shape] = [
    Shape("optional class") { s in
        let o: Ref? = Ref(s); return hold(S1 { x in o?.add(x) ?? "nil" })
    },
    Shape("optional class nil") { s in
        let o: Ref? = s == -1 ? Ref(1) : nil; return hold(S1 { x in o?.add(x) ?? "nil" })
    },
    Shape("struct of one class") { s in
        let h = OneRef(r: Ref(s)); return hold(S1 { x in h.r.add(x) })
    },
    Shape("final class alone") { s in
        let r = Ref(s); return hold(S1 { [r] x in r.add(x) })
    },
    Shape("class + Int") { s in
        let r = Ref(s); return hold(S1 { [r] x in r.add(x + s) })
    },
    Shape("derived as base") { s in
        let r: Base = s == -1 ? Base(x: 1) : Derived(x: s); return hold(S1 { x in r.add(x) })
    },
    Shape("derived as base + Int") { s in
        let r: Base = s == -1 ? Base(x: 1) : Derived(x: s); return hold(S1 { x in r.add(x + s) })
    },
    Shape("non-codable class", .refused) { s in
        let r = Opaque(s); return hold(S1 { x in r.add(x) })
    },
    Shape("actor", .refused) { s in
        let r = Act(); return hold(A1 { x in await r.add(x + s) })
    },
    Shape("any P struct") { s in
        let p: any P = s == -1 ? Ref(1) : Point(x: s, y: 1); return hold(S1 { x in p.text + "\(x)" })
    },
    Shape("any P class") { s in
        let p: any P = s == -1 ? Point(x: s, y: 1) : Ref(s); return hold(S1 { x in p.text + "\(x)" })
    },
    Shape("any P non-codable", .refused) { s in
        let p: any P = s == -1 ? Ref(1) : NotCodable(x: s, s: "k"); return hold(S1 { x in p.text + "\(x)" })
    },
    Shape("any Codable & Sendable") { s in
        let p: any Codable & Sendable = s == -1 ? 1 : str(s); return hold(S1 { x in "\(p) \(x)" })
    },
    Shape("tuple with existential") { s in
        let p: any P = Point(x: s, y: 1); let t = (s, p, Int8(1));
        return hold(S1 { x in "\(t.1.text)\(t.0)\(t.2) \(x)" })
    },
    Shape("any Error", .refused) { s in
        let e: any Error = Bad.n(s); return hold(S1 { x in "\(e) \(x)" })
    },
    Shape("metatype", .refused) { s in
        let t: any PC.Type = Point.self; return hold(S1 { x in "\(t)\(s + x)" })
    },
    Shape("concrete metatype") { s in
        let t = Point.self; return hold(S1 { x in "\(t)\(s + x)" })
    },
    Shape("class metatype", .refused) { s in
        let t: Base.Type = s == -1 ? Base.self : Derived.self; return hold(S1 { x in "\(t)\(s + x)" })
    },
    Shape("single-case enum of class") { s in
        let e = Single.only(Ref(s));
        return hold(
            S1 { x in
                if case .only(let r) = e { return r.add(x) }; return ""
            })
    },
    Shape("any class-bound P") { s in
        let e: any PO = Ref(s); return hold(S1 { x in e.add(x) })
    },
    Shape("any class-bound P + String") { s in
        let e: any PO = Ref(s), t = str(s); return hold(S1 { x in e.add(x) + t })
    },
    Shape("any Error, codable, + Int") { s in
        let e: any Error = CodedError.c(s); return hold(S1 { x in "\(e)\(x)\(s)" })
    },
    Shape("any Sendable") { s in
        let e: any Sendable = s == -1 ? 1 : [str(s)]; return hold(S1 { x in "\(e)\(x)\(s)" })
    },
    Shape("optional existential", .refused) { s in
        let e: (any PC)? = Point(x: s, y: 1); return hold(S1 { x in e!.text + "\(x)" })
    },
    Shape("same object twice", .lossy) { s in
        let a = Ref(s), b = a; return hold(S1 { x in "\(a === b)\(x)" })
    },
    Shape("array of base classes") { s in
        let a: [Base] = [Derived(x: s), Base(x: 2)]; return hold(S1 { x in a.map { $0.add(x) }.joined() })
    },
    Shape("array of base classes + Int") { s in
        let a: [Base] = [Derived(x: s), Base(x: 2)]; return hold(S1 { x in a.map { $0.add(x) }.joined() + "\(s)" })
    },
]
