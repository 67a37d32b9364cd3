import Foundation
import MultitaskingCore
import MultitaskingSessions
import OneThreadPerTask
import Testing

extension Sessions {
    /// Ctrl-C in the scope of a backend that knows nothing of it.
    @Suite struct InterruptsTests {
        /// A shell has its background jobs ignore the signal, and then it stays ignored.
        init() { signal(SIGINT, SIG_DFL) }

        private static var handler: Int {
            var action = sigaction()
            // SAFETY: the call writes to a local variable; a handler is a word.
            unsafe sigaction(SIGINT, nil, &action)
            return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        }

        /// Sends the signal, and waits until a pool has noticed: any thread may get it, also later.
        private static func interrupt(_ managers: TaskManager...) throws {
            kill(getpid(), SIGINT)
            for manager in managers {
                try waitUntil {
                    do {
                        _ = try manager.executor.submit(double, 1)
                        return false
                    } catch let error as MultitaskingError {
                        return error.code == .shutDown
                    }
                }
            }
        }

        @Test func interruptCancelsWhatWaitsAndTheScopeThrows() throws {
            var waiting: [PoolTask] = []
            let error = expectError(.interrupted) {
                try withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) { manager in
                    let session = try manager.session().submit("first", runUntilCancelled, scopes: .session)
                    #expect(try session.context.readOutput(as: String.self, wait: .forever) == "running")
                    for index in 0..<20 { try session.submit("t\(index)", double, index) }
                    waiting = try session.tasks.filter { $0.name != "first" }
                    try Self.interrupt(manager)
                    for task in waiting { _ = task.result(timeout: .seconds(20)) }
                    try session.context.setCancelEvent()
                    throw Refused(reason: "interrupted")
                }
            }
            #expect(error?.cause as? Refused == Refused(reason: "interrupted"))
            #expect(waiting.count == 20 && waiting.allSatisfy(\.isCancelled))
            #expect(Self.handler == 0)
        }

        @Test func asynchronousScopeThrowsAsWell() async throws {
            do {
                try await withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) { manager in
                    try Self.interrupt(manager)
                    await Task.yield()
                }
                Issue.record("the scope returned")
            } catch let error as MultitaskingError {
                #expect(error.code == .interrupted)
            }
            #expect(Self.handler == 0)
        }

        @Test func scopesAtTheSameTimeAreAllTold() throws {
            expectError(.interrupted) {
                try withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) { outer in
                    expectError(.interrupted) {
                        try withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: .seconds(60))) { inner in
                            try Self.interrupt(outer, inner)
                        }
                    }
                }
            }
            #expect(Self.handler == 0)
        }

        @Test func ignoredSignalStaysIgnored() throws {
            signal(SIGINT, SIG_IGN)
            defer { signal(SIGINT, SIG_DFL) }
            try withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: .zero)) { _ in
                kill(getpid(), SIGINT)
            }
            #expect(Self.handler == 1)
        }

        @Test func moreThanSixtyFourScopesAreRefused() throws {
            func nest(_ depth: Int) throws {
                try withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: .zero)) { _ in
                    if depth > 1 { try nest(depth - 1) }
                }
            }
            try nest(64)
            let error = expectError(.systemError) { try nest(65) }
            #expect(error?.message.contains("64") == true)
            #expect(Self.handler == 0)
        }

        /// Sends so many signals to a program with a task that never returns.
        static func interrupt(times: Int, within time: Duration) throws {
            signal(SIGINT, SIG_DFL)
            try withOneThreadPerTask(maxWorkers: 1, interrupts: .shutDown(within: time)) { manager in
                try manager.session().submit("busy", neverReturn)
                // Signals of one kind are merged until the first has been handled.
                for _ in 0..<times { try interrupt(manager) }
            }
        }

        @Test func programEndsWhenThePoolDoesNotEndInTime() async {
            await #expect(processExitsWith: .signal(SIGINT)) {
                try Self.interrupt(times: 1, within: .milliseconds(50))
            }
        }

        @Test func programEndsAtTheSecondSignal() async {
            await #expect(processExitsWith: .signal(SIGINT)) {
                try Self.interrupt(times: 2, within: .seconds(1000))
            }
        }
    }
}
