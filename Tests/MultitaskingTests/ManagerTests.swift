import Multitasking
import Synchronization
import Testing

extension Facade {
    @Suite struct ManagerTests {
        @Test(arguments: PoolKind.allCases)
        func mapNamesOneTaskAnElement(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                let ranges = (0..<5).map { $0 * 1_000..<($0 + 1) * 1_000 }
                let session = try manager.map("task-", findPrimes, ranges)
                let results = try session.results()
                #expect(Array(results.keys) == (0..<5).map { "task-\($0)" })
                #expect(try results.values.map { try $0.get(as: [Int].self).count }.reduce(0, +) == 669)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func mapZipsSeveralSequencesToTheShortest(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                let session = try manager.map("t", add, 1..., ["a", "b", "c"])
                #expect(try session.results().values.map { try $0.get(as: String.self) } == ["1a", "2b", "3c"])
                let four = try manager.map("t", 0..<9, [1.5, 2.5], Set([7]), ["x", "y"]) { "\($0) \($1) \($2) \($3)" }
                #expect(try four.results().values.map { try $0.get(as: String.self) } == ["0 1.5 7 x"])
                #expect(try manager.map("t", double, [Int]()).tasks.isEmpty)
                #expect(try manager.map("t", nothing).tasks.isEmpty)
            }
        }

        @Test func mapCancelsWhatItSubmittedWhenOneSubmissionFails() throws {
            try PoolKind.threads.run { manager in
                _ = expectError(.noSuchObject) { try manager.map("t", double, scopes: .global, 1...3) }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func leavingTheScopeRunsEveryTask(_ pool: PoolKind) throws {
            let session = try pool.run(maxWorkers: 1) { try $0.map("t", double, 1...20) }
            #expect(try session.results().values.allSatisfy(\.isSuccessful))
            #expect(try session.allDone)
        }

        @Test(arguments: PoolKind.allCases)
        func throwingOutOfTheScopeCancelsWhatHasNotStarted(_ pool: PoolKind) throws {
            var sessions: [TaskSession] = []
            #expect(throws: Refused.self) {
                try pool.run(maxWorkers: 1) { manager in
                    let session = try manager.session().submit("first", runUntilCancelled, scopes: .session)
                    sessions.append(session)
                    _ = try session.context.readOutput(as: String.self, wait: .forever)
                    try session.submit("second", double, 1)
                    try session.context.setCancelEvent()
                    // The first task may end before the pool does: the third then waits behind the second.
                    for index in 0..<100 { try session.submit("t\(index)", findPrimes, 0..<50_000) }
                    throw Refused(reason: "leave")
                }
            }
            let results = try sessions[0].results(timeout: .zero)
            #expect(try results["first"]!.get() == "stopped")
            #expect(results["t99"]!.isCancelled)
            #expect(results.values.allSatisfy { $0.isSuccessful || $0.isCancelled })
        }

        @Test(arguments: PoolKind.allCases)
        func submittingAfterShutdownThrows(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("a", double, 1)
                manager.shutdown()
                #expect(try session.results()["a"]!.get() == 2)
                expectError(.shutDown) { try session.submit("b", double, 1) }
                #expect(try session.isNameAvailable("b"))
            }
        }

        @Test func theScopeEndsTheExecutorOnceInEachWay() async throws {
            let executor = RecordingExecutor()
            let manager = try TaskManager(executor: executor)
            await manager.shutdown()
            await manager.shutdown(.kill)
            #expect(executor.shutdowns.withLock { $0 } == [.drain, .kill])
        }

        @Test func theAsynchronousScopeReturnsAndRethrows() async throws {
            let value = try await withThreadPoolExecutor(maxWorkers: 1) { manager in
                try await manager.session().submit("a", double, 4).results()["a"]!.get(as: Int.self)
            }
            #expect(value == 8)
            let session = try await withThreadPoolExecutor(maxWorkers: 1) { try $0.session().submit("a", double, 1) }
            #expect(try session.allDone)
            await #expect(throws: Refused.self) {
                try await withThreadPoolExecutor { _ in
                    await Task.yield()
                    throw Refused(reason: "x")
                }
            }
        }

        @MainActor @Test func theAsynchronousScopeStaysOnTheCallersActor() async throws {
            var counter = 0
            try await withThreadPoolExecutor(maxWorkers: 1) { manager in
                MainActor.assertIsolated()
                let results = try await manager.map("t", double, 1...3).results()
                counter += results.count
            }
            #expect(counter == 3)
        }

        @Test func theInitializerRunsInEachThreadBeforeItsTasks() throws {
            let initialized = Mutex(0)
            try withThreadPoolExecutor(
                maxWorkers: 2, threadNamePrefix: "worker-", initializer: { initialized.withLock { $0 += 1 } }
            ) { manager in
                let counts = try manager.map("t", 0..<10) { _ in 1 }
                try counts.waitForAll()
            }
            let count = initialized.withLock { $0 }
            #expect((1...2).contains(count))
        }

        @Test func aPoolWithAnInitializerThatTakesNothingStarts() throws {
            try withProcessPoolExecutor(maxWorkers: 1, initializer: nothing) { manager in
                let value: Int = try manager.session().submit("a", double, 1).results()["a"]!.get()
                #expect(value == 2)
            }
            try withProcessPoolExecutor(maxWorkers: 1, initializer: { _ = isPrime(7) }) { manager in
                let value: Int = try manager.session().submit("a", double, 1).results()["a"]!.get()
                #expect(value == 2)
            }
        }

        @Test func aManagerGivesItsExecutorForTasksWithoutASession() throws {
            try PoolKind.threads.run { manager in
                let value = try manager.executor.submit(double, 21).value()
                #expect(value == 42)
            }
        }
    }
}
