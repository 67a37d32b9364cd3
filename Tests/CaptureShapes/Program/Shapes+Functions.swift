import CaptureShapesLibrary
import Foundation
import MultitaskingCore

/// What the closures of this file capture: functions, or they are functions that are made of others.
nonisolated(unsafe) let functionShapes: [Shape] = [
    Shape("no capture") { _ in hold(S1 { "\($0)" }) },
    Shape("constant array alone") { s in
        let a = [1, 2, 3, 4]; return hold(S1 { [a] x in "\(a) \(x)" })
    },
    Shape("closure in closure") { s in
        let f: @Sendable (Int) -> Int = { $0 * s }; return hold(S1 { x in "\(f(x))" })
    },
    Shape("two closures in closure") { s in
        let f: @Sendable (Int) -> Int = { $0 * s }; let a = ints(s);
        let g: @Sendable (Int) -> [Int] = { n in a.map { $0 + n } }; return hold(S1 { x in "\(f(x)) \(g(x)) \(s)" })
    },
    Shape("closure without captures in closure") { s in
        let f: @Sendable (Int) -> Int = { $0 * 2 }; return hold(S1 { [f] x in "\(f(x)) \(s)" })
    },
    Shape("nested literal") { s in
        hold(
            S1 { x in
                let g = { (y: Int) in y + s + x }; return "\((0..<3).map(g))"
            })
    },
    Shape("bound struct method") { s in
        let p = Point(x: s, y: 2); return hold(S1(p.moved))
    },
    Shape("bound class method") { s in
        let p = Ref(s); return hold(S1(p.add))
    },
    Shape("bound base method") { s in
        let p: Base = s == -1 ? Base(x: 1) : Derived(x: s); return hold(S1(p.add))
    },
    Shape("bound protocol method") { s in
        let p: any PC = Point(x: s, y: 1); return hold(openedInline(p, s))
    },
    Shape("curried static") { s in hold(S1(Curried.add(s))) },
    Shape("unapplied method partly applied") { s in
        let p = Point(x: s, y: 2); return hold(S1(Point.moved(p)))
    },
    Shape("key path as function", .either) { s in
        let f: @Sendable (Point) -> Int = \.x; let p = Point(x: s, y: 1); return hold(S1 { x in "\(f(p))" })
    },
    Shape("key path captured", .refused) { s in
        nonisolated(unsafe) let k: KeyPath<Point, Int> = s % 2 == 0 ? \.x : \.y; let p = Point(x: s, y: 1);
        return hold(S1 { x in "\(p[keyPath: k])" })
    },
    Shape("by name") { s in hold(S1(top)) },
    Shape("by name, throws") { s in hold(S1(topThrows)) },
    Shape("by name through pack") { s in hold(Pack(top)) },
    Shape("literal through pack") { s in hold(Pack { (x: Int) in "\(s + x)" }) },
    Shape("w1 literal") { s in w1 { "\($0)" } },
    Shape("w1 capturing") { s in w1 { "\($0 + s)" } },
    Shape("w1 by name") { s in w1(top) },
    Shape("w2 literal") { s in w2(7) { "\($0)" } },
    Shape("w2 capturing") { s in
        let t = str(s); return w2(7) { "\($0 + s)\(t)" }
    },
    Shape("w2 by name") { s in w2(7, top) },
    Shape("w2 of struct") { s in w2(Point(x: 1, y: 2)) { [$0.x, $0.y, s] } },
    Shape("w3 capturing") { s in
        let t = str(s); return w3(7) { "\($0 + s)\(t)" }
    },
    Shape("w3 by name") { s in w3(7, topThrows) },
    Shape("w4 capturing") { s in
        let t = str(s); return w4(7) { "\($0 + s)\(t)" }
    },
    Shape("w4 by name") { s in w4(7, top) },
    Shape("w4 of optional") { s in w4(Optional(7)) { ($0 ?? 0) + s } },
    Shape("wNonThrowing capturing") { s in wNonThrowing { "\($0 + s)" } },
    Shape("wAuto by name") { s in wAuto(top) },
    Shape("wAutoMade by name") { s in wAutoMade(top) },
    Shape("wParam by name") { s in wParam(top) },
    Shape("wParam capturing") { s in
        let t = str(s); return wParam { "\($0)\(t)\(s)" }
    },
    Shape("lib: relay") { s in
        let t = str(s); return hold(S1(relay { "\($0)\(t)\(s)" }))
    },
    Shape("lib: relayGeneric") { s in
        let t = str(s); return hold(S1(relayGeneric { (x: Int) in "\(x)\(t)\(s)" }))
    },
    Shape("lib: relayGeneric by name") { s in hold(S1(relayGeneric(top))) },
    Shape("lib: adder") { s in hold(S1(adder(s))) },
    Shape("async") { s in
        let t = str(s);
        return hold(
            A1 { x in
                await Task.yield(); return t + "\(s + x)"
            })
    },
    Shape("async array alone") { s in
        let t = ints(s);
        return hold(
            A1 { x in
                await Task.yield(); return "\(t)\(x)"
            })
    },
    Shape("async of sync") { s in
        let f: @Sendable (Int) -> String = { "\($0 + s)" }; return hold(A1(f))
    },
    Shape("async bound method") { s in
        let p = Point(x: s, y: 2); return hold(A1(p.moved))
    },
    Shape("async through pack") { s in
        let t = str(s);
        return hold(
            APack { (x: Int) async in
                await Task.yield(); return t + "\(s + x)"
            })
    },
    Shape("typed throws") { s in
        let t = str(s);
        return hold(
            T1 { (x: Int) throws(Bad) -> String in
                if x < 0 { throw Bad.n(x) }; return t + "\(x)"
            })
    },
    Shape("typed throws as any") { s in
        let t = str(s);
        let f: @Sendable (Int) throws(Bad) -> String = { (x: Int) throws(Bad) -> String in
            if x < 0 { throw Bad.n(x) }; return t + "\(x)"
        }
            ;
        return hold(S1(f))
    },
    Shape("MainActor") { s in hold(M1 { @MainActor x in onMain(x, s) }) },
    Shape("MainActor in async") { s in hold(A1 { @MainActor x in onMain(x, s) }) },
    Shape("isolated(any) captured", .refused) { s in
        let f: @isolated(any) @Sendable (Int) -> String = { @MainActor x in onMain(x, s) };
        return hold(A1 { x in await f(x) })
    },
    Shape("isolated(any) converted", .refused) { s in
        let f: @isolated(any) @Sendable (Int) async -> String = { x in "\(x + s)" }; return hold(A1(f))
    },
    Shape("nonisolated(nonsending) captured") { s in
        let t = str(s); let f: nonisolated(nonsending) @Sendable (Int) async -> String = { x in t + "\(x + s)" };
        return hold(A1 { x in await f(x) })
    },
    Shape("nonisolated(nonsending) converted") { s in
        let f: nonisolated(nonsending) @Sendable (Int) async -> String = { x in
            await Task.yield(); return "\(x + s)"
        }
            ;
        return hold(A1(f))
    },
    Shape("nonisolated(nonsending) that throws") { s in
        let f: nonisolated(nonsending) @Sendable (Int) async throws -> String = { x in
            if x < 0 { throw Bad.n(x) }; return "\(x + s)"
        }
            ;
        return hold(A1 { x in (try? await f(x)) ?? "thrown" })
    },
    Shape("isolated parameter captured") { s in
        let f: @Sendable (isolated MainActor, Int) -> String = { _, x in "\(x + s)" };
        return hold(A1 { x in await f(MainActor.shared, x) })
    },
    Shape("C function pointer", .refused) { s in
        let t: @convention(c) @Sendable (Int32) -> Int32 = { abs($0) }; return hold(S1 { x in "\(t(Int32(-s)))\(x)" })
    },
    Shape("C function as Swift function", .either) { s in
        let t: @convention(c) @Sendable (Int32) -> Int32 = { abs($0) }; let g: @Sendable (Int32) -> Int32 = t;
        return hold(S1 { x in "\(g(Int32(-s)))\(x)" })
    },
    Shape("optional function", .refused) { s in
        let f: (@Sendable (Int) -> String)? = { "\($0 + s)" }; return hold(S1 { x in f?(x) ?? "" })
    },
    Shape("array of functions", .refused) { s in
        let f: [@Sendable (Int) -> String] = [{ "\($0 + s)" }]; return hold(S1 { x in f[0](x) })
    },
    Shape("recursive local function") { s in
        @Sendable func fact(_ n: Int) -> Int { n < 2 ? s : n * fact(n - 1) }; return hold(S1 { x in "\(fact(x))" })
    },
    Shape("local function by name") { s in
        @Sendable func loc(_ n: Int) -> String { "\(n + s)" }; return hold(S1(loc))
    },
    Shape("constant captured") { s in
        let c = 42; return hold(S1 { x in "\(c + x)" })
    },
    Shape("constant string captured") { s in
        let c = "constant"; return hold(S1 { x in c + "\(x)" })
    },
    Shape("trivial whose encode throws", .refused) { s in
        let e = Fails(s); return hold(S1 { x in "\(e.x)\(x)" })
    },
    Shape("trivial whose encode throws + Int", .refused) { s in
        let e = Fails(s); return hold(S1 { x in "\(e.x)\(x)\(s)" })
    },
    Shape("default argument closure") { s in hold(viaDefault(s)) },
    Shape("global closure") { s in hold(S1(globalClosure)) },
]
