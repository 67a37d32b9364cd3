import Synchronization
import Testing

@testable import MultitaskingCore

/// Waits that end before the task leave nothing with it.
@Suite struct TimedWaitTests {
    private static let moment = WaitLimit.upTo(.microseconds(1))

    private func callbackCount(_ future: Future<Int>) -> Int? { future.deferred?.callbackCount }

    @Test func blockingWaitsForAFutureThatGoesOn_leaveNothing() throws {
        let future = Promise<Int>.kept().future
        for _ in 0..<2000 {
            #expect(!future.waitUntilDone(Self.moment))
            #expect(throws: MultitaskingError.self) { try future.value(timeout: .microseconds(1)) }
            #expect(try wait(for: [future], until: .any, timeout: .microseconds(1)).done.isEmpty)
        }
        #expect(callbackCount(future) == 0)
    }

    @Test func asynchronousWaitsForAFutureThatGoesOn_leaveNothing() async throws {
        let future = Promise<Int>.kept().future
        for _ in 0..<500 {
            let isDone = try await future.waitUntilDone(Self.moment)
            let all = try await wait(for: [future], timeout: .microseconds(1))
            let any = try await wait(for: [future], until: .any, timeout: .microseconds(1))
            let selected = try await select(future, wait: Self.moment)
            #expect(!isDone && all.done.isEmpty && any.done.isEmpty && selected == nil)
        }
        #expect(callbackCount(future) == 0)
    }

    @Test func aWaitWhoseSwiftTaskIsCancelled_leavesNothing() async throws {
        let future = Promise<Int>.kept().future
        let waiting = Task { try await future.value() }
        while callbackCount(future) == 0 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(callbackCount(future) == 0)
    }

    @Test func waitsForAFutureThatFollowsAnother_leaveNothingWithEither() async throws {
        let (gate, last) = (Promise<Void>(), Promise<Int>.kept())
        let future = gate.future.then { last.future }
        let early = Task { try await future.value() }
        while callbackCount(future) == 0 { await Task.yield() }
        gate.fulfill()
        // The wait has moved on with the future.
        #expect(callbackCount(future) == 0 && callbackCount(last.future) == 1)
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        for _ in 0..<500 {
            let isDone = try await future.waitUntilDone(Self.moment)
            #expect(!isDone)
        }
        #expect(callbackCount(last.future) == 0)
    }

    @Test func aCallbackThatWasTakenBack_isNotCalledAndNotKept() throws {
        final class Witness: Sendable {}
        let (promise, calls) = (Promise<Int>(), Promise<Int>())
        weak var witness: Witness?
        for source in [promise.future, Future(ForgetfulSource(promise.future))] {
            let takeBack: @Sendable () -> Void
            do {
                let kept = Witness()
                witness = kept
                takeBack = source.notifyWhenDone { withExtendedLifetime(kept) { _ = calls.fulfill(1) } }
            }
            #expect(witness != nil)
            takeBack()
            #expect(witness == nil)
        }
        promise.fulfill(1)
        #expect(!calls.future.isDone)
    }

    @Test func aCallbackThatIsNotTakenBack_isCalledOnce() {
        let promise = Promise<Int>()
        let calls = Atomic<Int>(0)
        let sources = [promise.future, promise.future.then { $0 }, Future(ForgetfulSource(promise.future))]
        let takeBacks = sources.map { $0.notifyWhenDone { calls.add(1, ordering: .relaxed) } }
        promise.fulfill(1)
        for takeBack in takeBacks { takeBack() }
        #expect(calls.load(ordering: .relaxed) == 3)
        Future.completed(1).notifyWhenDone { calls.add(1, ordering: .relaxed) }()
        #expect(calls.load(ordering: .relaxed) == 4)
    }
}

extension Promise {
    /// A promise that is never fulfilled, nor dropped.
    fileprivate static func kept() -> Promise {
        let promise = Promise()
        keptPromises.withLock { $0.append(promise) }
        return promise
    }
}

private let keptPromises = Mutex<[any Sendable]>([])

/// A backend's future that has nothing but what is required.
private final class ForgetfulSource: FutureSource {
    private let inner: Future<Int>

    init(_ inner: Future<Int>) { self.inner = inner }

    var state: TaskState { inner.state }
    func outcome() -> TaskOutcome<Int>? { inner.outcome() }
    func waitUntilDone(_ wait: WaitLimit) -> Bool { inner.waitUntilDone(wait) }
    func whenDone(_ body: @escaping @Sendable () -> Void) { inner.whenDone(body) }
    func cancel(force: Bool) -> Bool { inner.cancel(force: force) }
}
