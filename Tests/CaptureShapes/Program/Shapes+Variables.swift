import CaptureShapesLibrary
import Foundation
import MultitaskingCore

/// What the closures of this file capture: variables, and references that are not counted.
nonisolated(unsafe) let variableShapes: [Shape] = [
    Shape("weak", .refused) { s in
        let r = Ref(s); weak let w = r; return hold(S1 { [weak r] x in "\(r?.add(x) ?? "gone")" })
    },
    Shape("weak let", .refused) { s in
        let r = keepAlive(Ref(s)); weak let w = r; return hold(S1 { x in "\(w?.add(x) ?? "gone")\(s)" })
    },
    Shape("unowned", .refused) { s in
        let r = keepAlive(Ref(s)); return hold(S1 { [unowned r] x in r.add(x) })
    },
    Shape("unowned + Int", .refused) { s in
        let r = keepAlive(Ref(s)); return hold(S1 { [unowned r] x in r.add(x + s) })
    },
    Shape("unowned(unsafe)", .refused) { s in
        let r = keepAlive(Ref(s)); return hold(S1 { [unowned(unsafe) r] x in r.add(x) })
    },
    Shape("var box alone", .either) { s in
        nonisolated(unsafe) var n = s;
        let f = S1 { x in
            n += x; return "\(n)"
        }; return hold(f)
    },
    Shape("var box used twice", .either) { s in
        nonisolated(unsafe) var n = s;
        let f = S1 { x in
            n += x; return "\(n)"
        }; let g = S1 { x in "\(n)" }; sink(g.f); return hold(f)
    },
    Shape("var box + Int", .refused) { s in
        nonisolated(unsafe) var n = s;
        let f = S1 { x in
            n += x + s; return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of array", .refused) { s in
        nonisolated(unsafe) var n = ints(s);
        let f = S1 { x in
            n.append(x); return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of Bool", .either) { s in
        nonisolated(unsafe) var n = s > 0;
        let f = S1 { x in
            let o = n; n.toggle(); return "\(o)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of UInt8", .either) { s in
        nonisolated(unsafe) var n = UInt8(200);
        let f = S1 { x in
            n &+= 1; return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of Int8", .either) { s in
        nonisolated(unsafe) var n = Int8(-7);
        let f = S1 { x in
            n &+= 1; return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of Double", .either) { s in
        nonisolated(unsafe) var n = Double.nan;
        let f = S1 { x in
            let o = n; n += 1; return "\(o.bitPattern)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of pointer", .refused) { s in
        nonisolated(unsafe) var n = UnsafeMutablePointer<Int>.allocate(capacity: 1); n.pointee = s;
        let f = S1 { x in
            let o = n.pointee; n = n + 0; return "\(o)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of two Int32", .either) { s in
        nonisolated(unsafe) var n = (Int32(s), Int32(5));
        let f = S1 { x in
            n.0 += 1; return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of String") { s in
        nonisolated(unsafe) var n = str(s);
        let f = S1 { x in
            n += "q"; return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of class", .refused) { s in
        nonisolated(unsafe) var n = Ref(s);
        let f = S1 { x in
            let o = n; n = Ref(x); return "\(o.x)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of other array", .refused) { s in
        nonisolated(unsafe) var n = [str(s)];
        let f = S1 { x in
            n.append("a"); return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("var box of Codable struct") { s in
        nonisolated(unsafe) var n = Big(a: 1, b: [str(s)], c: 1, d: nil, e: "", f: false, g: [:]);
        let f = S1 { x in
            n.a += 1; return "\(n)"
        }; sink(S1 { x in "\(n)" }.f); return hold(f)
    },
    Shape("pointer", .refused) { s in
        nonisolated(unsafe) let p = UnsafeRawPointer(bitPattern: 0x10000 + s); return hold(S1 { x in "\(p!)\(x)" })
    },
    Shape("class with a variable", .refused) { s in
        let m = Mutable(s); return hold(S1 { x in m.bump(x) })
    },
    Shape("class with a variable + Int", .refused) { s in
        let m = Mutable(s); return hold(S1 { x in m.bump(x + s) })
    },
    Shape("generic class with a variable", .refused) { s in
        let m = GenMutable(str(s)); return hold(S1 { x in m.bump(x) })
    },
    Shape("bound method of a class with a variable", .refused) { s in
        let m = Mutable(s); return hold(S1(m.bump))
    },
    Shape("class with a Mutex", .refused) { s in
        let m = Guarded(s); return hold(S1 { x in m.bump(x) })
    },
    Shape("class with a Mutex + Int", .refused) { s in
        let m = Guarded(s); return hold(S1 { x in m.bump(x + s) })
    },
    Shape("class of an object with a variable", .refused) { s in
        let m = HoldsMutable(s); return hold(S1 { x in m.bump(x) })
    },
    Shape("array of objects with a variable", .refused) { s in
        let m = [Mutable(s), Mutable(2)]; return hold(S1 { x in m[0].bump(x) })
    },
    Shape("array of objects with a variable + Int", .refused) { s in
        let m = [Mutable(s), Mutable(2)]; return hold(S1 { x in m[0].bump(x + s) })
    },
    Shape("struct of objects with a variable", .refused) { s in
        let m = OfMutable(n: s, m: [Mutable(2)]); return hold(S1 { x in "\(m)\(m.m[0].bump(x))" })
    },
    Shape("dictionary of objects with a variable", .refused) { s in
        let m = ["a": Mutable(s)]; return hold(S1 { x in m["a"]!.bump(x) })
    },
]
