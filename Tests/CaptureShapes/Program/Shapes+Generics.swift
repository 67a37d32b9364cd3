import CaptureShapesLibrary
import Foundation
import MultitaskingCore

private struct Hidden: Codable, Sendable, CustomStringConvertible {
    var a: Int8, b: String, c: Int16; var description: String { "H\(a)\(b)\(c)" }
}

/// What the closures of this file capture: values whose types are generic parameters, and what goes with those.
nonisolated(unsafe) let genericShapes: [Shape] = [
    Shape("associated type") { s in holdP(ints(s).associated(s) { $0 + $1 + s }, [1, 2]) },
    Shape("associated type that is no number") { s in
        holdP([str(s)].associated("a") { $0 + $1 }, ["b", "c"])
    },
    Shape("optional some") { s in
        let o: Int? = s; return hold(S1 { x in "\(o.map { $0 + x } ?? -1)" })
    },
    Shape("bound method of generic struct") { s in
        let g = Gen(v: str(s), n: s); return hold(S1(g.m))
    },
    Shape("bound method of generic class") { s in
        let g = GenRef(str(s)); return hold(S1(g.m))
    },
    Shape("self of generic struct") { s in hold(Gen(v: ints(s), n: s).closure()) },
    Shape("opened existential") { s in hold(opened(s == -1 ? Point(x: 0, y: 0) : Point(x: s, y: 1), s)) },
    Shape("lib: generic maker") { s in hold(S1(maker(str(s), s))) },
    Shape("generic String") { s in hold(generic(str(s), s)) },
    Shape("generic Int") { s in hold(generic(s, s)) },
    Shape("generic [Int]") { s in hold(generic(ints(s), s)) },
    Shape("generic2") { s in hold(generic2(str(s), [s, 2, s], 3)) },
    Shape("generic2 structs") { s in hold(generic2(Point(x: s, y: 1), [str(s)], 3)) },
    Shape("generic2 of containers") { s in hold(generic2([Point(x: s, y: 1)], [[s], [2]], 3)) },
    Shape("generic2 of private", .either) { s in hold(generic2([s: Hidden(a: 1, b: str(s), c: 1)], [Optional(s)], 3)) },
    Shape("generic only type") { s in hold(genericOnlyType([Point].self, s)) },
    Shape("generic sequence") { s in hold(genericSeq(ints(s), s)) },
    Shape("generic element") { s in hold(genericElement(ints(s), s)) },
    Shape("generic element nested", .either) { s in hold(genericElement([ints(s)], s)) },
    Shape("packs", .either) { s in hold(packs(s, str(s), Int8(2))) },
    Shape("Self in a protocol extension") { s in hold(Point(x: s, y: 1).viaSelf(s)) },
    Shape("self of generic class", .either) { s in hold(GenRef([s]).viaSelf(s)) },
    Shape("self of generic class alone") { s in hold(GenRef([s]).viaSelfAlone()) },
    Shape("Self in a class-bound extension") { s in hold(Ref(s).viaSelf(s)) },
    Shape("T: Base") { s in hold(s == -1 ? classGeneric(Base(x: 1), s) : classGeneric(Derived(x: s), s)) },
    Shape("some P") { s in
        let p = someP(s); return hold(S1 { x in p.text + "\(x)" })
    },
    Shape("some P + Int") { s in
        let p = someP(s); return hold(S1 { x in p.text + "\(x + s)" })
    },
    Shape("lib: some") { s in
        let p = libSome(s); return hold(S1 { x in "\(p)\(x + s)" })
    },
    Shape("generic error") { s in hold(genericError(CodedError.c(s), s)) },
    Shape("nested generic functions") { s in hold(nestedGeneric([s], s)) },
    Shape("generic in generic struct", .either) { s in hold(Outer(a: str(s)).make([Point(x: s, y: 1)])) },
    Shape("generic in generic struct, same types", .either) { s in hold(Outer(a: s).make(s + 1)) },
]
