import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

@Suite struct ChangedObjectsTests {
    private struct Taken: Equatable {
        var numbers: [Int] = []
        var areAll = false
    }

    private func take(_ fixture: Fixture) -> Taken {
        var taken = Taken()
        let areAll = ChangedObjects(arena: fixture.arena).take { taken.numbers.append($0) }
        taken.areAll = areAll
        return taken
    }

    @Test func whatWasNoted_isTakenOnce() throws {
        let fixture = try Fixture()
        let objects = ChangedObjects(arena: fixture.arena)
        let noted = [
            ChangedObjects.number(ofChannel: 0), ChangedObjects.number(ofChannel: 4_097),
            ChangedObjects.number(ofChannel: ArenaLayout.channelLimit - 1), ChangedObjects.number(ofSignal: 0),
            ChangedObjects.number(ofSignal: ArenaLayout.signalLimit - 1),
        ]
        for number in noted.reversed() + noted { objects.note(number) }
        #expect(take(fixture) == Taken(numbers: noted))
        #expect(take(fixture) == Taken())
        objects.noteAll()
        #expect(take(fixture) == Taken(areAll: true))
        #expect(take(fixture) == Taken())
    }

    @Test func wordsThatATaskHasWrittenOver_leadNowhereElse() throws {
        let fixture = try Fixture()
        let layout = fixture.arena.layout
        for offset in stride(from: layout.endedTasks, to: layout.spanTable, by: 8) {
            fixture.arena.word(offset).store(.max)
        }
        let all = take(fixture)
        #expect(all.areAll && all.numbers == Array(0..<ArenaLayout.objectLimit))
        var slots: [Int] = []
        EndedTasks(arena: fixture.arena).take(slotCount: .max) { slots.append($0) }
        #expect(slots == Array(0..<layout.slotCapacity))
    }

    @Test func onlyWhatIsWatched_isNoted() throws {
        let fixture = try Fixture()
        let channel = try fixture.channel(for: 1)
        #expect(try channel.send(1, wait: .never))
        #expect(take(fixture) == Taken())
        fixture.header.watched.store(1)
        #expect(try channel.send(2, wait: .never))
        #expect(try channel.send(3, wait: .never))
        #expect(take(fixture) == Taken(numbers: [fixture.header.changeNumber]))
        #expect(fixture.header.watched.load() == 0)
        fixture.arena.signal(3).watched.store(1)
        fixture.arena.signal(3).wakeAll()
        #expect(take(fixture) == Taken(numbers: [ChangedObjects.number(ofSignal: 3)]))
    }

    /// It may have been between clearing that the object is watched, and noting it.
    @Test func afterADeath_allAreNoted() throws {
        let fixture = try Fixture()
        _ = try fixture.channel(for: 1)
        let event = fixture.arena.event.futex.load()
        fixture.recover(1)
        #expect(take(fixture).areAll)
        #expect(fixture.arena.event.futex.load() != event)
    }
}
