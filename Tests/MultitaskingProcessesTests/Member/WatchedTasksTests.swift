import Testing

@testable import MultitaskingProcesses

@Suite struct WatchedTasksTests {
    private func poll(_ id: UInt64) -> WatchedTasks.Poll { WatchedTasks.Poll(id: id, isOver: { false }, body: {}) }

    @Test func aPollThatIsTakenBackWhileItIsInHand_isNotPutBack() throws {
        var tasks = WatchedTasks()
        for id in 1...2 { tasks.add(poll(UInt64(id)), for: 7, isExpiring: true) }
        tasks.beginAsking()
        let polls = try #require(tasks.take(7)?.polls)
        tasks.takeBack(1, for: 7)
        for poll in polls { tasks.putBack(poll, for: 7, isExpiring: true) }
        tasks.endAsking()
        #expect(tasks.count == 1)
        tasks.takeBack(2, for: 7)
        #expect(tasks.count == 0 && tasks.take(7) == nil)
    }

    @Test func aPollThatIsTakenBackAfterItWasAsked_isNotRemembered() {
        var tasks = WatchedTasks()
        tasks.beginAsking()
        tasks.endAsking()
        tasks.takeBack(1, for: 7)
        tasks.beginAsking()
        tasks.putBack(poll(1), for: 7, isExpiring: false)
        #expect(tasks.count == 1)
    }
}
