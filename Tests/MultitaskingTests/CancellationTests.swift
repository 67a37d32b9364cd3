import Foundation
import Multitasking
import Testing

/// Runs until its process is ended, deaf to its cancel event.
private func runForever(_ context: TaskContext) throws -> Int {
    try context.writeOutput(1)
    while true { Thread.sleep(forTimeInterval: 0.01) }
}

/// Returns for the first element; for others goes on until its context says that it is to end.
private func returnOrRun(_ context: TaskContext, _ number: Int) -> String {
    if number == 0 { return "first" }
    while !context.isCancelled { Thread.sleep(forTimeInterval: 0.001) }
    return "asked"
}

extension Facade {
    @Suite struct CancellationTests {
        /// Tasks of which one runs, one fails or succeeds, and many are queued behind them.
        private func start(_ manager: TaskManager, _ submit: (TaskSession) throws -> Void) throws -> TaskSession {
            let session = try manager.session().submit("running", runUntilCancelled, scopes: .session)
            _ = try session.context.readOutput(as: String.self, wait: .forever)
            try submit(session)
            return session
        }

        @Test(arguments: PoolKind.allCases)
        func failFastCancelsTheRest(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try start(manager) { session in
                    try session.submit("failing", refuse, "no")
                    try session.submit("blocking", runUntilCancelled, scopes: .session)
                    for index in 0..<20 { try session.submit("t\(index)", write, scopes: .session, index) }
                }
                let (done, notDone) = try session.waitForAll(returnWhen: .firstFailed, rest: .cancel)
                #expect(done.map(\.name).contains("failing"))
                #expect(Set(notDone.map(\.name)).isSubset(of: ["running", "blocking"]))
                try session.waitForAll()
                let results = try session.results()
                #expect(results["failing"]?.error as? Refused == Refused(reason: "no"))
                #expect(results["running"]?.isSuccessful == true)
                // The second worker was with "blocking", if with any, until all that were queued had been cancelled.
                #expect((0..<20).allSatisfy { results["t\($0)"]?.isCancelled == true })
            }
        }

        @Test(arguments: PoolKind.allCases)
        func withoutFailFastTheRestGoesOn(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try start(manager) { try $0.submit("failing", refuse, "no") }
                #expect(try session.waitForAll(returnWhen: .firstFailed).notDone.map(\.name) == ["running"])
                #expect(try !session.context.isCancelEventSet)
                try session.cancelAll()
                try session.waitForAll()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func failFastWithoutAFailureCancelsNothing(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.map("t", double, 1...50)
                let (done, notDone) = try session.waitForAll(returnWhen: .firstFailed, rest: .cancel)
                #expect(done.count == 50 && notDone.isEmpty)
                #expect(try session.results().values.allSatisfy(\.isSuccessful))
                let slow = try start(manager) { _ in }
                let late = try slow.waitForAll(timeout: .milliseconds(20), returnWhen: .firstFailed, rest: .cancel)
                #expect(late.notDone.count == 1)
                #expect(try !slow.context.isCancelEventSet, "the time was up, so the task goes on")
                try slow.cancelAll()
                try slow.waitForAll()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func theFirstSuccessWins(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try start(manager) { session in
                    try session.submit("failing", refuse, "no").submit("winner", double, 4)
                    for index in 0..<20 { try session.submit("t\(index)", runUntilCancelled, scopes: .session) }
                }
                let winner = try #require(try session.race())
                #expect(winner.name == "winner")
                #expect(try winner.result().get(as: Int.self) == 8)
                #expect(try session.waitForAll(timeout: .seconds(20)).notDone.isEmpty)
                #expect(try session.results().values.count(where: \.isCancelled) >= 18)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aRaceThatNobodyWinsThrowsAllErrors(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.map("t", refuse, ["a", "b", "c"])
                let error = #expect(throws: RaceError.self) { try session.race() }
                #expect(error?.errors.count == 3)
                #expect(try session.allDone)
                #expect(try manager.session().race() == nil, "there is nobody")
                let slow = try start(manager) { _ in }
                #expect(try slow.race(timeout: .milliseconds(20)) == nil)
                #expect(try !slow.context.isCancelEventSet)
                try slow.cancelAll()
                try slow.waitForAll()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func theAsynchronousTwinsCancelTheRestAsWell(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session().submit("running", runUntilCancelled, scopes: .session)
                    .submit("failing", refuse, "no")
                let (done, _) = try await session.waitForAll(returnWhen: .firstFailed, rest: .cancel)
                #expect(done.map(\.name).contains("failing"))
                #expect(try session.context.isCancelEventSet)
                #expect(try await session.waitForAll(timeout: .seconds(20)).notDone.isEmpty)

                let race = try manager.session().submit("running", runUntilCancelled, scopes: .session)
                    .submit("winner", double, 4)
                #expect(try await race.race()?.name == "winner")
                #expect(try await race.waitForAll(timeout: .seconds(20)).notDone.isEmpty)
                let losers = try manager.map("t", refuse, ["a", "b"])
                await #expect(throws: RaceError.self) { _ = try await losers.race() }
            }
        }

        /// Tasks that are deaf to their cancel event end by force alone.
        @Test func forceEndsWhatIsDeafToItsEvent() throws {
            let options = TaskOptions(gracePeriod: .milliseconds(10))
            try withProcessPoolExecutor(maxWorkers: 2) { manager in
                func deaf() throws -> TaskSession {
                    let session = try manager.session()
                        .submit("deaf", runForever, scopes: .session, options: options)
                    _ = try session.context.readOutput(as: Int.self, wait: .forever)
                    return session
                }
                let first = try deaf()
                let task = try #require(try first.task(named: "deaf"))
                #expect(!task.cancel())
                #expect(task.cancel(force: true))
                #expect(task.result(timeout: .seconds(20)).isCancelled)

                let second = try deaf()
                try second.cancelAll(force: true)
                #expect(try second.results(timeout: .seconds(20))["deaf"]?.isCancelled == true)

                let third = try deaf().submit("failing", refuse, "no")
                try third.waitForAll(returnWhen: .firstFailed, rest: .cancelByForce)
                #expect(try third.results(timeout: .seconds(20))["deaf"]?.isCancelled == true)

                let fourth = try deaf().submit("winner", double, 2)
                #expect(try fourth.race(rest: .cancelByForce)?.name == "winner")
                #expect(try fourth.results(timeout: .seconds(20))["deaf"]?.isCancelled == true)
            }
        }

        /// A thread cannot be ended; its task is asked to end as a process's is, and only that task.
        @Test(arguments: PoolKind.allCases)
        func forceAsksWhatRuns(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                let session = try manager.session()
                    .submit("asked", runUntilCancelled, scopes: .session)
                    .submit("other", runUntilCancelled, scopes: .session)
                for _ in 0..<2 { _ = try session.context.readOutput(as: String.self, wait: .forever) }
                let asked = try #require(try session.task(named: "asked"))
                asked.cancel(settingCancelEvent: false, force: true)
                #expect(try asked.result(timeout: .seconds(20)).get(as: String.self) == "stopped")
                #expect(try session.task(named: "other")?.isRunning == true)
                try session.cancelAll()
                try session.waitForAll()
            }
        }

        /// Endless elements, whose stream is left after the first result, see that in their contexts.
        @Test(arguments: PoolKind.allCases)
        func aStreamThatIsLeftAsksWhatRuns(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                for (_, result) in try manager.executor.stream(returnOrRun, 0..<10, ahead: 4) {
                    #expect(try result.get() == "first")
                    break
                }
                // A worker has become free, or nothing would be run any more.
                #expect(try manager.executor.submit(double, 1).value() == 2)
            }
        }

        /// A task of which `cancel` said that it never starts must not, however close it was.
        @Test(arguments: PoolKind.allCases)
        func whatWasCancelledNeverStarts(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                var cancelled: Set<Int> = []
                let count = 3000
                for index in 0..<count {
                    try session.submit("t\(index)", write, scopes: .session, index)
                    // One in three waits a little in the queue, so that some start and some do not.
                    guard index % 3 != 2, let task = try session.task(named: "t\(index - index % 2)") else { continue }
                    if task.cancel(settingCancelEvent: false) { cancelled.insert(index - index % 2) }
                }
                try session.waitForAll()
                let ran = try Set(session.context.readOutputUntilEmpty(as: Int.self))
                #expect(ran.isDisjoint(with: cancelled))
                #expect(ran.count + cancelled.count == count)
            }
        }
    }
}
