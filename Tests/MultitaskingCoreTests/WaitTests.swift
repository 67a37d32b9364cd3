import MultitaskingCore
import Testing

private struct Failure: Error, Equatable { let number: Int }

@Suite struct WaitTests {
    @Test func conditionsOfNoTasksAreFulfilled() throws {
        for condition in [WaitCondition.all, .any, .count(0), .count(3), .firstFailed, .firstSuccessful] {
            let (done, notDone) = try wait(for: [Future<Int>](), until: condition)
            #expect(done.isEmpty && notDone.isEmpty)
        }
    }

    @Test func aCountBelowZeroIsRefusedAndOneAboveAllWaitsForAll() throws {
        let error = #expect(throws: MultitaskingError.self) { try wait(for: [Future.completed(1)], until: .count(-1)) }
        #expect(error?.code == .invalidArgument)
        #expect(try wait(for: [Future.completed(1), .completed(2)], until: .count(9)).done.count == 2)
    }

    @Test func tasksOfSeveralTypesAreWaitedForTogether() async throws {
        let promise = Promise<String>()
        let number = Future.completed(1)
        let (done, notDone) = try await wait(for: [number, promise.future], until: .any)
        #expect(done.count == 1 && notDone.count == 1)
        promise.fulfill("text")
        let all = try await wait(for: [number, promise.future])
        #expect(all.done.count == 2)
    }

    @Test func theRestIsCancelledOnlyWhenTheConditionIsFulfilled() throws {
        let promises = (0..<4).map { _ in Promise<Int>() }
        let futures = promises.map(\.future)
        // A promise that is gone has failed.
        try withExtendedLifetime(promises) {
            promises[1].fulfill(1)
            var parts = try wait(for: futures, until: .count(2), timeout: .milliseconds(5), rest: .cancel)
            #expect(parts.done.count == 1 && parts.notDone.count == 3)
            promises[3].fail(Failure(number: 1))
            parts = try wait(for: futures, until: .count(2), timeout: .seconds(20), rest: .cancel)
            #expect(futures.map(\.isCancelled) == [true, false, true, false])
        }
    }

    @Test func aCancelledTaskHasNotFailed() throws {
        let (cancelled, other) = (Promise<Int>(), Promise<Int>())
        cancelled.future.cancel()
        let futures = [cancelled.future, other.future]
        #expect(try wait(for: futures, until: .firstFailed, timeout: .milliseconds(5)).notDone.count == 1)
        other.fail(Failure(number: 1))
        #expect(try wait(for: futures, until: .firstFailed).done.count == 2)
    }

    @Test func aRaceGivesTheFirstValueOrAllErrors() throws {
        let slow = Promise<Int>()
        let failed = Future<Int>.failed(Failure(number: 1))
        #expect(try race([slow.future, failed, .completed(5)]) == 5)
        #expect(slow.isCancelled)
        let losers = [failed, Future<Int>.failed(Failure(number: 2)), slow.future]
        let error = #expect(throws: RaceError.self) { try race(losers) }
        #expect(error?.errors.count == 3 && error?.errors[1] as? Failure == Failure(number: 2))
        #expect((error?.errors[2] as? MultitaskingError)?.code == .cancelled)
        #expect("\(try #require(error))".contains("none of 3 tasks"))
        let open = Promise<Int>()
        let late = #expect(throws: MultitaskingError.self) {
            try race([open.future, failed], timeout: .milliseconds(5))
        }
        #expect(late?.code == .timedOut && late?.message.contains("1 of 2 tasks have not ended") == true)
    }

    @Test func completionsComeAsTheyEnd() async throws {
        let promises = (0..<4).map { _ in Promise<Int>() }
        promises[2].fulfill(2)
        var seen: [Int] = []
        do {
            for try await future in completions(of: promises.map(\.future), timeout: .milliseconds(50)) {
                seen.append(try await future.value())
                if seen.count == 1 { promises[0].fulfill(0) }
            }
            Issue.record("expected timedOut")
        } catch let error as MultitaskingError {
            #expect(error.code == .timedOut && error.message.contains("2 of 4 tasks have not ended"))
        }
        #expect(seen == [2, 0])
    }

    @Test func aRaceIsWonAtTheLastMoment() throws {
        let open = Promise<Int>()
        #expect(try race([open.future, LateWord.future(1)], timeout: .milliseconds(5)) == 1)
        #expect(open.isCancelled)
        #expect(try race([.failed(Failure(number: 1)), LateWord.future(2)], timeout: .milliseconds(5)) == 2)
    }

    @Test func anAsynchronousRaceIsWonAtTheLastMomentToo() async throws {
        let failed = Future<Int>.failed(Failure(number: 1))
        let value = try await race([failed, LateWord.future(2)], timeout: .milliseconds(5))
        #expect(value == 2)
    }

    @Test func aLoopWhoseTimeWasUpSaysSoWhateverHasEndedSince() {
        let futures = [Future.completed(1), LateWord.future(2)]
        let all: Completions<Future<Int>> = completions(of: futures, timeout: .milliseconds(5))
        #expect(Array(all).count == 1)
        #expect(all.timedOut?.message.contains("1 of 2 tasks have not ended") == true)
        let ended: Completions<Future<Int>> = completions(of: [futures[0]], timeout: .milliseconds(5))
        #expect(Array(ended).count == 1 && ended.timedOut == nil)
    }

    @Test func whatIsCancelledTogetherWithTheWaitIsSaid() async throws {
        let promises = (0..<3).map { _ in Promise<Int>() }
        let waits: [Task<Void, any Error>] = [
            Task { _ = try await promises[0].future.value(cancelling: .withTask) },
            Task { _ = try await promises[1].future.value(cancelling: .waitOnly) },
            Task { for try await _ in completions(of: [promises[2].future], cancelling: .withTask) {} },
        ]
        for wait in waits {
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
        #expect(promises.map(\.isCancelled) == [true, false, true])
    }
}

/// A task that has ended just when a wait is over, so that nobody was told.
private final class LateWord: FutureSource {
    let value: Int

    init(_ value: Int) { self.value = value }

    static func future(_ value: Int) -> Future<Int> { Future(LateWord(value)) }

    var state: TaskState { .done }
    func outcome() -> TaskOutcome<Int>? { .success(value) }
    func waitUntilDone(_ wait: WaitLimit) -> Bool { true }
    func whenDone(_ body: @escaping @Sendable () -> Void) {}
    func cancel(force: Bool) -> Bool { false }
}
