import MultitaskingCore
import Synchronization
import Testing

@Suite struct AwaitCallbackTests {
    @Test func callbackThatIsCalledAtOnceIsSeen() async throws {
        #expect(try await awaitCallback(.forever) { $0() })
        #expect(try await awaitCallback(.never) { $0() })
    }

    @Test func callbackThatIsNeverCalledEndsAtTheLimit() async throws {
        #expect(try await !awaitCallback(.never) { _ in })
        #expect(try await !awaitCallback(.upTo(.milliseconds(1))) { _ in })
        #expect(try await !awaitCallback(.upTo(.zero)) { _ in })
    }

    @Test func callbackMayBeCalledOften() async throws {
        #expect(
            try await awaitCallback(.forever) { callback in
                callback()
                callback()
            })
    }

    @Test func cancelledTaskDoesNotRegister() async {
        let isRegistered = Atomic(false)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await awaitCallback(.forever) { _ in isRegistered.store(true, ordering: .relaxed) }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let wasRegistered = isRegistered.load(ordering: .relaxed)
        #expect(!wasRegistered)
    }

    @Test func callbackAndCancellationAtOnceEndTheWaitOnce() async {
        for _ in 0..<1_000 {
            let callbacks = AsyncStream<@Sendable () -> Void>.makeStream()
            let waiting = Task { try await awaitCallback(.forever) { callbacks.continuation.yield($0) } }
            for await callback in callbacks.stream {
                async let called: Void = callback()
                waiting.cancel()
                await called
                break
            }
            let result = await waiting.result
            switch result {
            case .success(let isCalled): #expect(isCalled)
            case .failure(let error): #expect(error is CancellationError)
            }
        }
    }
}
