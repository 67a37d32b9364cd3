import MultitaskingCore
import Synchronization
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

    @Test func aSourceThatHasCalledForNothingIsWatchedAgain() async throws {
        let source = FakeSource()
        let selected = Task.detached { [own] in
            await awaitBlocking {
                Result { try EventStation(membership: own.membership).select([own, source], wait: .forever) }
            }
        }
        for count in 1...20 {
            while source.watches < count { await Task.yield() }
            if count == 20 { source.isReadyForSelect = true }
            source.call()
        }
        #expect(try await selected.value.get() == 1)
    }
}

/// A source of another kind, which calls when it is told to.
private final class FakeSource: Selectable {
    private let state = Mutex<(watches: Int, isReady: Bool, callback: (@Sendable () -> Void)?)>((0, false, nil))

    let selectStation: (any SelectStation)? = nil
    var watches: Int { state.withLock { $0.watches } }
    var isReadyForSelect: Bool {
        get { state.withLock { $0.isReady } }
        set { state.withLock { $0.isReady = newValue } }
    }

    func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        state.withLock {
            $0.watches += 1
            $0.callback = body
        }
        return {}
    }

    /// Calls as a source does: once for each watch.
    func call() { state.withLock { $0.callback.take() }?() }
}
