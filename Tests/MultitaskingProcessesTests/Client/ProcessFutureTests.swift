import MultitaskingCore
import MultitaskingSerialization
import Testing

@testable import MultitaskingProcesses

/// Futures of a pool without processes: the tests act for its worker.
@Suite(.serialized)
struct ProcessFutureTests {
    private let core: PoolCore
    private var watcher: Watcher { core.membership.watcher }

    init() throws { core = try PoolCore(workers: 1, arenaLimit: 64 << 20, compression: .none) }

    private func submit(_ number: Int) throws -> ProcessFuture<Int> {
        try core.submit(Invocation(ValueFunction { negated }, ArgumentList(number)), options: .default)
    }

    /// Claims the next task and stores its result.
    private func run() throws -> (slot: TaskSlot, claimed: SlotWord) {
        let claim = try #require(core.rings.normal.claim(by: 1) { _ in })
        // Otherwise the task is lost.
        core.arena.member(1).slot.store(claim.slot.number)
        try core.membership.withWriter { writer in
            try writer.encode(7)
            try claim.slot.result.store(writer, writer.byteCount)
        }
        return (claim.slot, claim.word)
    }

    private func end() throws -> TaskSlot {
        let (slot, claimed) = try run()
        #expect(slot.finish(from: claimed, as: .value))
        return slot
    }

    private func value(of future: ProcessFuture<Int>) -> Int? {
        if case .success(let value)? = future.outcome() { value } else { nil }
    }

    @Test func selectsOfManyFutures_areAskedWhenTheirOwnTaskEnds() async throws {
        let futures = try (0..<300).map(submit)
        // Last in line are those whose tasks end first: were all asked, each end would cost a look at most of them.
        let selects = futures.reversed().map { future in Task { try await select(future) } }
        while watcher.pollCount < futures.count { await Task.yield() }
        let before = watcher.askCount
        for selected in selects.reversed() {
            _ = try end()
            #expect(try await selected.value == 0)
        }
        #expect(watcher.askCount - before <= futures.count)
        #expect(watcher.pollCount == 0)
    }

    @Test func selectOfAFutureThatWasCancelled_leavesNothingBehind() async throws {
        let future = try submit(1)
        let selected = Task { try await select(future) }
        while watcher.pollCount == 0 { await Task.yield() }
        selected.cancel()
        await #expect(throws: CancellationError.self) { try await selected.value }
        #expect(watcher.pollCount == 0)
    }

    /// The slot serves another task, which nobody watches, when the worker looks whether anybody watches its own.
    @Test func outcomeThatIsReadBeforeItsWorkerTellsOfIt_isToldOfToSelects() async throws {
        let future = try submit(1)
        let selected = Task { try await select(future) }
        while watcher.pollCount == 0 { await Task.yield() }
        let (slot, claimed) = try run()
        var noted: [Int] = []
        let isHeld = watcher.whileHeld {
            slot.resultKind.store(.value)
            #expect(slot.word.compareExchangeOrdered(claimed, claimed.with(.done, member: 1)))
            #expect(value(of: future) == 7)
            slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
            slot.completion.signal(core.arena, slot: slot.index)
            EndedTasks(arena: core.arena).take(slotCount: slot.index + 1) { noted.append($0) }
            return 1
        }
        #expect(isHeld == 1 && noted == [slot.index])
        watcher.lookAgain(at: slot.index)
        #expect(try await selected.value == 0)
    }

    /// As when its task ends, and another thread hands its result on, just before the wait for it is given up.
    @Test func resultThatIsHandedOnWhenTheWaitForItIsGivenUp_givesItsSlotBackOnce() throws {
        let future = try submit(1)
        let slot = try end()
        var pin = future.pin(in: core)
        #expect(pin?.slot.index == slot.index)
        #expect(!future.settleUnended(as: MultitaskingError(.systemError, "no thread")))
        #expect(value(of: future) == 7)
        #expect(slot.word.load().status == .done)
        pin = nil
        #expect(slot.word.load().status == .free)
        let others = try (0..<2).map(submit)
        #expect(try Set(others.map { _ in try end().index }).count == others.count)
    }
}

@Sendable private func negated(_ number: Int) -> Int { -number }
