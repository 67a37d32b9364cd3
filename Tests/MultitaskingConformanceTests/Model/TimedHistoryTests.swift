import Testing

@testable import MultitaskingConformance

/// The check of timed histories: what it must find, and what it must let pass.
@Suite struct TimedHistoryTests {
    private func call(_ answer: TimedCall.Answer, _ start: Int64, _ end: Int64) -> TimedCall {
        TimedCall(answer: answer, start: start, end: end)
    }

    private func breach(_ calls: [TimedCall], capacity: Int? = nil) -> String? {
        TimedHistory(capacity: capacity, calls: calls).breach
    }

    @Test func anElementThatIsThereMustBeFound() {
        #expect(breach([call(.sent(1), 0, 1), call(.empty, 2, 3), call(.received(1), 4, 5)]) != nil)
        #expect(breach([call(.sent(1), 0, 1), call(.empty, 2, 3)]) != nil)
    }

    @Test func anElementNeedNotBeFoundWhileItComesOrGoes() {
        #expect(breach([call(.sent(1), 0, 3), call(.empty, 2, 3), call(.received(1), 4, 5)]) == nil)
        #expect(breach([call(.sent(1), 0, 1), call(.empty, 2, 5), call(.received(1), 4, 6)]) == nil)
        #expect(breach([call(.sent(1), 0, 1), call(.received(1), 1, 2), call(.empty, 2, 2)]) == nil)
    }

    @Test func oneOfSeveralElementsMustBeFoundIfTheyOverlap() {
        let calls = [
            call(.sent(1), 0, 1), call(.sent(2), 3, 4), call(.received(1), 6, 7), call(.received(2), 10, 11),
            call(.empty, 2, 9),
        ]
        #expect(breach(calls) != nil)
        // There is a moment at which the first may have gone and the second may not have come.
        let other = [call(.sent(1), 0, 1), call(.received(1), 3, 7), call(.sent(2), 2, 5), call(.empty, 2, 9)]
        #expect(breach(other) == nil)
    }

    @Test func orderOfSendsThatDoNotOverlapIsKept() {
        let sends = [call(.sent(1), 0, 1), call(.sent(2), 2, 3)]
        #expect(breach(sends + [call(.received(2), 4, 5), call(.received(1), 6, 7)]) != nil)
        #expect(breach(sends + [call(.received(2), 4, 5)]) != nil)
        #expect(breach(sends + [call(.received(2), 4, 7), call(.received(1), 6, 8)]) == nil)
        #expect(breach([call(.sent(1), 0, 2), call(.sent(2), 1, 3), call(.received(2), 4, 5)]) == nil)
    }

    @Test func elementsComeOnceAndAfterTheyWereSent() {
        #expect(breach([call(.sent(1), 0, 1), call(.received(1), 2, 3), call(.received(1), 4, 5)]) != nil)
        #expect(breach([call(.received(1), 2, 3)]) != nil)
        #expect(breach([call(.received(1), 2, 3), call(.sent(1), 4, 5)]) != nil)
    }

    @Test func aChannelIsFullOnlyOfWhatMayBeInIt() {
        let calls = [call(.sent(1), 0, 1), call(.received(1), 2, 3), call(.full, 4, 5)]
        #expect(breach(calls, capacity: 1) != nil)
        #expect(breach(calls + [call(.sent(2), 3, 9), call(.received(2), 10, 11)], capacity: 1) == nil)
        #expect(breach(calls, capacity: 2) != nil)
    }

    @Test(arguments: 0...4) func aCountIsRightAtSomeMoment(count: Int) {
        // One is there for sure, one comes and one goes.
        let calls = [
            call(.sent(1), 0, 1), call(.sent(2), 0, 1), call(.received(1), 3, 6), call(.sent(3), 4, 7),
            call(.count(count), 4, 5),
        ]
        #expect((breach(calls) == nil) == (1...3).contains(count))
    }
}
