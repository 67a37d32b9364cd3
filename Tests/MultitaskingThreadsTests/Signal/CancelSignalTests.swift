import Foundation
import MultitaskingCore
import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    @Suite struct Signals {
        private func makeSignal() -> ThreadCancelSignal { ThreadCancelSignal(registry: ObjectRegistry()) }

        @Test func signalIsSetAndCleared() {
            let signal = makeSignal()
            #expect(!signal.isSet)
            signal.set()
            signal.set()
            #expect(signal.isSet)
            #expect(signal.waitUntilSet(.never))
            signal.clear()
            #expect(!signal.isSet)
            #expect(!signal.waitUntilSet(.never))
        }

        @Test func waitEndsAtItsLimit() {
            let start = ContinuousClock.now
            #expect(!makeSignal().waitUntilSet(.upTo(.milliseconds(5))))
            #expect(ContinuousClock.now - start >= .milliseconds(5))
        }

        @Test func settingWakesEveryWaitingThread() throws {
            let signal = makeSignal()
            let counter = Counter()
            try withThreads(8) { _ in
                if signal.waitUntilSet(.upTo(.seconds(10))) { counter.increment() }
            } meanwhile: {
                signal.set()
            }
            #expect(counter.count == 8)
        }

        /// As CPython's `EventTests.test_set_and_clear`.
        @Test func settingWakesEveryWaitingThread_ifTheSignalIsClearedAtOnce() throws {
            let signal = makeSignal()
            let counter = Counter()
            try withThreads(8) { _ in
                if signal.waitUntilSet(.upTo(.seconds(10))) { counter.increment() }
            } meanwhile: {
                // One pulse wakes all that wait by then; nobody says when they do.
                for _ in 0..<3 where counter.count < 8 {
                    usleep(100_000)
                    signal.set()
                    signal.clear()
                    let end = ContinuousClock.now + .milliseconds(500)
                    while counter.count < 8, ContinuousClock.now < end { usleep(1000) }
                }
            }
            #expect(counter.count == 8)
        }

        @Test func settingEndsAsynchronousWaits() async throws {
            let signal = makeSignal()
            async let isSet = signal.waitUntilSet(.forever)
            signal.set()
            #expect(try await isSet)
        }

        @Test func asynchronousWaitEndsAtItsLimitAndWhenCancelled() async throws {
            let signal = makeSignal()
            #expect(try await !signal.waitUntilSet(.upTo(.milliseconds(2))))
            let waiting = Task { try await signal.waitUntilSet(.forever) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }

        @Test func runningTaskSeesTheSignal() throws {
            try withPool(1) { pool throws in
                let signal = pool.makeCancelSignal()
                let isRunning = pool.makeCancelSignal()
                let future = try pool.submit { () -> Int in
                    isRunning.set()
                    var rounds = 0
                    while !signal.isSet { rounds += 1 }
                    return rounds
                }
                #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
                signal.set()
                #expect(try future.value(timeout: .seconds(10)) >= 0)
            }
        }
    }
}
