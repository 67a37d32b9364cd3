import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

@Suite(.timeLimit(.minutes(1)))
struct EventStationTests {
    private let own: ProcessChannel
    private let other: ProcessChannel

    init() throws {
        own = try Fixture().channel(for: ArenaLayout.client)
        other = try Fixture().channel(for: ArenaLayout.client)
    }

    @Test func onlySourcesOfItsPoolRaiseItsEvent() {
        let station = EventStation(membership: own.membership)
        #expect(station.eventSource(own) != nil)
        #expect(station.eventSource(own.sending) != nil)
        #expect(station.eventSource(other) == nil)
        #expect(station.eventSource(other.sending) == nil)
    }

    @Test func sourcesOfAnotherPoolAreWatched_whileASelectSleeps() async throws {
        let selected = Task.detached { [own, other] in
            await awaitBlocking {
                Result { try EventStation(membership: own.membership).select([own, other], wait: .forever) }
            }
        }
        while other.membership.watcher.pollCount == 0 { await Task.yield() }
        #expect(try await other.send(1))
        #expect(try await selected.value.get() == 1)
        #expect(other.membership.watcher.pollCount == 0)
        other.membership.watcher.stop()
    }
}
