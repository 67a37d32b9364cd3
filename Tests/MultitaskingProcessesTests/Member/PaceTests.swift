import Testing

@testable import MultitaskingProcesses

struct PaceTests {
    /// Sleeps for a short time until a nap is due; after how many sleeps, or nil if none is.
    private func sleepsUntilNap(_ pace: Pace, at position: UInt64) -> Int? {
        for count in 0...5_000 {
            if pace.isNapDue(at: position) { return count }
            pace.slept(for: 1_000)
        }
        return nil
    }

    @Test func new_doesNotNap() {
        #expect(!Pace().isNapDue(at: 0))
    }

    @Test func afterSleepsThatAreShort_triesANap() {
        #expect(sleepsUntilNap(Pace(), at: 0) != nil)
    }

    @Test func afterSleepsThatAreLong_doesNot() {
        let pace = Pace()
        for _ in 0..<5_000 { pace.slept(for: 1_000_000_000) }
        #expect(!pace.isNapDue(at: 0))
    }

    @Test func afterANapWithALongRun_napsAgain() {
        let pace = Pace()
        _ = sleepsUntilNap(pace, at: 0)
        pace.napped(until: 100)
        #expect(pace.isNapDue(at: 200))
    }

    /// As one that answers each element finds one.
    @Test func afterNapsWithOneElement_napsAreRare() throws {
        let pace = Pace()
        var position: UInt64 = 0
        var sleeps = 0
        for _ in 0..<8 {
            sleeps = try #require(sleepsUntilNap(pace, at: position))
            pace.napped(until: position)
            position += 1
            #expect(!pace.isNapDue(at: position))
        }
        #expect(sleeps >= 1_000)
    }
}
