import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

/// A slot serves one task after the other: who acts late must not act upon the next one.
@Suite struct TaskSlotTests {
    private let fixture: Fixture
    private let slot: TaskSlot

    init() throws {
        fixture = try Fixture(slots: 8)
        slot = fixture.arena.slot(3)
    }

    private func claim(_ kind: TaskSlot.Kind, forkedMember: Int = 0) throws -> SlotWord {
        let ring = fixture.arena.tasks
        slot.prepare(kind: kind, function: 0, forkedMember: forkedMember, options: .default, stamp: nil)
        #expect(ring.push(slot, from: slot.word.load()))
        return try #require(ring.claim(by: 1, announce: { _ in })).word
    }

    @Test(arguments: [TaskSlot.Kind.portable, .forked])
    func kindOfAClaimedTaskIsKnown(kind: TaskSlot.Kind) throws {
        #expect(slot.kind(of: try claim(kind, forkedMember: 5)) == kind)
    }

    @Test(arguments: [(TaskSlot.Kind.portable, 1), (.forked, 3)])
    func endOfACopysTaskIsTriedAgain_evenIfAnotherStandInHasGivenItTheSameWord(
        kind: TaskSlot.Kind, tries: Int
    ) throws {
        let claimed = try claim(kind, forkedMember: 5)
        let claim = kind == .forked ? Claim(ofForkedTask: slot) : Claim(slot, claimed)
        var words: [SlotWord] = []
        // Between the loads, the word was another one.
        claim.end { word in
            words.append(word)
            return words.count == 3
        }
        #expect(words == Array(repeating: claimed, count: tries))
    }

    @Test
    func kindOfACopysTaskThatHasEndedIsNotThatOfTheNext() throws {
        let claimed = try claim(.forked, forkedMember: 5)
        #expect(slot.end(from: claimed, as: .done))
        #expect(slot.kind(of: claimed) == nil)
        slot.word.store(slot.word.load().with(.free, member: 0))
        FreeSlots(arena: fixture.arena).giveBack(slot)
        #expect(slot.kind(of: claimed) == nil)
        let next = try claim(.portable)
        #expect(slot.kind(of: claimed) == nil)
        #expect(slot.kind(of: next) == .portable)
    }

    @Test
    func copyThatDiedWhileItsTaskWasQueuedFailsIt() throws {
        let copy = fixture.arena.member(4)
        slot.prepare(kind: .forked, function: 0, forkedMember: copy.index, options: .default, stamp: nil)
        copy.slot.store(slot.number)
        #expect(fixture.arena.tasks.push(slot, from: slot.word.load()))
        fixture.recover(copy.index)
        #expect(slot.word.load().status == .done && slot.resultKind.load() == .crashed)
    }

    @Test
    func requestToEndThatComesTooLateDoesNotReachTheNextTask() throws {
        _ = try claim(.portable)
        let requests = slot.requests.snapshot
        #expect(!requests.isEndAskedFor && !slot.requests.isEndRequested)
        slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
        #expect(!slot.requests.requestEnd(after: requests))
        #expect(!slot.requests.isEndRequested)
        #expect(slot.requests.requestEnd(after: slot.requests.snapshot))
        #expect(slot.requests.isEndRequested)
    }

    @Test
    func requestToEndSeesThatTheTaskWasCancelledByForceMeanwhile() throws {
        _ = try claim(.portable)
        let requests = slot.requests.snapshot
        slot.requests.askForEnd()
        #expect(!slot.requests.requestEnd(after: requests))
        #expect(slot.requests.snapshot.isEndAskedFor)
        slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
        #expect(!slot.requests.snapshot.isEndAskedFor)
    }
}
