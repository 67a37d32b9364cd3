import Testing

@testable import MultitaskingProcesses

struct RespawnBackoffTests {
    private let second: Int64 = 1_000_000_000

    private func pace(_ lifetimes: [Int64]) -> RespawnBackoff {
        var pace = RespawnBackoff()
        for lifetime in lifetimes { pace.workerDied(after: lifetime, now: 0) }
        return pace
    }

    @Test
    func fewQuickDeathsCauseNoPause() {
        #expect(pace([0, 0, 0, 0]).notBefore == nil)
    }

    @Test
    func quickDeathsInARowCauseLongerAndLongerPausesOfOneSecondAtMost() {
        let pauses = (5...40).compactMap { pace(Array(repeating: 0, count: $0)).notBefore }
        #expect(pauses.count == 36 && pauses[0] == 10_000_000)
        #expect(pauses == pauses.sorted() && pauses.last == second)
    }

    @Test
    func workerThatLivedForASecondEndsThePauses() {
        #expect(pace([0, 0, 0, 0, 0, 0, second]).notBefore == nil)
        #expect(pace([0, 0, 0, 0, 0, second, 0, 0, 0, 0]).notBefore == nil)
    }

    @Test
    func deathsLongAgoDoNotCount() {
        var pace = pace([0, 0, 0, 0, 0, 0, 0, 0])
        #expect(pace.notBefore != nil)
        pace.workerDied(after: 0, now: 100 * second)
        #expect(pace.notBefore == nil)
    }

    @Test
    func resetEndsThePauses() {
        var pace = pace([0, 0, 0, 0, 0, 0])
        pace.reset()
        #expect(pace.notBefore == nil)
    }
}
