import Synchronization
import Testing

@testable import MultitaskingCore

/// Chains that would take more than any stack if each of their futures called the next one.
@Suite struct LongChainTests {
    private static let length = 100_000

    private struct Failure: Error {}

    /// The end of a chain of as many futures, each of which adds one.
    private func chain(_ first: Future<Int>, _ length: Int = length) -> Future<Int> {
        var last = first
        for _ in 0..<length { last = last.then { $0 + 1 } }
        return last
    }

    @Test func aLongChainEndsWhenItsFirstFutureSucceeds() throws {
        let promise = Promise<Int>()
        let last = chain(promise.future)
        promise.fulfill(0)
        #expect(try last.value(timeout: .zero) == Self.length)
    }

    @Test func aLongChainFailsWhenItsFirstFutureFails() {
        let promise = Promise<Int>()
        let last = chain(promise.future)
        promise.fail(Failure())
        #expect(throws: Failure.self) { try last.value(timeout: .zero) }
    }

    @Test func theEndOfALongChainCancelsItsFirstFuture() {
        let promise = Promise<Int>()
        let last = chain(promise.future)
        #expect(last.cancel())
        #expect(promise.isCancelled && last.isCancelled)
    }

    @Test func aLongChainThatNobodyHasIsReleasedWhenItsPromiseIsDropped() {
        weak var witness: Promise<Int>?
        do {
            let (promise, kept) = (Promise<Int>(), Promise<Int>())
            witness = kept
            // The value keeps the witness, and the last step the value.
            _ = chain(promise.future).then { number in withExtendedLifetime(kept) { number } }
        }
        #expect(witness == nil)
    }

    /// `count` futures, each of which ends as the one after it.
    private func following(_ promise: Promise<Int>, _ count: Int) -> Future<Int> {
        let gates = (0..<count).map { _ in Promise<Void>() }
        var first = promise.future
        for gate in gates {
            let next = first
            first = gate.future.then { next }
        }
        for gate in gates.reversed() { gate.fulfill() }
        return first
    }

    @Test func aFutureThatFollowsManyOthersEndsAsTheLastOfThem() throws {
        let promise = Promise<Int>()
        let future = following(promise, Self.length)
        let calls = Atomic<Int>(0)
        future.whenDone { calls.add(1, ordering: .relaxed) }
        #expect(future.state == .queued && future.outcome() == nil && !future.waitUntilDone(.never))
        promise.fulfill(7)
        #expect(try future.value(timeout: .zero) == 7)
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    @Test func aFutureThatFollowsManyOthersCancelsTheLastOfThem() {
        let promise = Promise<Int>()
        #expect(following(promise, Self.length).cancel())
        #expect(promise.isCancelled)
    }

    @Test func aFutureThatFollowsManyOthersIsReleased() {
        let promise = Promise<Int>()
        do {
            let future = following(promise, Self.length)
            #expect(!future.isDone)
        }
        promise.fulfill(1)
    }

    @Test func callbacksAreCalledInTheOrderOfTheirFutures() {
        let promise = Promise<Int>()
        let order = Mutex<[String]>([])
        let note: @Sendable (String) -> Void = { name in order.withLock { $0.append(name) } }
        let first = promise.future.then { number in
            note("first")
            return number
        }
        promise.future.whenDone { note("beside") }
        first.then { number in
            note("second")
            return number
        }.whenDone { note("last") }
        promise.fulfill(1)
        #expect(order.withLock { $0 } == ["first", "second", "last", "beside"])
    }

    @Test(arguments: [1, 1000])
    func aStepMayWaitForWhatItHasEndedItself(_ length: Int) throws {
        let promise = Promise<Int>()
        let last = chain(promise.future, length).then { number in
            let inner = Promise<Int>()
            let end = chain(inner.future, 1000)
            inner.fulfill(number)
            return try end.value(timeout: .zero)
        }
        promise.fulfill(0)
        #expect(try last.value(timeout: .zero) == length + 1000)
    }

    @Test func aFutureThatWouldFollowItselfFails() {
        let promise = Promise<Int>()
        let own = Mutex<Future<Int>?>(nil)
        let future = promise.future.then { number in own.withLock { $0 } ?? .completed(number) }
        let last = Future.completed(1).then { _ in future }
        own.withLock { $0 = last }
        promise.fulfill(1)
        let error = #expect(throws: MultitaskingError.self) { try last.value(timeout: .zero) }
        #expect(error?.code == .invalidArgument)
    }

    /// Where threads meet before they do something at the same moment.
    private final class Meeting: Sendable {
        private let missing: Atomic<Int>
        init(of count: Int) { missing = Atomic(count) }
        func come() {
            missing.subtract(1, ordering: .sequentiallyConsistent)
            while missing.load(ordering: .sequentiallyConsistent) > 0 {}
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [2, 3])
    func futuresThatBeginToFollowEachOther_fail_whenThatHappensAtTheSameTime(_ count: Int) async throws {
        for _ in 0..<500 {
            let gates = (0..<count).map { _ in Promise<Void>() }
            let futures = Mutex<[Future<Int>]>([])
            let ring = gates.enumerated().map { place, gate in
                gate.future.then { futures.withLock { $0[(place + 1) % count] } }
            }
            futures.withLock { $0 = ring }
            let (meeting, left) = (Meeting(of: count), Countdown(count))
            let isOver = Promise<Void>()
            for gate in gates {
                let error = startDetachedThread {
                    meeting.come()
                    gate.fulfill()
                    if left.isLast() { isOver.fulfill() }
                }
                #expect(error == 0)
            }
            try await isOver.future.value(timeout: .seconds(20))
            let failures = try await awaitEnds(of: ring)
            #expect(failures == Array(repeating: .invalidArgument, count: count))
            futures.withLock { $0 = [] }
        }
    }

    /// How futures fail, asked by a thread that may spin for ever.
    private func awaitEnds(of futures: [Future<Int>]) async throws -> [MultitaskingError.Code?] {
        let codes = Promise<[MultitaskingError.Code?]>()
        let error = startDetachedThread {
            codes.fulfill(futures.map { ($0.failure as? MultitaskingError)?.code })
        }
        #expect(error == 0)
        return try await codes.future.value(timeout: .seconds(20))
    }
}
