import Multitasking
import Testing

extension Facade {
    @Suite struct TaskTests {
        @Test(arguments: PoolKind.allCases)
        func aTaskShowsItsStates(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session()
                    .submit("running", runUntilCancelled, scopes: .session).submit("queued", double, 1)
                let running = try #require(try session.task(named: "running"))
                let queued = try #require(try session.task(named: "queued"))
                #expect(try running.readOutput(as: String.self, wait: .forever) == "running")
                #expect(running.isSubmitted && running.isRunning && !running.isDone && !running.isCancelled)
                #expect(queued.isSubmitted && !queued.isRunning && !queued.isDone && queued.resultOrNil() == nil)
                #expect(queued.cancel())
                #expect(queued.isCancelled && queued.isDone)
                #expect(!running.cancel())
                let result = running.result(timeout: .seconds(20))
                #expect(try result.get(as: String.self) == "stopped")
                #expect(running.isDone && !running.isRunning && !running.isCancelled)
                #expect(queued.result().isCancelled && !queued.result().isSuccessful && !queued.result().isTimedOut)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func cancellingWithoutTheEventLeavesARunningTaskAlone(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session().submit("a", runUntilCancelled, scopes: .session)
                let task = try #require(try session.task(named: "a"))
                _ = try task.readOutput(as: String.self, wait: .forever)
                #expect(!task.cancel(settingCancelEvent: false))
                try session.cancelAll(settingCancelEvent: false)
                #expect(try !session.context.isCancelEventSet)
                #expect(task.result(timeout: .milliseconds(20)).isTimedOut)
                try session.cancelAll()
                #expect(try session.context.isCancelEventSet)
                #expect(task.result(timeout: .seconds(20)).isSuccessful)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func cancellingAllTasksStartsNoneOfTheQueuedOnes(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session().submit("first", runUntilCancelled, scopes: .session)
                _ = try session.context.readOutput(as: String.self, wait: .forever)
                for index in 0..<10 { try session.submit("t\(index)", write, scopes: .session, index) }
                try session.cancelAll()
                #expect(try session.waitForAll().notDone.isEmpty)
                #expect(try session.results().values.count(where: \.isCancelled) == 10)
                #expect(try session.context.readOutputUntilEmpty(as: Int.self).isEmpty)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aFailureIsInTheResultAndNotThrown(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("bad", refuse, "because").submit("good", double, 4)
                let results = try session.results()
                let bad = try #require(results["bad"])
                #expect(!bad.isSuccessful && !bad.isCancelled && !bad.isTimedOut && bad.value == nil)
                #expect(bad.error as? Refused == Refused(reason: "because"))
                #expect(throws: Refused.self) { try bad.get(as: Int.self) }
                #expect(results["good"]!.isSuccessful && results["good"]!.error == nil)
                #expect(results["good"]!.value as? Int == 8)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func askingForAWrongTypeThrowsAndNamesBoth(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("number", double, 4).submit("list", findPrimes, 0..<0).submit("nothing", nothing)
                let results = try session.results()
                let message = expectError(.wrongType) { try results["number"]!.get(as: String.self) }
                #expect(message.contains("Swift.Int") && message.contains("Swift.String"))
                expectError(.wrongType) { try results["number"]!.get(as: Int?.self) }
                expectError(.wrongType) { try results["list"]!.get(as: [String].self) }
                expectError(.wrongType) { try results["nothing"]!.get(as: Int.self) }
                let any: any Sendable = try results["number"]!.get()
                #expect(any as? Int == 8)
                try results["nothing"]!.get(as: Void.self)
                #expect(results["nothing"]!.value is Void)
                let future = try #require(try session.task(named: "number")).future
                #expect(try future.typed(as: Int.self).value() == 8)
                expectError(.wrongType) { try future.typed(as: String.self) }
            }
        }

        @Test func aTaskThatThrowsCancellationErrorHasFailed() throws {
            try PoolKind.threads.run { manager in
                let session = try manager.session().submit("a") { () throws -> Int in throw CancellationError() }
                let result = try #require(try session.results()["a"])
                #expect(!result.isCancelled && !result.isTimedOut && result.error is CancellationError)
                #expect(try session.task(named: "a")?.isCancelled == false)
            }
        }

        @Test func aRemoteCancellationErrorIsAFailure() {
            let result = TaskResult(TaskOutcome<Int>.failure(RemoteError(CancellationError())))
            #expect(!result.isCancelled && !result.isSuccessful)
        }
    }
}
