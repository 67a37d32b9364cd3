import MultitaskingCore
import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    @Suite struct GateTests {
        enum Order: CaseIterable { case firstToLast, lastToFirst, random }

        @Test(arguments: Order.allCases) func callbacksThatAreForgotten_leaveTheOthersInTheirOrder(_ order: Order) {
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SplitMix64(seed: seed)
            let (gate, called) = (Gate(), Ledger<Int>())
            let names = (0..<1_000).map { number in gate.whenOpen { called.append(number) } }
            let leaving: [Int] =
                switch order {
                case .firstToLast: Array(0..<700)
                case .lastToFirst: (300..<1_000).reversed()
                case .random: Array((0..<1_000).shuffled(using: &random).prefix(700))
                }
            for number in leaving {
                gate.forget(names[number])
                gate.forget(names[number])
            }
            #expect(gate.callbackCount == 300, "seed \(seed)")
            let late = gate.whenOpen { called.append(-1) }
            gate.whenOpen { called.append(1_000) }
            gate.forget(late)
            gate.open()
            let staying = Set(0..<1_000).subtracting(leaving).sorted() + [1_000]
            #expect(called.all == staying, "seed \(seed)")
            // It is open, and calls nobody twice.
            gate.forget(names[0])
            #expect(gate.callbackCount == 0 && gate.whenOpen { called.append(1_001) } == 0)
            gate.open()
            #expect(called.all == staying + [1_001], "seed \(seed)")
        }
    }
}
