import Foundation
import MultitaskingCore

// Written by capture-generator 1 120.

private func random0(_ s: Int) -> Held {
    let v0: Tree = Tree.node(.leaf(s), .leaf(763))
    let v1: Decimal = Decimal(s)
    let v2: Int8? = (s &+ 523) % 2 == 0 ? nil : Int8(523 % 100)
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(
        _ g0: G0, _ g1: G1, _ g2: G2
    ) -> S1 { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random1(_ s: Int) -> Held {
    let v0: UInt16 = UInt16(truncatingIfNeeded: s &+ 884)
    let v1: Range<Int> = 0..<(abs(s) &+ 66)
    let v2: (Int8, String) = (Int8(82 % 100), str(s))
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2)" }
}

private func random2(_ s: Int) -> Held {
    let v0: String = str(s &+ 254)
    let v1: Decimal = Decimal(s)
    let v2: Gen<String> = Gen(v: str(s), n: 544)
    func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(_ g0: G0, _ g1: G1, _ g2: G2)
        -> S1
    { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random3(_ s: Int) -> Held {
    let v0: Ref = Ref(s &+ 912)
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 302 }
    let v2: Point? = s % 3 == 0 ? nil : Point(x: s, y: 132)
    let v3: UInt16 = UInt16(truncatingIfNeeded: s &+ 326)
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0.add(x))|\(v1(x))|\(String(describing: v2))|\(v3)"
        })
}

private func random4(_ s: Int) -> Held {
    let v0: [Int] = ints(s &+ 280)
    let v1: Tree = Tree.node(.leaf(s), .leaf(38))
    let v2: OneArray = OneArray(a: ints(s))
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1.sum)|\(v2.a.count)" }
}

private func random5(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(109 % 100), n: s)
    let v1: String? = (s &+ 649) % 2 == 0 ? nil : str(s)
    let v2: Range<Int> = 0..<(abs(s) &+ 221)
    let v3: Ref = Ref(s &+ 423)
    return w3(7) { (x: Int) -> String in "\(v0)|\(String(describing: v1))|\(v2)|\(v3.add(x))" }
}

private func random6(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 843)]
    let v1: [String] = [str(s), str(1)]
    let v2: Set<Int> = [s]
    let v3: Gen<String> = Gen(v: str(s), n: 736)
    let v4: [String] = [str(s), str(589)]
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(v1)|\(v2)|\(v3)|\(v4)"
        })
}

private func random7(_ s: Int) -> Held {
    let v0: Range<Int> = 0..<(abs(s) &+ 185)
    return w1 { x in "\(v0)" }
}

private func random8(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 94)]
    let v1: String? = (s &+ 395) % 2 == 0 ? nil : str(s)
    let v2: Gen<Int8> = Gen(v: Int8(239 % 100), n: s)
    let v3: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(323 % 100)))
    let v4: Tree = Tree.node(.leaf(s), .leaf(242))
    let v5: Set<Int> = [s]
    let v6: String? = (s &+ 587) % 2 == 0 ? nil : str(s)
    let v7: Bool = (s &+ 79) % 2 == 0
    return hold(
        S1 { x in "\(v0)|\(String(describing: v1))|\(v2)|\(v3)|\(v4.sum)|\(v5)|\(String(describing: v6))|\(v7)" })
}

private func random9(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: [Int8] = [Int8(truncatingIfNeeded: s), Int8(231 % 100)]
    return hold(S1 { x in "\(v0)|\(v1)" })
}

private func random10(_ s: Int) -> Held {
    let v0: Ref? = s % 2 == 0 ? nil : Ref(s &+ 161)
    return hold(S1 { [v0] x in "\(v0?.add(x) ?? "")" })
}

private func random11(_ s: Int) -> Held {
    let v0: Float = Float(s) + 0.5
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(423)), .three(Point(x: s, y: 1))][(s &+ 423) & 3]
    let v2: Ref = Ref(s &+ 25)
    let v3: Int? = (s &+ 880) % 2 == 0 ? nil : s
    let v4: [Point] = [Point(x: s, y: 326)]
    return hold(S1 { [v1, v2, v0, v3, v4] x in "\(v0)|\(v1)|\(v2.add(x))|\(String(describing: v3))|\(v4)" })
}

private func random12(_ s: Int) -> Held {
    let v0: Point = Point(x: s, y: 306)
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 729 }
    let v2: Ref? = s % 2 == 0 ? nil : Ref(s &+ 870)
    let v3: Float = Float(s) + 0.5
    return hold(S1 { [v1, v2, v0, v3] x in "\(v0.x)|\(v1(x))|\(v2?.add(x) ?? "")|\(v3)" })
}

private func random13(_ s: Int) -> Held {
    let v0: Int? = (s &+ 983) % 2 == 0 ? nil : s
    let v1: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v2: [Int] = ints(s &+ 155)
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(
        _ g0: G0, _ g1: G1, _ g2: G2
    ) -> S1 { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random14(_ s: Int) -> Held {
    let v0: String = str(s &+ 583)
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 920 }
    let v2: [Int] = ints(s &+ 83)
    let v3: Wide = Wide(s: [1, Double(s), 3, 397], b: 4)
    let v4: Point? = s % 3 == 0 ? nil : Point(x: s, y: 496)
    let v5: Int = s &+ 345
    return w1 { x in "\(v0)|\(v1(x))|\(v2.count)|\(v3)|\(String(describing: v4))|\(v5)" }
}

private func random15(_ s: Int) -> Held {
    let v0: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 567)
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0.add(x))"
        })
}

private func random16(_ s: Int) -> Held {
    let v0: OneArray = OneArray(a: ints(s))
    let v1: Tree = Tree.node(.leaf(s), .leaf(924))
    func make<G0: Codable & Sendable, G1: Codable & Sendable>(_ g0: G0, _ g1: G1) -> S1 {
        S1 { x in "\(g0)|\(g1)|\([g0])|\(G1.self)|\(s)|\(x)" }
    }
    return hold(make(v0, v1))
}

private func random17(_ s: Int) -> Held {
    let v0: Choice = [Choice.none, .one(s), .two(str(s), ints(489)), .three(Point(x: s, y: 1))][(s &+ 489) & 3]
    return hold(S1 { [v0] x in "\(v0)" })
}

private func random18(_ s: Int) -> Held {
    let v0: Int32 = Int32(truncatingIfNeeded: s &+ 195)
    let v1: Int? = (s &+ 263) % 2 == 0 ? nil : s
    let v2: [Int8] = [Int8(truncatingIfNeeded: s), Int8(642 % 100)]
    let v3: Point? = s % 3 == 0 ? nil : Point(x: s, y: 494)
    let v4: Int = s &+ 222
    return hold(
        S1 { [v3, v0, v4, v1, v2] x in "\(v0)|\(String(describing: v1))|\(v2)|\(String(describing: v3))|\(v4)" })
}

private func random19(_ s: Int) -> Held {
    let v0: OneArray = OneArray(a: ints(s))
    let v1: [Int] = ints(s &+ 431)
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable>(_ g0: G0, _ g1: G1) -> S1 {
        S1 { x in "\(g0)|\(g1)|\([g0])|\(G1.self)|\(s)|\(x)" }
    }
    return hold(make(v0, v1))
}

private func random20(_ s: Int) -> Held {
    let v0: Int8? = (s &+ 425) % 2 == 0 ? nil : Int8(425 % 100)
    let v1: Range<Int> = 0..<(abs(s) &+ 966)
    return hold(S1 { x in "\(String(describing: v0))|\(v1)" })
}

private func random21(_ s: Int) -> Held {
    let v0: String? = (s &+ 80) % 2 == 0 ? nil : str(s)
    let v1: [Int8] = [Int8(truncatingIfNeeded: s), Int8(726 % 100)]
    let v2: String? = (s &+ 788) % 2 == 0 ? nil : str(s)
    func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(_ g0: G0, _ g1: G1, _ g2: G2)
        -> S1
    { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random22(_ s: Int) -> Held {
    let v0: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(799 % 100)))
    let v1: UInt16 = UInt16(truncatingIfNeeded: s &+ 694)
    let v2: [Int] = ints(s &+ 976)
    let v3: Bool = (s &+ 162) % 2 == 0
    let v4: Int? = (s &+ 702) % 2 == 0 ? nil : s
    let v5: @Sendable (Int) -> Int = { $0 &+ s &+ 787 }
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(v1)|\(v2.count)|\(v3)|\(String(describing: v4))|\(v5(x))"
        })
}

private func random23(_ s: Int) -> Held {
    let v0: [Int] = ints(s &+ 824)
    return hold(S1 { [v0] x in "\(v0.count)" })
}

private func random24(_ s: Int) -> Held {
    let v0: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 991)
    let v1: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(610 % 100)))
    let v2: @Sendable (Int) -> Int = { $0 &+ s &+ 275 }
    return hold(S1 { [v2, v1, v0] x in "\(v0.add(x))|\(v1)|\(v2(x))" })
}

private func random25(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 492)]
    let v1: Gen<Int8> = Gen(v: Int8(450 % 100), n: s)
    let v2: Float = Float(s) + 0.5
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2)" }
}

private func random26(_ s: Int) -> Held {
    let v0: Int8 = Int8(truncatingIfNeeded: s &+ 420)
    let v1: Point = Point(x: s, y: 462)
    let v2: any P = (s &+ 804) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(804)
    return w1 { x in "\(v0)|\(v1)|\(v2.text)" }
}

private func random27(_ s: Int) -> Held {
    let v0: Point? = s % 3 == 0 ? nil : Point(x: s, y: 223)
    let v1: Int? = (s &+ 688) % 2 == 0 ? nil : s
    let v2: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(76 % 100)))
    return hold(S1 { [v2, v1, v0] x in "\(String(describing: v0))|\(String(describing: v1))|\(v2)" })
}

private func random28(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(277 % 100), n: s)
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)"
        })
}

private func random29(_ s: Int) -> Held {
    let v0: Point? = s % 3 == 0 ? nil : Point(x: s, y: 967)
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 867 }
    let v2: Int? = (s &+ 54) % 2 == 0 ? nil : s
    let v3: Int? = (s &+ 300) % 2 == 0 ? nil : s
    let v4: Tree = Tree.node(.leaf(s), .leaf(104))
    return hold(
        A1 { x in
            await Task.yield();
            return "\(String(describing: v0))|\(v1(x))|\(String(describing: v2))|\(String(describing: v3))|\(v4.sum)"
        })
}

private func random30(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(777 % 100), n: s)
    return w3(7) { (x: Int) -> String in "\(v0)" }
}

private func random31(_ s: Int) -> Held {
    let v0: UInt16 = UInt16(truncatingIfNeeded: s &+ 474)
    return hold(S1 { x in "\(v0)" })
}

private func random32(_ s: Int) -> Held {
    let v0: Decimal = Decimal(s)
    let v1: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v2: Float = Float(s) + 0.5
    func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(_ g0: G0, _ g1: G1, _ g2: G2)
        -> S1
    { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random33(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 268)]
    let v1: OneArray = OneArray(a: ints(s))
    let v2: Bool = (s &+ 225) % 2 == 0
    return hold(S1 { [v0, v2, v1] x in "\(v0)|\(v1)|\(v2)" })
}

private func random34(_ s: Int) -> Held {
    let v0: Bool = (s &+ 596) % 2 == 0
    let v1: Point? = s % 3 == 0 ? nil : Point(x: s, y: 803)
    return hold(S1 { x in "\(v0)|\(String(describing: v1))" })
}

private func random35(_ s: Int) -> Held {
    let v0: Decimal = Decimal(s)
    func make<G0: Codable & Sendable>(_ g0: G0) -> S1 { S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" } }
    return hold(make(v0))
}

private func random36(_ s: Int) -> Held {
    let v0: String? = (s &+ 473) % 2 == 0 ? nil : str(s)
    return hold(S1 { [v0] x in "\(String(describing: v0))" })
}

private func random37(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(260 % 100), n: s)
    return hold(S1 { x in "\(v0)" })
}

private func random38(_ s: Int) -> Held {
    let v0: any P = (s &+ 272) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(272)
    let v1: Int8 = Int8(truncatingIfNeeded: s &+ 720)
    let v2: (Int8, String) = (Int8(957 % 100), str(s))
    let v3: Tree = Tree.node(.leaf(s), .leaf(564))
    let v4: Decimal = Decimal(s)
    let v5: Tree = Tree.node(.leaf(s), .leaf(816))
    return w1 { x in "\(v0.text)|\(v1)|\(v2)|\(v3.sum)|\(v4)|\(v5.sum)" }
}

private func random39(_ s: Int) -> Held {
    let v0: Float = Float(s) + 0.5
    let v1: Tree = Tree.node(.leaf(s), .leaf(643))
    let v2: Point = Point(x: s, y: 735)
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(
        _ g0: G0, _ g1: G1, _ g2: G2
    ) -> S1 { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random40(_ s: Int) -> Held {
    let v0: (Int8, String) = (Int8(90 % 100), str(s))
    let v1: [String] = [str(s), str(243)]
    let v2: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(472 % 100)))
    let v3: Int8? = (s &+ 753) % 2 == 0 ? nil : Int8(753 % 100)
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2)|\(String(describing: v3))" }
}

private func random41(_ s: Int) -> Held {
    let v0: Int8 = Int8(truncatingIfNeeded: s &+ 401)
    let v1: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v2: OneArray = OneArray(a: ints(s))
    let v3: [Point] = [Point(x: s, y: 648)]
    let v4: Range<Int> = 0..<(abs(s) &+ 535)
    return hold(S1 { x in "\(v0)|\(v1)|\(v2)|\(v3)|\(v4)" })
}

private func random42(_ s: Int) -> Held {
    let v0: Choice = [Choice.none, .one(s), .two(str(s), ints(820)), .three(Point(x: s, y: 1))][(s &+ 820) & 3]
    let v1: Ref = Ref(s &+ 595)
    let v2: Decimal = Decimal(s)
    let v3: @Sendable (Int) -> Int = { $0 &+ s &+ 220 }
    return hold(S1 { [v2, v3, v1, v0] x in "\(v0)|\(v1.add(x))|\(v2)|\(v3(x))" })
}

private func random43(_ s: Int) -> Held {
    let v0: Bool = (s &+ 620) % 2 == 0
    let v1: Tree = Tree.node(.leaf(s), .leaf(324))
    let v2: Tree = Tree.node(.leaf(s), .leaf(969))
    let v3: Point = Point(x: s, y: 915)
    let v4: Int8 = Int8(truncatingIfNeeded: s &+ 81)
    let v5: Double = Double(s) + 0.25
    return w1 { x in "\(v0)|\(v1.sum)|\(v2.sum)|\(v3.x)|\(v4)|\(v5)" }
}

private func random44(_ s: Int) -> Held {
    let v0: String = str(s &+ 232)
    let v1: Ref = Ref(s &+ 978)
    let v2: UInt16 = UInt16(truncatingIfNeeded: s &+ 432)
    let v3: Gen<Int8> = Gen(v: Int8(110 % 100), n: s)
    let v4: Gen<Int8> = Gen(v: Int8(293 % 100), n: s)
    let v5: UInt16 = UInt16(truncatingIfNeeded: s &+ 646)
    let v6: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 704)
    let v7: Int8? = (s &+ 588) % 2 == 0 ? nil : Int8(588 % 100)
    return w1 { x in "\(v0)|\(v1.add(x))|\(v2)|\(v3)|\(v4)|\(v5)|\(v6.add(x))|\(String(describing: v7))" }
}

private func random45(_ s: Int) -> Held {
    let v0: [String] = [str(s), str(200)]
    let v1: Bool = (s &+ 113) % 2 == 0
    return hold(S1 { [v1, v0] x in "\(v0)|\(v1)" })
}

private func random46(_ s: Int) -> Held {
    let v0: Wide = Wide(s: [1, Double(s), 3, 988], b: 4)
    let v1: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v2: UInt16 = UInt16(truncatingIfNeeded: s &+ 750)
    return hold(S1 { x in "\(v0.b)|\(v1)|\(v2)" })
}

private func random47(_ s: Int) -> Held {
    let v0: Int32 = Int32(truncatingIfNeeded: s &+ 921)
    let v1: Wide = Wide(s: [1, Double(s), 3, 552], b: 4)
    let v2: [Point] = [Point(x: s, y: 383)]
    let v3: Ref? = s % 2 == 0 ? nil : Ref(s &+ 272)
    let v4: OneArray = OneArray(a: ints(s))
    let v5: Choice = [Choice.none, .one(s), .two(str(s), ints(188)), .three(Point(x: s, y: 1))][(s &+ 188) & 3]
    return w1 { x in "\(v0)|\(v1)|\(v2)|\(v3?.add(x) ?? "")|\(v4)|\(v5)" }
}

private func random48(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: Int? = (s &+ 604) % 2 == 0 ? nil : s
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(String(describing: v1))"
        })
}

private func random49(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: Point? = s % 3 == 0 ? nil : Point(x: s, y: 875)
    let v2: Wide = Wide(s: [1, Double(s), 3, 382], b: 4)
    return hold(S1 { [v0, v2, v1] x in "\(v0)|\(String(describing: v1))|\(v2.b)" })
}

private func random50(_ s: Int) -> Held {
    let v0: String? = (s &+ 18) % 2 == 0 ? nil : str(s)
    let v1: Ref = Ref(s &+ 257)
    let v2: [Point] = [Point(x: s, y: 783)]
    let v3: Float = Float(s) + 0.5
    return hold(
        A1 { x in
            await Task.yield(); return "\(String(describing: v0))|\(v1.add(x))|\(v2)|\(v3)"
        })
}

private func random51(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 731)]
    return w1 { x in "\(v0)" }
}

private func random52(_ s: Int) -> Held {
    let v0: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v1: Double = Double(s) + 0.25
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable>(_ g0: G0, _ g1: G1) -> S1 {
        S1 { x in "\(g0)|\(g1)|\([g0])|\(G1.self)|\(s)|\(x)" }
    }
    return hold(make(v0, v1))
}

private func random53(_ s: Int) -> Held {
    let v0: Point = Point(x: s, y: 706)
    return w3(7) { (x: Int) -> String in "\(v0)" }
}

private func random54(_ s: Int) -> Held {
    let v0: Choice = [Choice.none, .one(s), .two(str(s), ints(544)), .three(Point(x: s, y: 1))][(s &+ 544) & 3]
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(493)), .three(Point(x: s, y: 1))][(s &+ 493) & 3]
    let v2: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(905 % 100)))
    let v3: Point? = s % 3 == 0 ? nil : Point(x: s, y: 781)
    let v4: Bool = (s &+ 488) % 2 == 0
    return w1 { x in "\(v0)|\(v1)|\(v2)|\(String(describing: v3))|\(v4)" }
}

private func random55(_ s: Int) -> Held {
    let v0: [Int] = ints(s &+ 58)
    let v1: Wide = Wide(s: [1, Double(s), 3, 851], b: 4)
    return hold(S1 { [v1, v0] x in "\(v0)|\(v1.b)" })
}

private func random56(_ s: Int) -> Held {
    let v0: Decimal = Decimal(s)
    return w3(7) { (x: Int) -> String in "\(v0)" }
}

private func random57(_ s: Int) -> Held {
    let v0: UInt16 = UInt16(truncatingIfNeeded: s &+ 878)
    let v1: Bool = (s &+ 262) % 2 == 0
    return w1 { x in "\(v0)|\(v1)" }
}

private func random58(_ s: Int) -> Held {
    let v0: any P = (s &+ 712) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(712)
    let v1: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 790)
    return w3(7) { (x: Int) -> String in "\(v0.text)|\(v1.add(x))" }
}

private func random59(_ s: Int) -> Held {
    let v0: [Int] = ints(s &+ 615)
    let v1: String? = (s &+ 653) % 2 == 0 ? nil : str(s)
    return w1 { x in "\(v0.count)|\(String(describing: v1))" }
}

private func random60(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 88)]
    let v1: [Int8] = [Int8(truncatingIfNeeded: s), Int8(381 % 100)]
    let v2: @Sendable (Int) -> Int = { $0 &+ s &+ 408 }
    let v3: Int? = (s &+ 983) % 2 == 0 ? nil : s
    let v4: Int8? = (s &+ 996) % 2 == 0 ? nil : Int8(996 % 100)
    let v5: UInt16 = UInt16(truncatingIfNeeded: s &+ 91)
    let v6: OneArray = OneArray(a: ints(s))
    let v7: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    return hold(
        S1 { x in "\(v0)|\(v1)|\(v2(x))|\(String(describing: v3))|\(String(describing: v4))|\(v5)|\(v6)|\(v7)" })
}

private func random61(_ s: Int) -> Held {
    let v0: Ref? = s % 2 == 0 ? nil : Ref(s &+ 81)
    let v1: Int? = (s &+ 356) % 2 == 0 ? nil : s
    let v2: Int = s &+ 560
    let v3: Gen<Int8> = Gen(v: Int8(613 % 100), n: s)
    return hold(S1 { [v1, v0, v2, v3] x in "\(v0?.add(x) ?? "")|\(String(describing: v1))|\(v2)|\(v3)" })
}

private func random62(_ s: Int) -> Held {
    let v0: Int32 = Int32(truncatingIfNeeded: s &+ 141)
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(262)), .three(Point(x: s, y: 1))][(s &+ 262) & 3]
    let v2: any P = (s &+ 544) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(544)
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2.text)" }
}

private func random63(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    func make<G0: Codable & Sendable>(_ g0: G0) -> S1 { S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" } }
    return hold(make(v0))
}

private func random64(_ s: Int) -> Held {
    let v0: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(768 % 100)))
    let v1: Decimal = Decimal(s)
    let v2: [Point] = [Point(x: s, y: 480)]
    let v3: Int = s &+ 91
    return hold(S1 { x in "\(v0)|\(v1)|\(v2)|\(v3)" })
}

private func random65(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: [Int8] = [Int8(truncatingIfNeeded: s), Int8(77 % 100)]
    let v2: Gen<Int8> = Gen(v: Int8(5 % 100), n: s)
    func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(_ g0: G0, _ g1: G1, _ g2: G2)
        -> S1
    { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random66(_ s: Int) -> Held {
    let v0: String = str(s &+ 475)
    let v1: Wide = Wide(s: [1, Double(s), 3, 374], b: 4)
    let v2: Point? = s % 3 == 0 ? nil : Point(x: s, y: 697)
    return hold(S1 { [v2, v1, v0] x in "\(v0)|\(v1)|\(String(describing: v2))" })
}

private func random67(_ s: Int) -> Held {
    let v0: Bool = (s &+ 282) % 2 == 0
    func make<G0: Codable & Sendable>(_ g0: G0) -> S1 { S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" } }
    return hold(make(v0))
}

private func random68(_ s: Int) -> Held {
    let v0: Int32 = Int32(truncatingIfNeeded: s &+ 456)
    let v1: [Point] = [Point(x: s, y: 728)]
    let v2: UInt16 = UInt16(truncatingIfNeeded: s &+ 296)
    let v3: Ref? = s % 2 == 0 ? nil : Ref(s &+ 639)
    let v4: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(832 % 100)))
    let v5: Bool = (s &+ 534) % 2 == 0
    return hold(S1 { [v2, v1, v4, v0, v5, v3] x in "\(v0)|\(v1)|\(v2)|\(v3?.add(x) ?? "")|\(v4)|\(v5)" })
}

private func random69(_ s: Int) -> Held {
    let v0: Range<Int> = 0..<(abs(s) &+ 15)
    let v1: Ref = Ref(s &+ 817)
    let v2: [Point] = [Point(x: s, y: 241)]
    return hold(S1 { [v2, v0, v1] x in "\(v0)|\(v1.add(x))|\(v2)" })
}

private func random70(_ s: Int) -> Held {
    let v0: String? = (s &+ 198) % 2 == 0 ? nil : str(s)
    return hold(
        A1 { x in
            await Task.yield(); return "\(String(describing: v0))"
        })
}

private func random71(_ s: Int) -> Held {
    let v0: Decimal = Decimal(s)
    let v1: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 357)
    let v2: Set<Int> = [s]
    let v3: Int8 = Int8(truncatingIfNeeded: s &+ 589)
    return hold(S1 { x in "\(v0)|\(v1.add(x))|\(v2)|\(v3)" })
}

private func random72(_ s: Int) -> Held {
    let v0: Float = Float(s) + 0.5
    @inline(never) func make<G0: Codable & Sendable>(_ g0: G0) -> S1 {
        S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" }
    }
    return hold(make(v0))
}

private func random73(_ s: Int) -> Held {
    let v0: Bool = (s &+ 558) % 2 == 0
    let v1: String = str(s &+ 177)
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(v1)"
        })
}

private func random74(_ s: Int) -> Held {
    let v0: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 505)
    return w1 { x in "\(v0.add(x))" }
}

private func random75(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(61 % 100), n: s)
    let v1: String = str(s &+ 836)
    let v2: Range<Int> = 0..<(abs(s) &+ 165)
    func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(_ g0: G0, _ g1: G1, _ g2: G2)
        -> S1
    { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random76(_ s: Int) -> Held {
    let v0: Point? = s % 3 == 0 ? nil : Point(x: s, y: 307)
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(124)), .three(Point(x: s, y: 1))][(s &+ 124) & 3]
    let v2: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 679)
    let v3: [Int8] = [Int8(truncatingIfNeeded: s), Int8(160 % 100)]
    return hold(S1 { x in "\(String(describing: v0))|\(v1)|\(v2.add(x))|\(v3)" })
}

private func random77(_ s: Int) -> Held {
    let v0: any P = (s &+ 188) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(188)
    let v1: [Int8] = [Int8(truncatingIfNeeded: s), Int8(614 % 100)]
    let v2: (Int8, String) = (Int8(21 % 100), str(s))
    return hold(S1 { x in "\(v0.text)|\(v1)|\(v2)" })
}

private func random78(_ s: Int) -> Held {
    let v0: any P = (s &+ 679) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(679)
    return hold(S1 { x in "\(v0.text)" })
}

private func random79(_ s: Int) -> Held {
    let v0: Choice = [Choice.none, .one(s), .two(str(s), ints(407)), .three(Point(x: s, y: 1))][(s &+ 407) & 3]
    func make<G0: Codable & Sendable>(_ g0: G0) -> S1 { S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" } }
    return hold(make(v0))
}

private func random80(_ s: Int) -> Held {
    let v0: String = str(s &+ 130)
    let v1: Decimal = Decimal(s)
    return hold(S1 { [v0, v1] x in "\(v0)|\(v1)" })
}

private func random81(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(750 % 100), n: s)
    let v1: Int32 = Int32(truncatingIfNeeded: s &+ 327)
    let v2: any P = (s &+ 812) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(812)
    let v3: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 316)
    let v4: [Int8] = [Int8(truncatingIfNeeded: s), Int8(119 % 100)]
    let v5: Bool = (s &+ 279) % 2 == 0
    return hold(S1 { x in "\(v0)|\(v1)|\(v2.text)|\(v3.add(x))|\(v4)|\(v5)" })
}

private func random82(_ s: Int) -> Held {
    let v0: Bool = (s &+ 358) % 2 == 0
    let v1: (Int8, String) = (Int8(585 % 100), str(s))
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)" }
}

private func random83(_ s: Int) -> Held {
    let v0: Ref? = s % 2 == 0 ? nil : Ref(s &+ 596)
    let v1: UInt16 = UInt16(truncatingIfNeeded: s &+ 263)
    let v2: Int? = (s &+ 886) % 2 == 0 ? nil : s
    let v3: Choice = [Choice.none, .one(s), .two(str(s), ints(381)), .three(Point(x: s, y: 1))][(s &+ 381) & 3]
    let v4: Point = Point(x: s, y: 60)
    return w3(7) { (x: Int) -> String in "\(v0?.add(x) ?? "")|\(v1)|\(String(describing: v2))|\(v3)|\(v4.x)" }
}

private func random84(_ s: Int) -> Held {
    let v0: Choice = [Choice.none, .one(s), .two(str(s), ints(777)), .three(Point(x: s, y: 1))][(s &+ 777) & 3]
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(713)), .three(Point(x: s, y: 1))][(s &+ 713) & 3]
    let v2: Point = Point(x: s, y: 236)
    let v3: Tree = Tree.node(.leaf(s), .leaf(343))
    return w1 { x in "\(v0)|\(v1)|\(v2)|\(v3.sum)" }
}

private func random85(_ s: Int) -> Held {
    let v0: Int32 = Int32(truncatingIfNeeded: s &+ 394)
    let v1: [String] = [str(s), str(792)]
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable>(_ g0: G0, _ g1: G1) -> S1 {
        S1 { x in "\(g0)|\(g1)|\([g0])|\(G1.self)|\(s)|\(x)" }
    }
    return hold(make(v0, v1))
}

private func random86(_ s: Int) -> Held {
    let v0: Int = s &+ 667
    let v1: Gen<Int8> = Gen(v: Int8(482 % 100), n: s)
    let v2: Int8 = Int8(truncatingIfNeeded: s &+ 859)
    let v3: OneArray = OneArray(a: ints(s))
    let v4: Int? = (s &+ 393) % 2 == 0 ? nil : s
    let v5: [Int8] = [Int8(truncatingIfNeeded: s), Int8(319 % 100)]
    let v6: Ref = Ref(s &+ 694)
    let v7: Gen<Int8> = Gen(v: Int8(742 % 100), n: s)
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2)|\(v3)|\(String(describing: v4))|\(v5)|\(v6.add(x))|\(v7)" }
}

private func random87(_ s: Int) -> Held {
    let v0: Int8 = Int8(truncatingIfNeeded: s &+ 749)
    let v1: String = str(s &+ 829)
    return hold(S1 { x in "\(v0)|\(v1)" })
}

private func random88(_ s: Int) -> Held {
    let v0: Set<Int> = [s]
    return w3(7) { (x: Int) -> String in "\(v0)" }
}

private func random89(_ s: Int) -> Held {
    let v0: Gen<String> = Gen(v: str(s), n: 260)
    let v1: Range<Int> = 0..<(abs(s) &+ 948)
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable>(_ g0: G0, _ g1: G1) -> S1 {
        S1 { x in "\(g0)|\(g1)|\([g0])|\(G1.self)|\(s)|\(x)" }
    }
    return hold(make(v0, v1))
}

private func random90(_ s: Int) -> Held {
    let v0: Point = Point(x: s, y: 43)
    let v1: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 113)
    return w1 { x in "\(v0)|\(v1.add(x))" }
}

private func random91(_ s: Int) -> Held {
    let v0: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(868 % 100)))
    let v1: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v2: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 705)
    return w1 { x in "\(v0)|\(v1)|\(v2.add(x))" }
}

private func random92(_ s: Int) -> Held {
    let v0: Int8? = (s &+ 707) % 2 == 0 ? nil : Int8(707 % 100)
    let v1: Ref? = s % 2 == 0 ? nil : Ref(s &+ 760)
    return hold(S1 { [v0, v1] x in "\(String(describing: v0))|\(v1?.add(x) ?? "")" })
}

private func random93(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 575 }
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(v1(x))"
        })
}

private func random94(_ s: Int) -> Held {
    let v0: OneArray = OneArray(a: ints(s))
    func make<G0: Codable & Sendable>(_ g0: G0) -> S1 { S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" } }
    return hold(make(v0))
}

private func random95(_ s: Int) -> Held {
    let v0: String = str(s &+ 779)
    let v1: Int = s &+ 36
    let v2: Choice = [Choice.none, .one(s), .two(str(s), ints(624)), .three(Point(x: s, y: 1))][(s &+ 624) & 3]
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(v1)|\(v2)"
        })
}

private func random96(_ s: Int) -> Held {
    let v0: (Int8, String) = (Int8(12 % 100), str(s))
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(449)), .three(Point(x: s, y: 1))][(s &+ 449) & 3]
    let v2: [Int] = ints(s &+ 913)
    let v3: Ref = Ref(s &+ 701)
    let v4: Range<Int> = 0..<(abs(s) &+ 246)
    let v5: Decimal = Decimal(s)
    let v6: Bool = (s &+ 998) % 2 == 0
    let v7: @Sendable (Int) -> Int = { $0 &+ s &+ 300 }
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)|\(v1)|\(v2)|\(v3.add(x))|\(v4)|\(v5)|\(v6)|\(v7(x))"
        })
}

private func random97(_ s: Int) -> Held {
    let v0: Gen<Int8> = Gen(v: Int8(89 % 100), n: s)
    return hold(S1 { x in "\(v0)" })
}

private func random98(_ s: Int) -> Held {
    let v0: [Point] = [Point(x: s, y: 582)]
    let v1: Decimal = Decimal(s)
    let v2: UInt16 = UInt16(truncatingIfNeeded: s &+ 797)
    let v3: Int8 = Int8(truncatingIfNeeded: s &+ 990)
    let v4: Bool = (s &+ 834) % 2 == 0
    let v5: Set<Int> = [s]
    return hold(S1 { [v0, v3, v5, v1, v4, v2] x in "\(v0)|\(v1)|\(v2)|\(v3)|\(v4)|\(v5)" })
}

private func random99(_ s: Int) -> Held {
    let v0: Choice = [Choice.none, .one(s), .two(str(s), ints(782)), .three(Point(x: s, y: 1))][(s &+ 782) & 3]
    let v1: Float = Float(s) + 0.5
    let v2: Choice = [Choice.none, .one(s), .two(str(s), ints(537)), .three(Point(x: s, y: 1))][(s &+ 537) & 3]
    let v3: Gen<Int8> = Gen(v: Int8(931 % 100), n: s)
    let v4: Float = Float(s) + 0.5
    let v5: Choice = [Choice.none, .one(s), .two(str(s), ints(60)), .three(Point(x: s, y: 1))][(s &+ 60) & 3]
    let v6: String = str(s &+ 211)
    let v7: Int8 = Int8(truncatingIfNeeded: s &+ 590)
    return hold(S1 { [v4, v2, v1, v3, v5, v6, v0, v7] x in "\(v0)|\(v1)|\(v2)|\(v3)|\(v4)|\(v5)|\(v6)|\(v7)" })
}

private func random100(_ s: Int) -> Held {
    let v0: Gen<String> = Gen(v: str(s), n: 135)
    let v1: Tree = Tree.node(.leaf(s), .leaf(504))
    return hold(S1 { [v0, v1] x in "\(v0.n)|\(v1.sum)" })
}

private func random101(_ s: Int) -> Held {
    let v0: Ref? = s % 2 == 0 ? nil : Ref(s &+ 227)
    let v1: Float = Float(s) + 0.5
    return hold(S1 { x in "\(v0?.add(x) ?? "")|\(v1)" })
}

private func random102(_ s: Int) -> Held {
    let v0: Wide = Wide(s: [1, Double(s), 3, 778], b: 4)
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 732 }
    let v2: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v3: UInt16 = UInt16(truncatingIfNeeded: s &+ 741)
    return hold(S1 { x in "\(v0)|\(v1(x))|\(v2)|\(v3)" })
}

private func random103(_ s: Int) -> Held {
    let v0: Point? = s % 3 == 0 ? nil : Point(x: s, y: 603)
    let v1: [Point] = [Point(x: s, y: 275)]
    let v2: [String] = [str(s), str(863)]
    let v3: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v4: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 962)
    let v5: Float = Float(s) + 0.5
    return w1 { x in "\(String(describing: v0))|\(v1)|\(v2)|\(v3)|\(v4.add(x))|\(v5)" }
}

private func random104(_ s: Int) -> Held {
    let v0: Set<Int> = [s]
    let v1: [Int] = ints(s &+ 385)
    let v2: UInt16 = UInt16(truncatingIfNeeded: s &+ 24)
    @inline(never) func make<G0: Codable & Sendable, G1: Codable & Sendable, G2: Codable & Sendable>(
        _ g0: G0, _ g1: G1, _ g2: G2
    ) -> S1 { S1 { x in "\(g0)|\(g1)|\(g2)|\([g0])|\(G2.self)|\(s)|\(x)" } }
    return hold(make(v0, v1, v2))
}

private func random105(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: UInt16 = UInt16(truncatingIfNeeded: s &+ 563)
    let v2: Wide = Wide(s: [1, Double(s), 3, 412], b: 4)
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2.b)" }
}

private func random106(_ s: Int) -> Held {
    let v0: Bool = (s &+ 917) % 2 == 0
    let v1: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(585 % 100)))
    let v2: Decimal = Decimal(s)
    let v3: Int8 = Int8(truncatingIfNeeded: s &+ 787)
    return hold(S1 { [v1, v0, v3, v2] x in "\(v0)|\(v1)|\(v2)|\(v3)" })
}

private func random107(_ s: Int) -> Held {
    let v0: Wide = Wide(s: [1, Double(s), 3, 956], b: 4)
    let v1: Point = Point(x: s, y: 691)
    return hold(S1 { x in "\(v0)|\(v1.x)" })
}

private func random108(_ s: Int) -> Held {
    let v0: Date = Date(timeIntervalSince1970: Double(s) + 0.5)
    let v1: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 799)
    let v2: Gen<Int8> = Gen(v: Int8(602 % 100), n: s)
    let v3: String = str(s &+ 14)
    let v4: Point = Point(x: s, y: 345)
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1.add(x))|\(v2)|\(v3)|\(v4)" }
}

private func random109(_ s: Int) -> Held {
    let v0: Point? = s % 3 == 0 ? nil : Point(x: s, y: 196)
    let v1: Ref? = s % 2 == 0 ? nil : Ref(s &+ 379)
    let v2: Int = s &+ 204
    let v3: Choice = [Choice.none, .one(s), .two(str(s), ints(209)), .three(Point(x: s, y: 1))][(s &+ 209) & 3]
    return w3(7) { (x: Int) -> String in "\(String(describing: v0))|\(v1?.add(x) ?? "")|\(v2)|\(v3)" }
}

private func random110(_ s: Int) -> Held {
    let v0: Decimal = Decimal(s)
    return hold(
        A1 { x in
            await Task.yield(); return "\(v0)"
        })
}

private func random111(_ s: Int) -> Held {
    let v0: Point? = s % 3 == 0 ? nil : Point(x: s, y: 753)
    let v1: Choice = [Choice.none, .one(s), .two(str(s), ints(236)), .three(Point(x: s, y: 1))][(s &+ 236) & 3]
    let v2: String = str(s &+ 136)
    let v3: Ref = Ref(s &+ 821)
    let v4: Int32 = Int32(truncatingIfNeeded: s &+ 224)
    return w1 { x in "\(String(describing: v0))|\(v1)|\(v2)|\(v3.add(x))|\(v4)" }
}

private func random112(_ s: Int) -> Held {
    let v0: Int32 = Int32(truncatingIfNeeded: s &+ 887)
    return hold(S1 { x in "\(v0)" })
}

private func random113(_ s: Int) -> Held {
    let v0: [String] = [str(s), str(611)]
    let v1: Gen<Int8> = Gen(v: Int8(883 % 100), n: s)
    return hold(S1 { [v1, v0] x in "\(v0)|\(v1)" })
}

private func random114(_ s: Int) -> Held {
    let v0: [Int] = ints(s &+ 131)
    let v1: @Sendable (Int) -> Int = { $0 &+ s &+ 122 }
    let v2: Int = s &+ 438
    let v3: Base = s % 2 == 0 ? Base(x: s) : Derived(x: 70)
    let v4: OneArray = OneArray(a: ints(s))
    let v5: Int32 = Int32(truncatingIfNeeded: s &+ 852)
    let v6: Wide = Wide(s: [1, Double(s), 3, 999], b: 4)
    let v7: Gen<Int8> = Gen(v: Int8(294 % 100), n: s)
    return w1 { x in "\(v0)|\(v1(x))|\(v2)|\(v3.add(x))|\(v4.a.count)|\(v5)|\(v6)|\(v7)" }
}

private func random115(_ s: Int) -> Held {
    let v0: Ref? = s % 2 == 0 ? nil : Ref(s &+ 662)
    let v1: Point? = s % 3 == 0 ? nil : Point(x: s, y: 420)
    let v2: Tree = Tree.node(.leaf(s), .leaf(616))
    let v3: Wide = Wide(s: [1, Double(s), 3, 271], b: 4)
    let v4: UUID = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, UInt8(834 % 100)))
    let v5: Double = Double(s) + 0.25
    let v6: Set<Int> = [s]
    let v7: [Int8] = [Int8(truncatingIfNeeded: s), Int8(636 % 100)]
    return hold(S1 { x in "\(v0?.add(x) ?? "")|\(String(describing: v1))|\(v2.sum)|\(v3)|\(v4)|\(v5)|\(v6)|\(v7)" })
}

private func random116(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: Int32 = Int32(truncatingIfNeeded: s &+ 83)
    let v2: Int = s &+ 650
    return hold(S1 { x in "\(v0)|\(v1)|\(v2)" })
}

private func random117(_ s: Int) -> Held {
    let v0: any P = (s &+ 338) % 2 == 0 ? Point(x: s, y: 1) as any P : Ref(338)
    let v1: Int8 = Int8(truncatingIfNeeded: s &+ 884)
    let v2: [Int] = ints(s &+ 510)
    let v3: Point = Point(x: s, y: 680)
    return w1 { x in "\(v0.text)|\(v1)|\(v2.count)|\(v3)" }
}

private func random118(_ s: Int) -> Held {
    let v0: Set<Int> = [s]
    func make<G0: Codable & Sendable>(_ g0: G0) -> S1 { S1 { x in "\(g0)|\([g0])|\(G0.self)|\(s)|\(x)" } }
    return hold(make(v0))
}

private func random119(_ s: Int) -> Held {
    let v0: Double = Double(s) + 0.25
    let v1: Gen<Int8> = Gen(v: Int8(578 % 100), n: s)
    let v2: String = str(s &+ 296)
    return w3(7) { (x: Int) -> String in "\(v0)|\(v1)|\(v2)" }
}

nonisolated(unsafe) let randomShapes: [Shape] = [
    Shape("random 0, generic: Tree, Decimal, Int8?", random0),
    Shape("random 1, wrappedTwice: UInt16, Range<Int>, (Int8, String)", random1),
    Shape("random 2, generic: String, Decimal, Gen<String>", random2),
    Shape("random 3, async: Ref, @Sendable (Int) -> Int, Point?, UInt16", random3),
    Shape("random 4, wrappedTwice: [Int], Tree, OneArray", random4),
    Shape("random 5, wrappedTwice: Gen<Int8>, String?, Range<Int>, Ref", random5),
    Shape("random 6, async: [Point], [String], Set<Int>, Gen<String>, [String]", random6),
    Shape("random 7, wrapped: Range<Int>", random7),
    Shape("random 8, plain: [Point], String?, Gen<Int8>, UUID, Tree, Set<Int>, String?, Bool", random8),
    Shape("random 9, plain: Double, [Int8]", random9),
    Shape("random 10, list: Ref?", random10),
    Shape("random 11, list: Float, Choice, Ref, Int?, [Point]", random11),
    Shape("random 12, list: Point, @Sendable (Int) -> Int, Ref?, Float", random12),
    Shape("random 13, generic: Int?, Date, [Int]", random13),
    Shape("random 14, wrapped: String, @Sendable (Int) -> Int, [Int], Wide, Point?, Int", random14),
    Shape("random 15, async: Base", random15),
    Shape("random 16, generic: OneArray, Tree", random16),
    Shape("random 17, list: Choice", random17),
    Shape("random 18, list: Int32, Int?, [Int8], Point?, Int", random18),
    Shape("random 19, generic: OneArray, [Int]", random19),
    Shape("random 20, plain: Int8?, Range<Int>", random20),
    Shape("random 21, generic: String?, [Int8], String?", random21),
    Shape("random 22, async: UUID, UInt16, [Int], Bool, Int?, @Sendable (Int) -> Int", random22),
    Shape("random 23, list: [Int]", random23),
    Shape("random 24, list: Base, UUID, @Sendable (Int) -> Int", random24),
    Shape("random 25, wrappedTwice: [Point], Gen<Int8>, Float", random25),
    Shape("random 26, wrapped: Int8, Point, any P", random26),
    Shape("random 27, list: Point?, Int?, UUID", random27),
    Shape("random 28, async: Gen<Int8>", random28),
    Shape("random 29, async: Point?, @Sendable (Int) -> Int, Int?, Int?, Tree", random29),
    Shape("random 30, wrappedTwice: Gen<Int8>", random30),
    Shape("random 31, plain: UInt16", random31),
    Shape("random 32, generic: Decimal, Date, Float", random32),
    Shape("random 33, list: [Point], OneArray, Bool", random33),
    Shape("random 34, plain: Bool, Point?", random34),
    Shape("random 35, generic: Decimal", random35),
    Shape("random 36, list: String?", random36),
    Shape("random 37, plain: Gen<Int8>", random37),
    Shape("random 38, wrapped: any P, Int8, (Int8, String), Tree, Decimal, Tree", random38),
    Shape("random 39, generic: Float, Tree, Point", random39),
    Shape("random 40, wrappedTwice: (Int8, String), [String], UUID, Int8?", random40),
    Shape("random 41, plain: Int8, Date, OneArray, [Point], Range<Int>", random41),
    Shape("random 42, list: Choice, Ref, Decimal, @Sendable (Int) -> Int", random42),
    Shape("random 43, wrapped: Bool, Tree, Tree, Point, Int8, Double", random43),
    Shape("random 44, wrapped: String, Ref, UInt16, Gen<Int8>, Gen<Int8>, UInt16, Base, Int8?", random44),
    Shape("random 45, list: [String], Bool", random45),
    Shape("random 46, plain: Wide, Date, UInt16", random46),
    Shape("random 47, wrapped: Int32, Wide, [Point], Ref?, OneArray, Choice", random47),
    Shape("random 48, async: Double, Int?", random48),
    Shape("random 49, list: Double, Point?, Wide", random49),
    Shape("random 50, async: String?, Ref, [Point], Float", random50),
    Shape("random 51, wrapped: [Point]", random51),
    Shape("random 52, generic: Date, Double", random52),
    Shape("random 53, wrappedTwice: Point", random53),
    Shape("random 54, wrapped: Choice, Choice, UUID, Point?, Bool", random54),
    Shape("random 55, list: [Int], Wide", random55),
    Shape("random 56, wrappedTwice: Decimal", random56),
    Shape("random 57, wrapped: UInt16, Bool", random57),
    Shape("random 58, wrappedTwice: any P, Base", random58),
    Shape("random 59, wrapped: [Int], String?", random59),
    Shape("random 60, plain: [Point], [Int8], @Sendable (Int) -> Int, Int?, Int8?, UInt16, OneArray, Date", random60),
    Shape("random 61, list: Ref?, Int?, Int, Gen<Int8>", random61),
    Shape("random 62, wrappedTwice: Int32, Choice, any P", random62),
    Shape("random 63, generic: Double", random63),
    Shape("random 64, plain: UUID, Decimal, [Point], Int", random64),
    Shape("random 65, generic: Double, [Int8], Gen<Int8>", random65),
    Shape("random 66, list: String, Wide, Point?", random66),
    Shape("random 67, generic: Bool", random67),
    Shape("random 68, list: Int32, [Point], UInt16, Ref?, UUID, Bool", random68),
    Shape("random 69, list: Range<Int>, Ref, [Point]", random69),
    Shape("random 70, async: String?", random70),
    Shape("random 71, plain: Decimal, Base, Set<Int>, Int8", random71),
    Shape("random 72, generic: Float", random72),
    Shape("random 73, async: Bool, String", random73),
    Shape("random 74, wrapped: Base", random74),
    Shape("random 75, generic: Gen<Int8>, String, Range<Int>", random75),
    Shape("random 76, plain: Point?, Choice, Base, [Int8]", random76),
    Shape("random 77, plain: any P, [Int8], (Int8, String)", random77),
    Shape("random 78, plain: any P", random78),
    Shape("random 79, generic: Choice", random79),
    Shape("random 80, list: String, Decimal", random80),
    Shape("random 81, plain: Gen<Int8>, Int32, any P, Base, [Int8], Bool", random81),
    Shape("random 82, wrappedTwice: Bool, (Int8, String)", random82),
    Shape("random 83, wrappedTwice: Ref?, UInt16, Int?, Choice, Point", random83),
    Shape("random 84, wrapped: Choice, Choice, Point, Tree", random84),
    Shape("random 85, generic: Int32, [String]", random85),
    Shape("random 86, wrappedTwice: Int, Gen<Int8>, Int8, OneArray, Int?, [Int8], Ref, Gen<Int8>", random86),
    Shape("random 87, plain: Int8, String", random87),
    Shape("random 88, wrappedTwice: Set<Int>", random88),
    Shape("random 89, generic: Gen<String>, Range<Int>", random89),
    Shape("random 90, wrapped: Point, Base", random90),
    Shape("random 91, wrapped: UUID, Date, Base", random91),
    Shape("random 92, list: Int8?, Ref?", random92),
    Shape("random 93, async: Double, @Sendable (Int) -> Int", random93),
    Shape("random 94, generic: OneArray", random94),
    Shape("random 95, async: String, Int, Choice", random95),
    Shape(
        "random 96, async: (Int8, String), Choice, [Int], Ref, Range<Int>, Decimal, Bool, @Sendable (Int) -> Int",
        random96),
    Shape("random 97, plain: Gen<Int8>", random97),
    Shape("random 98, list: [Point], Decimal, UInt16, Int8, Bool, Set<Int>", random98),
    Shape("random 99, list: Choice, Float, Choice, Gen<Int8>, Float, Choice, String, Int8", random99),
    Shape("random 100, list: Gen<String>, Tree", random100),
    Shape("random 101, plain: Ref?, Float", random101),
    Shape("random 102, plain: Wide, @Sendable (Int) -> Int, Date, UInt16", random102),
    Shape("random 103, wrapped: Point?, [Point], [String], Date, Base, Float", random103),
    Shape("random 104, generic: Set<Int>, [Int], UInt16", random104),
    Shape("random 105, wrappedTwice: Double, UInt16, Wide", random105),
    Shape("random 106, list: Bool, UUID, Decimal, Int8", random106),
    Shape("random 107, plain: Wide, Point", random107),
    Shape("random 108, wrappedTwice: Date, Base, Gen<Int8>, String, Point", random108),
    Shape("random 109, wrappedTwice: Point?, Ref?, Int, Choice", random109),
    Shape("random 110, async: Decimal", random110),
    Shape("random 111, wrapped: Point?, Choice, String, Ref, Int32", random111),
    Shape("random 112, plain: Int32", random112),
    Shape("random 113, list: [String], Gen<Int8>", random113),
    Shape("random 114, wrapped: [Int], @Sendable (Int) -> Int, Int, Base, OneArray, Int32, Wide, Gen<Int8>", random114),
    Shape("random 115, plain: Ref?, Point?, Tree, Wide, UUID, Double, Set<Int>, [Int8]", random115),
    Shape("random 116, plain: Double, Int32, Int", random116),
    Shape("random 117, wrapped: any P, Int8, [Int], Point", random117),
    Shape("random 118, generic: Set<Int>", random118),
    Shape("random 119, wrappedTwice: Double, Gen<Int8>, String", random119),
]
