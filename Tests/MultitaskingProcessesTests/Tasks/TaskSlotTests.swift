import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

/// A slot serves one task after the other: who acts late must not act upon the next one.
@Suite struct TaskSlotTests {
    private let fixture: Fixture
    private let slot: TaskSlot

    init() throws {
        fixture = try Fixture(slots: 8)
        slot = TaskSlot(arena: fixture.arena, index: 3)
    }

    private func claim(_ kind: TaskSlot.Kind, copyMember: Int = 0) throws -> SlotWord {
        let jobs = JobRing(arena: fixture.arena, isRetry: false)
        slot.prepare(kind: kind, function: 0, copyMember: copyMember, options: .default)
        #expect(jobs.push(slot, from: slot.word))
        return try #require(jobs.claim(by: 1, announce: { _ in })).word
    }

    @Test(arguments: [TaskSlot.Kind.portable, .copy])
    func kindOfAClaimedTaskIsKnown(kind: TaskSlot.Kind) throws {
        #expect(slot.kind(of: try claim(kind, copyMember: 5)) == kind)
    }

    @Test
    func kindOfACopysTaskThatHasEndedIsNotThatOfTheNext() throws {
        let claimed = try claim(.copy, copyMember: 5)
        #expect(slot.end(from: claimed, as: .done))
        #expect(slot.kind(of: claimed) == nil)
        slot.wordCell.store(slot.word.with(.free, member: 0).rawValue)
        FreeSlots(arena: fixture.arena).giveBack(slot)
        #expect(slot.kind(of: claimed) == nil)
        let next = try claim(.portable)
        #expect(slot.kind(of: claimed) == nil)
        #expect(slot.kind(of: next) == .portable)
    }

    @Test
    func copyThatDiedWhileItsTaskWasQueuedFailsIt() throws {
        let copy = Member(arena: fixture.arena, index: 4)
        slot.prepare(kind: .copy, function: 0, copyMember: copy.index, options: .default)
        copy.slot.store(UInt64(slot.index + 1))
        #expect(JobRing(arena: fixture.arena, isRetry: false).push(slot, from: slot.word))
        fixture.recover(copy.index)
        #expect(slot.word.status == .done && slot.resultKind == .crashed)
    }

    @Test
    func requestToEndThatComesTooLateDoesNotReachTheNextTask() throws {
        _ = try claim(.portable)
        let requests = slot.orders.requests
        #expect(!requests.isEndAskedFor && !slot.orders.isEndRequested)
        slot.prepare(kind: .portable, function: 0, options: .default)
        #expect(!slot.orders.requestEnd(after: requests))
        #expect(!slot.orders.isEndRequested)
        #expect(slot.orders.requestEnd(after: slot.orders.requests))
        #expect(slot.orders.isEndRequested)
    }

    @Test
    func requestToEndSeesThatTheTaskWasCancelledByForceMeanwhile() throws {
        _ = try claim(.portable)
        let requests = slot.orders.requests
        slot.orders.askForEnd()
        #expect(!slot.orders.requestEnd(after: requests))
        #expect(slot.orders.requests.isEndAskedFor)
        slot.prepare(kind: .portable, function: 0, options: .default)
        #expect(!slot.orders.requests.isEndAskedFor)
    }
}
