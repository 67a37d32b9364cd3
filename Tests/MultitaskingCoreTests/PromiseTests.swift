import Dispatch
import MultitaskingCore
import Synchronization
import Testing

private struct Failure: Error, Equatable { let number: Int }

@Suite struct PromiseTests {
    @Test func theFirstFulfilmentCounts() throws {
        let promise = Promise<Int>()
        #expect(promise.future.state == .queued && promise.future.outcome() == nil)
        #expect(!promise.future.waitUntilDone(.never))
        #expect(throws: MultitaskingError.self) { try promise.future.value(timeout: .milliseconds(1)) }
        #expect(promise.fulfill(1))
        #expect(!promise.fulfill(2) && !promise.fail(Failure(number: 1)))
        #expect(try promise.future.value() == 1)
        #expect(promise.future.state == .done)
    }

    @Test func selectBlocksForPromises() throws {
        let (first, second) = (Promise<Int>(), Promise<Int>())
        #expect(try select(first.future, second.future, wait: .upTo(.milliseconds(5))) == nil)
        DispatchQueue.global().async { second.fulfill(1) }
        #expect(try select(first.future, second.future, wait: .upTo(.seconds(20))) == 1)
    }

    @Test func aFailedPromiseFailsItsFuture() {
        let promise = Promise<Int>()
        #expect(promise.fail(Failure(number: 3)))
        #expect(throws: Failure(number: 3)) { try promise.future.value() }
    }

    @Test func aDroppedPromiseFailsItsFuture() {
        let future = Promise<Int>().future
        let error = #expect(throws: MultitaskingError.self) { try future.value() }
        #expect(error?.code == .promiseDropped)
    }

    @Test func completedFuturesHaveTheirOutcomeAtOnce() async throws {
        let number = try await Future.completed(4).value(timeout: .zero)
        #expect(number == 4)
        let value = try await Future.completed("x").value()
        #expect(value == "x")
        #expect(Future.completed().isDone)
        #expect(throws: Failure(number: 1)) { try Future<Int>.failed(Failure(number: 1)).value() }
    }

    @Test func aCancelledFutureIgnoresItsPromise() {
        let promise = Promise<Int>()
        #expect(promise.future.cancel() && promise.isCancelled)
        #expect(!promise.fulfill(1))
        #expect(promise.future.isCancelled)
    }

    @Test func threadsThatWaitAreWoken() async throws {
        let promise = Promise<Int>()
        let calls = Atomic<Int>(0)
        promise.future.whenDone { calls.add(1, ordering: .relaxed) }
        let waiting = Task { try await promise.future.value() }
        await Task.yield()
        promise.fulfill(7)
        promise.future.whenDone { calls.add(1, ordering: .relaxed) }
        let value = try await waiting.value
        #expect(value == 7)
        #expect(calls.load(ordering: .relaxed) == 2)
    }

    @Test func thenPassesValuesErrorsAndCancellations() throws {
        let promise = Promise<Int>()
        let doubled = promise.future.then { $0 * 2 }
        let text = doubled.then { number async throws -> String in "\(number)" }
        let flat = doubled.then { Future.completed($0 + 1) }
        #expect(doubled.state == .queued)
        promise.fulfill(21)
        #expect(try doubled.value() == 42)
        #expect(try text.value(timeout: .seconds(20)) == "42")
        #expect(try flat.value() == 43)

        let failed = Future<Int>.failed(Failure(number: 5)).then { $0 + 1 }.then { "\($0)" }
        #expect(throws: Failure(number: 5)) { try failed.value() }
        let thrown = Future.completed(1).then { number throws -> Int in throw Failure(number: number) }
        #expect(throws: Failure(number: 1)) { try thrown.value() }

        let other = Promise<Int>()
        let last = other.future.then { $0 + 1 }.then { $0 + 1 }
        #expect(last.cancel())
        #expect(other.isCancelled && last.isCancelled)
    }

    @Test func aCancelledFollowUpCancelsItsSwiftTask() async throws {
        let hasStarted = Promise<Void>()
        let future = Future.completed(1).then { number async throws -> Int in
            hasStarted.fulfill()
            try await Task.sleep(for: .seconds(1000))
            return number
        }
        try await hasStarted.future.value()
        #expect(!future.cancel())
        #expect(future.cancel(force: true))
        await #expect(throws: CancellationError.self) { try await future.value() }
    }
}
