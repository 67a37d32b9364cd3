import MultitaskingCore
import Testing

@testable import MultitaskingCore

/// The order in which calls that wait for room are given to an executor.
@Suite struct RoomLineTests {
    private static let noRoom = MultitaskingError(.arenaLimitReached, "no room")
    private static let fullQueue = MultitaskingError(.timedOut, "the queue is full")

    private func line(of count: UInt64, deadline: WaitDeadline? = nil) -> RoomLine {
        var line = RoomLine()
        let deadline = deadline ?? WaitDeadline(.forever, timeline: nil)
        for number in 1...count { line.add(RoomLine.Call(deadline: deadline) { ([], nil) }, number) }
        return line
    }

    /// Which calls are given in one look, where `refusal` says what becomes of each.
    private func look(
        at line: inout RoomLine, number: UInt64, _ refusal: (UInt64) -> MultitaskingError?
    ) -> [UInt64] {
        guard line.plan(number), var look = line.beginLook(number) else { return [] }
        var given: [UInt64] = []
        while let (number, _) = line.next(in: look) {
            given.append(number)
            line.note(refusal(number), of: number, in: &look)
        }
        line.endLook(look)
        return given
    }

    @Test func callsForWhichThereIsRoom_areGivenInTheirOrder_someAtATime() {
        var line = line(of: 200)
        var given: [UInt64] = []
        for round in 0..<4 {
            let some = look(at: &line, number: UInt64(1000 + round)) { _ in nil }
            #expect(some.count <= 64)
            given += some
        }
        #expect(given == Array(1...200))
        #expect(line.isUnused)
    }

    @Test func lookThatMeetsAFullQueue_ends_andTheNextBeginsWithTheSameCall() {
        var line = line(of: 10)
        #expect(look(at: &line, number: 100) { $0 == 3 ? Self.fullQueue : nil } == [1, 2, 3])
        #expect(look(at: &line, number: 101) { $0 == 5 ? Self.fullQueue : nil } == [3, 4, 5])
    }

    @Test func callsThatNeedMoreMemoryThanOthers_keepNobodyOut() {
        var line = line(of: 40)
        let large: Set<UInt64> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        var given: Set<UInt64> = []
        for round in 0..<10 {
            let some = look(at: &line, number: UInt64(100 + round)) { large.contains($0) ? Self.noRoom : nil }
            given.formUnion(some)
        }
        #expect(given == Set(1...40))
    }

    @Test func callsThatLeave_areNotGiven_whereverTheyStand() {
        var line = line(of: 100)
        for number in [1, 2, 3, 50, 99, 100] as [UInt64] { #expect(line.remove(number) != nil) }
        #expect(line.remove(50) == nil)
        var given: [UInt64] = []
        for round in 0..<3 { given += look(at: &line, number: UInt64(1000 + round)) { _ in nil } }
        #expect(given == (1...100).filter { ![1, 2, 3, 50, 99, 100].contains($0) })
        #expect(line.isUnused)
    }

    @Test func callWhoseTimeIsUp_isTakenOut_andOthersStay() {
        var line = line(of: 3)
        line.add(RoomLine.Call(deadline: WaitDeadline(.never, timeline: nil)) { ([], nil) }, 4)
        let now = WaitDeadline(.upTo(.seconds(1)), timeline: nil)
        #expect(line.takeOverdue(at: now).count == 1)
        #expect(look(at: &line, number: 100) { _ in nil } == [1, 2, 3])
    }
}
