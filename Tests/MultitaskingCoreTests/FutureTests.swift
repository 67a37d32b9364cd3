import MultitaskingCore
import Synchronization
import Testing

/// A future's source that the test ends by hand.
private final class ManualSource: FutureSource {
    private struct State {
        var state = TaskState.queued
        var outcome: TaskOutcome<Int>?
        var callbacks: [@Sendable () -> Void] = []
        var readings = 0
        var requests: [Bool] = []
    }

    private let contents = Mutex(State())

    var state: TaskState { contents.withLock { $0.state } }
    var callbackCount: Int { contents.withLock { $0.callbacks.count } }

    /// How often the outcome was asked for.
    var readings: Int { contents.withLock { $0.readings } }
    /// Whether by force, of each cancellation that was requested.
    var requests: [Bool] { contents.withLock { $0.requests } }

    func outcome() -> TaskOutcome<Int>? {
        contents.withLock { contents in
            contents.readings += 1
            return contents.outcome
        }
    }

    var failure: (any Error)? { nil }

    func waitUntilDone(_ wait: WaitLimit) -> Bool { outcome() != nil }

    func whenDone(_ body: @escaping @Sendable () -> Void) {
        let isOver = contents.withLock { state in
            if state.outcome == nil { state.callbacks.append(body) }
            return state.outcome != nil
        }
        if isOver { body() }
    }

    func cancel(force: Bool) -> Bool {
        guard state == .queued else { return state == .cancelled }
        end(.cancelled, as: .cancelled)
        return true
    }

    func requestCancellation(force: Bool) { contents.withLock { $0.requests.append(force) } }

    func begin() { contents.withLock { $0.state = .running } }

    func end(_ outcome: TaskOutcome<Int>, as state: TaskState = .done) {
        let callbacks = contents.withLock { contents in
            contents.state = state
            contents.outcome = outcome
            defer { contents.callbacks = [] }
            return contents.callbacks
        }
        for callback in callbacks { callback() }
    }
}

@Suite struct FutureTests {
    private struct Failure: Error, Equatable {}

    private let source = ManualSource()
    private var future: Future<Int> { Future(source) }

    @Test func statesShowInTheQuestions() {
        #expect(!future.isDone && !future.isRunning && !future.isCancelled)
        source.begin()
        #expect(future.isRunning && !future.isDone)
        source.end(.success(1))
        #expect(future.isDone && !future.isRunning && !future.isCancelled)
    }

    @Test func valueIsWhatTheTaskReturnedOrThrew() throws {
        #expect(try TaskOutcome.success(3).get() == 3)
        #expect(throws: Failure()) { try TaskOutcome<Int>.failure(Failure()).get() }
        let error = #expect(throws: MultitaskingError.self) { try TaskOutcome<Int>.cancelled.get() }
        #expect(error?.code == .cancelled)
        source.end(.success(3))
        #expect(try future.value() == 3)
    }

    @Test func valueOfAnUnfinishedTaskIsATimeOut() {
        let error = #expect(throws: MultitaskingError.self) { try future.value(timeout: .zero) }
        #expect(error?.code == .timedOut)
    }

    @Test func cancelledTaskIsDone() {
        #expect(future.cancel())
        #expect(future.isCancelled && future.isDone)
        #expect(future.cancel())
    }

    @Test func whoeverCancelsManyOnlyRequestsIt() throws {
        RemainingTasks.cancel.apply(to: [future])
        #expect(source.requests == [false])
        // The task is the last of a chain.
        let follower = Future.completed(1).then { [future] _ in future }.then { $0 + 1 }
        RemainingTasks.cancelByForce.apply(to: [follower])
        #expect(source.requests == [false, false, true] && !future.isDone)
        #expect(follower.cancel() && future.isCancelled)
    }

    @Test func endingIsKnownWithoutTheOutcome() {
        let follower = Future.completed(1).then { [future] _ in future }
        source.end(.success(3))
        #expect(future.ending == .succeeded && follower.ending == .succeeded && source.readings == 0)
        #expect(Future<Int>.failed(Failure()).ending == .failed)
    }

    @Test func asynchronousValueArrivesWithTheEnd() async throws {
        async let value = future.value()
        source.end(.success(5))
        #expect(try await value == 5)
        #expect(try await future.value() == 5)
    }

    @Test func asynchronousWaitEndsAtItsLimit() async throws {
        #expect(try await !future.waitUntilDone(.upTo(.milliseconds(1))))
        #expect(try await !future.waitUntilDone(.never))
        await #expect(throws: MultitaskingError.self) { try await future.value(timeout: .milliseconds(1)) }
    }

    @Test func cancellingTheAwaitingTaskThrows() async {
        let future = future
        let waiting = Task { try await future.value() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(!future.isDone)
    }
}
