import Testing

@testable import MultitaskingProcesses

/// Which workers look for work, and which sleep.
@Suite struct IdleWorkersTests {
    @Test func fifthSearcher_isRefused_untilOneHasEnded() throws {
        let fixture = try Fixture(workers: 130)
        let idle = fixture.arena.idleWorkers
        #expect([3, 64, 65, 130].map(idle.beginSearch) == [true, true, true, true])
        #expect(!idle.beginSearch(1) && !idle.beginSearch(129))
        #expect(idle.isSearched && (1...130).filter(idle.contains) == [3, 64, 65, 130])
        idle.park(2)
        #expect(idle.contains(2) && idle.parkedCount == 1)
        idle.endSearch(64)
        #expect(idle.beginSearch(1) && !idle.beginSearch(63))
        // What a dead one has left is forgotten.
        idle.remove(130)
        idle.remove(2)
        #expect(!idle.contains(130) && !idle.contains(2))
        #expect(idle.beginSearch(63) && !idle.beginSearch(64))
    }
}
