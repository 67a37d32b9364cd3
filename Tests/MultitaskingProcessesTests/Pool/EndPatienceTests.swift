import MultitaskingSystem
import Testing

@testable import MultitaskingProcesses

@Suite
struct EndPatienceTests {
    private static let look: Int64 = 200_000_000

    /// How many looks of 200 ms find patience for 2 s that is not used up.
    ///
    /// - Parameter time: of the process at a look.
    private func looks(_ time: (Int64) -> ProcessorTime?, lasting look: Int64 = look) -> Int64 {
        var patience = EndPatience(10 * Self.look, now: 0)
        var count: Int64 = 0
        while count < 1000, !patience.isOver(time(count), now: (count + 1) * look) { count += 1 }
        return count
    }

    @Test
    func processThatRunsOrSleepsOrIsNotThere_hasItsTime() {
        #expect(looks { .init(nanoseconds: 1 + $0 * Self.look, isWanted: true) } == 9)
        #expect(looks { _ in .init(nanoseconds: 1, isWanted: false) } == 9)
        #expect(looks { _ in nil } == 9)
    }

    @Test
    func processThatGetsNoCore_hasMore_butNotForEver() {
        #expect(looks { .init(nanoseconds: 1 + $0 * Self.look / 10, isWanted: true) } == 99)
        // One look in two finds it running.
        #expect(looks { .init(nanoseconds: 1 + ($0 + 1) / 2 * Self.look, isWanted: true) } == 17)
    }

    @Test
    func processOfASystemThatDoesNotCountTime_hasItsTime() {
        #expect(looks { _ in .init(nanoseconds: 0, isWanted: true) } == 9)
    }

    @Test
    func looksThatComeLate_countForLittle() {
        #expect(looks({ _ in nil }, lasting: 4 * Self.look) == 4)
    }
}
