import Multitasking
import MultitaskingInMemory
import Testing

/// What the plan of faults does, and that tasks end then as on a pool of processes.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    /// Runs `body` on a pool with these faults.
    private func withPool<Value>(
        _ faults: FaultPlan, workers: Int = 2, seed: UInt64 = 1, _ body: (InMemoryPool) throws -> Value
    ) throws -> Value {
        let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: workers, faults: faults))
        defer { pool.shutdown() }
        return try body(pool)
    }

    private func expectValue(_ future: Future<Int>, is value: Int) throws {
        let found = try future.value()
        #expect(found == value)
    }

    private func failure<Value>(of future: Future<Value>) throws -> MultitaskingError {
        do {
            _ = try future.value()
        } catch let error as MultitaskingError { return error }
        throw Refused(reason: "the task did not fail with an error of the pool")
    }

    @Test func aCrashBeforeTheStartIsNotNoticed() throws {
        try withPool(FaultPlan([.crash(task: 0, .beforeStart), .crash(task: 0, .beforeStart, .exit(0))])) { pool in
            try expectValue(pool.submit(double, 21), is: 42)
            #expect(pool.trace.count { $0.contains("dies") } == 2)
            #expect(pool.trace.contains { $0.contains("starts task 0") && !$0.contains("attempt") })
        }
    }

    @Test func plannedFaults_leaveTheRandomOnesTheirLimit() throws {
        let chances = FaultChances(crashBeforeStart: 1, limit: 1)
        try withPool(FaultPlan([.failedSpawns(3)], chances: chances), workers: 1) { pool in
            try expectValue(pool.submit(double, 21), is: 42)
            #expect(pool.trace.count { $0.contains("dies") } == 1)
        }
    }

    @Test func aCrashAtASwitchPointFailsThatTaskAlone() throws {
        let plan = FaultPlan([.crash(task: 1, .atSwitchPoint(2), .signal(11))])
        try withPool(plan) { pool in
            let manager = try TaskManager(executor: pool)
            let session = try manager.session().submit("a", double, 1)
                .submit("b", doubleInputs, scopes: .session).submit("c", double, 3)
            for number in 0..<4 { try session.context.writeInput(number) }
            let results = try session.results()
            let error = try #require(results["b"]!.error as? MultitaskingError)
            #expect(error.code == .workerCrashed)
            let failure = try #require(error.cause as? WorkerFailure)
            #expect(failure.signal == 11 && failure.signalName == "SIGSEGV" && failure.exitCode == nil)
            #expect(failure.phase == .running && failure.attempt == 1 && failure.pid >= 1_000)
            #expect(results["a"]!.isSuccessful && results["c"]!.isSuccessful)
            // Nothing is lost but what the dead task had taken.
            let rest = try session.context.readInputUntilEmpty(as: Int.self)
            #expect(rest == [0, 1, 2, 3] || rest == [1, 2, 3])
        }
    }

    @Test func anExitFailsWithWorkerExited() throws {
        try withPool(FaultPlan([.crash(task: 0, .atSwitchPoint(1), .exit(3))])) { pool in
            let error = try failure(of: pool.submit(double, 1))
            #expect(error.code == .workerExited)
            #expect((error.cause as? WorkerFailure)?.exitCode == 3)
            #expect((error.cause as? WorkerFailure)?.phase == .encoding)
        }
    }

    @Test func aCrashAfterTheResultLosesNothing() throws {
        try withPool(FaultPlan([.crash(task: 0, .afterResult)]), workers: 1) { pool in
            try expectValue(pool.submit(double, 1), is: 2)
            try expectValue(pool.submit(double, 2), is: 4)
            #expect(pool.trace.contains { $0.contains("worker 0") && $0.contains("is replaced") })
        }
    }

    @Test func aRetriedCrashSucceedsAtTheNextAttempt() throws {
        let plan = FaultPlan([.crash(task: 0, .atSwitchPoint(1)), .crash(task: 0, attempt: 2, .atSwitchPoint(1))])
        try withPool(plan) { pool in
            let options = TaskOptions(retries: .onCrash(2, backoff: .seconds(10)))
            try expectValue(pool.submit(double, options: options, 4), is: 8)
            // The second pause is twice as long as the first.
            #expect(pool.elapsed >= .seconds(30) && pool.elapsed < .seconds(31))
            let few = TaskOptions(retries: .onCrash(1))
            try expectValue(pool.submit(double, options: few, 5), is: 10)
        }
        try withPool(plan) { pool in
            let error = try failure(of: pool.submit(double, options: TaskOptions(retries: .onCrash(1)), 4))
            #expect((error.cause as? WorkerFailure)?.attempt == 2)
        }
    }

    @Test func whatADeadTaskHadNotReportedIsReceivedAgain() throws {
        // Of two elements received, one is reported as done before the fifth switch point.
        try withPool(FaultPlan([.crash(task: 0, .atSwitchPoint(4))]), workers: 1) { pool in
            let channel = try pool.makeChannel(redelivers: true)
            for number in 0..<4 { _ = try channel.send(number, wait: .never) }
            let error = try failure(of: pool.submit(Receiver.call(channel.reference), options: .default))
            #expect(error.code == .workerCrashed)
            for number in 1..<4 {
                #expect(try channel.receive(as: Int.self, wait: .never) == number)
                try channel.taskDone()
            }
            #expect(try channel.receive(as: Int.self, wait: .never) == nil)
            #expect(channel.join(wait: .never))
        }
    }

    @Test func aStuckWorkerIsEndedByTheTimeoutAndReplaced() throws {
        try withPool(FaultPlan([.stuck(task: 0)]), workers: 1) { pool in
            let options = TaskOptions(timeout: .seconds(60), gracePeriod: .seconds(5))
            let error = try failure(of: pool.submit(double, options: options, 1))
            #expect(error.code == .taskTimedOut)
            // It does not even see SIGTERM.
            #expect((error.cause as? WorkerFailure)?.signal == 9)
            #expect(pool.elapsed >= .seconds(70) && pool.elapsed < .seconds(71))
            try expectValue(pool.submit(double, 2), is: 4)
        }
    }

    @Test func aStuckWorkerWithoutATimeoutIsADeadlock() throws {
        try withPool(FaultPlan([.stuck(task: 0)])) { pool in
            let error = try failure(of: pool.submit(double, 1))
            #expect(error.code == .deadlock && error.message.contains("stuck"))
        }
    }

    @Test func replacementsThatFailToStartAreTriedAgain() throws {
        let plan = FaultPlan([.crash(task: 0, .afterResult), .failedSpawns(3)])
        try withPool(plan, workers: 1) { pool in
            try expectValue(pool.submit(double, 1), is: 2)
            try expectValue(pool.submit(double, 2), is: 4)
            #expect(pool.trace.count { $0.contains("cannot be replaced yet") } == 3)
            #expect(pool.elapsed >= .milliseconds(300))
        }
    }

    @Test func slowWorkersAndDelaysTakeVirtualTime() throws {
        let slow = FaultPlan([.delay(task: 0, by: .seconds(30))], slowWorkers: [0: .seconds(1)])
        try withPool(slow, workers: 1) { pool in
            try expectValue(pool.submit(double, 1), is: 2)
            #expect(pool.elapsed >= .seconds(31) && pool.elapsed < .seconds(32))
        }
    }

    @Test func aFullQueueRefusesAndHasRoomLater() throws {
        let plan = FaultPlan([.fullQueue(task: 0, atSwitchPoint: 1, for: .seconds(9))])
        try withPool(plan) { pool in
            let manager = try TaskManager(executor: pool)
            let session = try manager.session().submit("t", scopes: .session) {
                (context: TaskContext) throws -> [Bool] in
                [try context.writeOutput(1), try context.writeOutput(2, wait: .forever)]
            }
            #expect(try session.results()["t"]!.get() == [false, true])
            #expect(try session.context.readOutputUntilEmpty(as: Int.self) == [2])
            #expect(pool.elapsed >= .seconds(9))
        }
    }

    @Test func aTaskThatSwallowsItsOwnDeathDoesNotHoldUpTheOthers() throws {
        try withPool(FaultPlan([.crash(task: 0, .atSwitchPoint(1))]), workers: 1) { pool in
            let channel = try pool.makeChannel()
            let error = try failure(of: pool.submit(Stubborn.call(channel.reference), options: .default))
            #expect(error.code == .workerCrashed)
            try expectValue(pool.submit(double, 2), is: 4)
            #expect(channel.status.count == 0, "a dead task has sent something")
        }
    }

    /// Whatever happens by chance, every task ends, and what was sent is received, dropped with its receiver, or there.
    @Test(arguments: UInt64(0)..<300)
    func nothingIsLostSilently(_ seed: UInt64) throws {
        let chances = FaultChances(
            crashBeforeStart: 0.1, crashAtSwitchPoint: 0.05, crashAfterResult: 0.1, stuck: 0.02, delay: 0.1,
            fullQueue: 0.1, failedSpawn: 0.3, limit: 8)
        try withPool(FaultPlan(chances: chances), workers: 3, seed: seed) { pool in
            let manager = try TaskManager(executor: pool)
            let session = try manager.session(inputQueueSize: 3)
            let options = TaskOptions(timeout: .seconds(30), gracePeriod: .seconds(1))
            for index in 0..<4 { try session.submit("t\(index)", doubleInputs, scopes: .session, options: options) }
            var sent = 0
            for number in 0..<12 where try session.context.writeInput(number, wait: .upTo(.seconds(5))) { sent += 1 }
            let results = try session.results()
            let received = try session.context.readOutputUntilEmpty(as: Int.self).count
            let left = try session.context.readInputUntilEmpty(as: Int.self).count
            var dead = 0
            for (name, result) in results where !result.isSuccessful {
                let code = (result.error as? MultitaskingError)?.code
                let codes: [MultitaskingError.Code] = [.workerCrashed, .workerExited, .taskTimedOut]
                #expect(codes.contains { $0 == code }, "\(name): \(String(describing: result.error)); \(pool.replay)")
                dead += 1
            }
            // A task that dies has at most one element in hand.
            #expect((sent - dead...sent).contains(received + left), "\(pool.replay)")
            #expect(pool.failure == nil)
        }
    }
}
