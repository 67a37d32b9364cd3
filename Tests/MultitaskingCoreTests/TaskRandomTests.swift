import MultitaskingCore
import Testing

@Suite struct TaskRandomTests {
    /// What the reference implementations of SplitMix64 and xoshiro256++ give.
    @Test(
        arguments: [
            (42 as UInt64, [15_021_278_609_987_233_951, 5_881_210_131_331_364_753, 18_149_643_915_985_481_100]),
            (0, [5_987_356_902_031_041_503, 7_051_070_477_665_621_255, 6_633_766_593_972_829_180]),
        ] as [(UInt64, [UInt64])])
    func numbersAreThoseOfTheNamedAlgorithms(seed: UInt64, expected: [UInt64]) {
        var random = TaskRandom(seed: seed)
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func seedsOfElementsDifferAndFollowFromTheirPlaces() {
        let seeds = (0..<1000).map { TaskRandom.seed(7, at: $0) }
        #expect(Set(seeds).count == 1000)
        #expect(seeds == (0..<1000).map { TaskRandom.seed(7, at: $0) })
        #expect(TaskRandom.seed(8, at: 0) != seeds[0])
        _ = TaskRandom.seed(.max, at: .max)
        _ = TaskRandom.seed(0, at: .min)
    }

    @Test func copiesContinueOneSequence() {
        var first = TaskRandom(seed: 3)
        var expected = TaskRandom(seed: 3)
        var second = first
        #expect([first.next(), second.next(), first.next()] == (0..<3).map { _ in expected.next() })
    }

    @Test func everyPriorityHasItsTurnAmongSixteen() {
        let firsts = (0..<16).map { TaskOptions.Priority.order(turn: $0).0 }
        #expect(firsts.count { $0 == .low } == 1 && firsts.count { $0 == .normal } == 3)
        for turn in UInt(0)..<32 {
            let order = TaskOptions.Priority.order(turn: turn)
            #expect(Set([order.0, order.1, order.2]).count == 3)
        }
    }

    @Test(arguments: [-1, TaskOptions.Output.largestLimit + 1, .max, .min])
    func outputLimitsOutOfRangeAreRefused(limit: Int) {
        #expect(throws: MultitaskingError.self) { try TaskOptions(output: .capture(limit: limit)).validate() }
    }
}
