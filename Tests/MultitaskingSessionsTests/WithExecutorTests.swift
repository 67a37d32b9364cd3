import Foundation
import MultitaskingCore
import MultitaskingSessions
import OneThreadPerTask
import Synchronization
import Testing

extension Sessions {
    /// The scope that a backend of another package offers, on the example that the documentation explains.
    @Suite struct WithExecutorTests {
        @Test func scopeOfAnExampleBackendRunsSessionsAndEndsThePool() throws {
            var executor: (any Executor)?
            let sum = try withOneThreadPerTask(maxWorkers: 2) { manager in
                executor = manager.executor
                let session = try manager.map("t", double, 0..<10)
                return try session.results().values.reduce(0) { $0 + (try $1.get(as: Int.self)) }
            }
            #expect(sum == 90)
            let ended = try #require(executor)
            expectError(.shutDown) { try ended.submit(double, 1) }
        }

        @Test func asynchronousScopeRunsSessionsAndEndsThePool() async throws {
            var executor: (any Executor)?
            let value = try await withOneThreadPerTask(maxWorkers: 1) { manager in
                executor = manager.executor
                let session = try manager.session().submit("a", double, 21)
                return try await session.results()["a"]?.get(as: Int.self)
            }
            #expect(value == 42)
            let ended = try #require(executor)
            expectError(.shutDown) { try ended.submit(double, 1) }
        }

        /// The scope of any executor hands out a `TaskManager`, whose functions must be `Codable`.
        @Test func anyExecutorGivesATaskManager() async throws {
            let body: (TaskManager) throws -> Int? = {
                try $0.session().submit("a", double, 4).results()["a"]?.get(as: Int.self)
            }
            func blocking() throws -> Int? { try withExecutor(try OneThreadPerTask(maxWorkers: 1), body) }
            #expect(try blocking() == 8)
            let value = try await withExecutor(try OneThreadPerTask(maxWorkers: 1)) { manager in
                try await manager.session().submit("a", double, 4).results()["a"]?.get(as: Int.self)
            }
            #expect(value == 8)
        }

        @Test func errorOfTheBodyIsThrownAndCancelsWhatWaits() throws {
            var waiting: PoolTask?
            #expect(throws: Refused(reason: "no")) {
                try withOneThreadPerTask(maxWorkers: 1) { manager in
                    let session = try manager.session().submit("first", runUntilCancelled, scopes: .session)
                    #expect(try session.context.readOutput(as: String.self, wait: .forever) == "running")
                    waiting = try session.submit("second", double, 1).task(named: "second")
                    #expect(waiting?.cancel(settingCancelEvent: false) == true)
                    try session.context.setCancelEvent()
                    throw Refused(reason: "no")
                }
            }
            let task = try #require(waiting)
            #expect(task.isCancelled)
        }

        @Test func globalsAreThoseThatWereAskedFor() throws {
            var globals = QueueSettings.none
            globals.inputQueue = true
            globals.inputQueueSize = 2
            try withOneThreadPerTask(maxWorkers: 1, globals: globals) { manager in
                #expect(manager.context.hasInputQueue && !manager.context.hasOutputQueue)
                #expect(!manager.context.hasCancelEvent)
                let accepted = try (0..<3).map { try manager.context.writeInput($0) }
                #expect(accepted == [true, true, false])
            }
            try withOneThreadPerTask(maxWorkers: 1, globals: .all) { manager in
                #expect(manager.context.hasInputQueue && manager.context.hasOutputQueue)
                #expect(manager.context.hasCancelEvent)
            }
        }

        @Test func invalidSettingsEndThePoolAndAreRefused() throws {
            let made = Mutex<[OneThreadPerTask]>([])
            func make() throws -> OneThreadPerTask {
                let pool = try OneThreadPerTask(maxWorkers: 1)
                made.withLock { $0.append(pool) }
                return pool
            }
            let globals = QueueSettings(inputQueue: true, inputQueueSize: 0)
            expectError(.invalidArgument) {
                try withExecutor(try make(), globals: globals) { _ in Issue.record("the body was called") }
            }
            let pool = try #require(made.withLock { $0.first })
            expectError(.shutDown) { try pool.submit(double, 1) }
            // A time that makes no sense is found before there is a pool.
            expectError(.invalidArgument) {
                try withExecutor(try make(), interrupts: .shutDown(within: .seconds(-1))) { _ in
                    Issue.record("the body was called")
                }
            }
            #expect(made.withLock { $0.count } == 1)
        }

        @Test func errorOfTheExecutorIsThrown() throws {
            expectError(.invalidArgument) {
                try withOneThreadPerTask(maxWorkers: 0) { _ in Issue.record("the body was called") }
            }
        }
    }
}
