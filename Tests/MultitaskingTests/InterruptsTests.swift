import Foundation
import Multitasking
import Testing

extension Facade {
    @Suite struct InterruptsTests {
        /// A shell has its background jobs ignore the signal, and then it stays ignored.
        init() { signal(SIGINT, SIG_DFL) }

        private func interruptedBody(_ manager: TaskManager, _ sessions: inout [TaskSession]) throws {
            let session = try manager.session().submit("first", runUntilCancelled, scopes: .session)
            sessions.append(session)
            #expect(try session.context.readOutput(as: String.self, wait: .forever) == "running")
            for index in 0..<20 { try session.submit("t\(index)", findPrimes, 0..<50_000) }
            kill(getpid(), SIGINT)
            _ = try session.results(timeout: .seconds(60))
        }

        private func expectEnded(_ sessions: [TaskSession]) throws {
            let results = try sessions[0].results(timeout: .zero)
            #expect(try results["first"]!.get() == "stopped")
            #expect((0..<20).allSatisfy { results["t\($0)"]!.isCancelled })
        }

        @Test func interruptEndsAProcessPoolAndItsScopeThrows() throws {
            var sessions: [TaskSession] = []
            _ = expectError(.interrupted) {
                try withProcessPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) {
                    try interruptedBody($0, &sessions)
                }
            }
            try expectEnded(sessions)
        }

        @Test func interruptEndsAThreadPoolAndItsScopeThrows() throws {
            var sessions: [TaskSession] = []
            _ = expectError(.interrupted) {
                try withThreadPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) {
                    try interruptedBody($0, &sessions)
                }
            }
            try expectEnded(sessions)
        }

        @Test func errorOfAnInterruptedBodyIsTheCause() async throws {
            do {
                try await withProcessPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .zero)) { manager in
                    kill(getpid(), SIGINT)
                    await Task.yield()
                    throw Refused(reason: "leave")
                }
                Issue.record("the scope returned")
            } catch let error as MultitaskingError {
                #expect(error.code == .interrupted && error.cause as? Refused == Refused(reason: "leave"))
            }
        }

        /// The promise is never kept, so only the end of the pool can end the waits.
        @Test(.timeLimit(.minutes(1)), arguments: [false, true])
        func interruptCancelsWhatWaitsForResultsOfOthers(inThreads: Bool) throws {
            let promise = Promise<Int>()
            func body(_ pool: any Executor) throws {
                let waiting = [
                    try pool.submit(negated, resultsOf: promise.future),
                    try pool.submitWhenDone(
                        DependentValueFunction { negated }, options: .default, resultsOf: promise.future),
                ]
                kill(getpid(), SIGINT)
                for future in waiting {
                    #expect(future.waitUntilDone(.upTo(.seconds(30))))
                    #expect(future.isCancelled)
                }
            }
            _ = expectError(.interrupted) {
                if inThreads {
                    try withThreadPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) {
                        try body($0.executor)
                    }
                } else {
                    try withProcessPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) {
                        try body($0.executor)
                    }
                }
            }
        }

        @Test func scopeWithoutInterruptReturnsAndRestoresTheHandler() throws {
            for _ in 0..<3 {
                #expect(try withThreadPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .zero)) { _ in 1 } == 1)
                #expect(
                    try withProcessPoolExecutor(maxWorkers: 1, interrupts: .shutDown(within: .zero)) { _ in 2 } == 2)
            }
            var action = sigaction()
            unsafe sigaction(SIGINT, nil, &action)
            #expect(unsafe action.__sigaction_handler.sa_handler == nil)
        }

        @Test func negativeTimeIsRefused() throws {
            for time in [Duration.seconds(-1), .nanoseconds(-1)] {
                _ = expectError(.invalidArgument) {
                    try withThreadPoolExecutor(interrupts: .shutDown(within: time)) { _ in Issue.record("it was called")
                    }
                }
            }
        }
    }
}

private func negated(_ number: Int) -> Int { -number }
