import Multitasking
import Testing

extension Facade {
    @Suite struct WaitingTests {
        @Test(arguments: PoolKind.allCases)
        func waitingForAllPartitionsTheTasksWhenTheTimeIsUp(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("slow", runUntilInput, scopes: .session).submit("fast", double, 1)
                try waitUntil { try session.anyDone }
                #expect(try !session.allDone)
                let (done, notDone) = try session.waitForAll(timeout: .milliseconds(20))
                #expect(done.map(\.name) == ["fast"])
                #expect(notDone.map(\.name) == ["slow"])
                #expect(try session.doneTasks.map(\.name) == ["fast"])
                #expect(try Array(session.doneResults().keys) == ["fast"])
                let results = try session.results(timeout: .milliseconds(20))
                #expect(Array(results.keys) == ["slow", "fast"])
                #expect(results["slow"]!.isTimedOut)
                #expect(!results["slow"]!.isSuccessful && !results["slow"]!.isCancelled)
                #expect(results["fast"]!.isSuccessful)
                try session.context.writeInput(1)
                #expect(try session.waitForAll().notDone.isEmpty)
                #expect(try session.results()["slow"]!.isSuccessful)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func firstCompletedReturnsWhileAnotherRuns(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("slow", runUntilInput, scopes: .session).submit("fast", double, 1)
                let (done, notDone) = try session.waitForAll(returnWhen: .firstCompleted)
                #expect(done.map(\.name) == ["fast"])
                #expect(notDone.map(\.name) == ["slow"])
                try session.context.writeInput(1)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func firstFailedIgnoresSuccessAndReturnsAtAFailure(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("slow", runUntilInput, scopes: .session).submit("fast", double, 1)
                try waitUntil { try session.anyDone }
                let early = try session.waitForAll(timeout: .milliseconds(30), returnWhen: .firstFailed)
                #expect(early.notDone.map(\.name) == ["slow"])
                try session.submit("failing", refuse, "no")
                let (done, notDone) = try session.waitForAll(returnWhen: .firstFailed)
                #expect(done.map(\.name) == ["fast", "failing"])
                #expect(notDone.map(\.name) == ["slow"])
                try session.context.writeInput(1)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func firstFailedReturnsWhenAllHaveSucceeded(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.map("t", double, 1...10)
                #expect(try session.waitForAll(returnWhen: .firstFailed).done.count == 10)
            }
        }

        @Test(arguments: ReturnWhen.allCases)
        func waitingInAnEmptySessionReturnsAtOnce(_ returnWhen: ReturnWhen) throws {
            try PoolKind.threads.run { manager in
                let (done, notDone) = try manager.session().waitForAll(returnWhen: returnWhen)
                #expect(done.isEmpty && notDone.isEmpty)
            }
        }

        @Test(arguments: PoolKind.allCases, ReturnWhen.allCases)
        func theAsynchronousTwinsWaitAsWell(_ pool: PoolKind, _ returnWhen: ReturnWhen) async throws {
            try await pool.run { manager in
                let session = try manager.session()
                    .submit("slow", runUntilInput, scopes: .session).submit("failing", refuse, "no")
                let (done, notDone) = try await session.waitForAll(
                    timeout: [.allCompleted, .firstSuccessful].contains(returnWhen) ? .milliseconds(300) : nil,
                    returnWhen: returnWhen)
                #expect(done.map(\.name) == ["failing"])
                #expect(notDone.map(\.name) == ["slow"])
                let results = try await session.results(timeout: .milliseconds(10))
                #expect(results["slow"]!.isTimedOut)
                let task = try #require(try session.task(named: "slow"))
                let early = await task.result(timeout: .milliseconds(10))
                #expect(early.isTimedOut)
                try await session.context.writeInput(5)
                let value: Int? = try await task.result().get()
                #expect(value == 5)
                try await session.waitForAll()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func completionsGiveEachTaskOnceAndCountTheRest(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("slow", runUntilInput, scopes: .session).submit("failing", refuse, "no")
                    .submit("fast", double, 2)
                let early: Completions<PoolTask> = try session.completions(timeout: .milliseconds(300))
                #expect(Set(early.map(\.name)) == ["failing", "fast"])
                #expect(early.timedOut?.message.contains("1 of 3 tasks have not ended") == true)
                try session.context.writeInput(1)
                var names: [String] = []
                for task in try session.completions() { names.append(task.name) }
                #expect(names.sorted() == ["failing", "fast", "slow"])
                // Its loop has not given the last one.
                #expect(early.timedOut != nil)
                #expect(Array(early).count == 3 && early.timedOut == nil)
                session.destroy()
                #expect(throws: MultitaskingError.self) { for _ in try session.completions() {} }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func awaitedCompletionsThrowWhenTheTimeIsUp(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session()
                    .submit("slow", runUntilInput, scopes: .session).submit("fast", double, 2)
                var names: [String] = []
                do {
                    for try await task in session.completions(timeout: .milliseconds(300)) { names.append(task.name) }
                    Issue.record("expected timedOut")
                } catch let error as MultitaskingError {
                    #expect(error.code == .timedOut && error.message.contains("1 of 2 tasks have not ended"))
                }
                #expect(names == ["fast"])
                try await session.context.writeInput(1)
                names = []
                for try await task in session.completions() { names.append(task.name) }
                #expect(names.sorted() == ["fast", "slow"])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func tasksOfTwoSessionsAreWaitedForTogether(_ pool: PoolKind) throws {
            try pool.run { manager in
                let first = try manager.session().submit("slow", runUntilInput, scopes: .session)
                let second = try manager.session().submit("fast", double, 2)
                let parts = try wait(for: first.tasks + second.tasks, until: .any, rest: .cancel)
                #expect(parts.done.map(\.name) == ["fast"])
                #expect(try first.context.isCancelEventSet, "the one that goes on is asked to stop")
                try first.context.writeInput(1)
                #expect(try wait(for: first.tasks).notDone.isEmpty)
            }
        }

        @Test func aCancelledAwaitWithItsTasksEndsThem() async throws {
            try await withThreadPoolExecutor(maxWorkers: 1) { manager in
                let session = try manager.session().submit("slow", runUntilCancelled, scopes: .session)
                    .submit("queued", double, 1)
                let wait = Task { _ = try await session.waitForAll(cancelling: .withTask) }
                await Task.yield()
                wait.cancel()
                await #expect(throws: CancellationError.self) { try await wait.value }
                try await session.waitForAll()
                #expect(try session.task(named: "queued")?.isCancelled == true)
            }
        }

        @Test func aCancelledAwaitEndsTheWaitAndNotTheTask() async throws {
            try await withThreadPoolExecutor(maxWorkers: 1) { manager in
                let session = try manager.session().submit("slow", runUntilInput, scopes: .session)
                let task = try #require(try session.task(named: "slow"))
                let waits: [Task<Bool, Never>] = [
                    Task { await task.result().isTimedOut },
                    Task { await isCancellation { try await session.waitForAll() } },
                    Task { await isCancellation { try await session.waitForAll(returnWhen: .firstCompleted) } },
                    Task { await isCancellation { try await session.results() } },
                ]
                for wait in waits { wait.cancel() }
                for wait in waits { #expect(await wait.value) }
                #expect(!task.isDone)
                try await session.context.writeInput(1)
                let isSuccessful = await task.result().isSuccessful
                #expect(isSuccessful)
            }
        }
    }
}

private func isCancellation<Value: Sendable>(_ body: () async throws -> Value) async -> Bool {
    do {
        _ = try await body()
        return false
    } catch { return error is CancellationError }
}
