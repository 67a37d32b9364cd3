import Multitasking
import MultitaskingInMemory
import MultitaskingProcesses
import MultitaskingThreads
import Testing

extension Facade {
    /// Every number that a client can give, at the ends of its type: the calls wait, return or throw as they would for
    /// any other, and nothing traps.
    @Suite struct ExtremeNumbersTests {
        static let short: [Duration] = [
            .zero, .nanoseconds(-1), .seconds(Int64.min), Duration(attoseconds: .min),
            Duration(secondsComponent: .min, attosecondsComponent: .min),
        ]
        static let long: [Duration] = [
            .seconds(Int64.max), .milliseconds(Int64.max), .nanoseconds(Int64.max), Duration(attoseconds: .max),
            Duration(secondsComponent: .max, attosecondsComponent: .max), .seconds(100 * 366 * 86_400),
        ]
        static let sizes = [Int.min, Int.min + 1, -1, 0, 1, Int(Int32.max), Int.max - 1, .max]

        // MARK: Blocking

        @Test(arguments: PoolKind.allCases)
        func shortBlockingWaitsEndAtOnce(_ pool: PoolKind) throws {
            try pool.run(withGlobals: true) { manager in
                let session = try manager.session().submit("slow", runUntilInput, scopes: .session)
                let task = try #require(try session.task(named: "slow"))
                let context = try session.context
                let signal = try manager.executor.makeCancelSignal()
                let full = try manager.executor.makeChannel(capacity: 1)
                #expect(try full.send(1, wait: .upTo(Self.short[0])))
                for time in Self.short {
                    #expect(task.result(timeout: time).isTimedOut, "\(time)")
                    #expect(try session.results(timeout: time)["slow"]?.isTimedOut == true, "\(time)")
                    for condition in [ReturnWhen.allCompleted, .firstCompleted, .firstFailed] {
                        let (done, _) = try session.waitForAll(timeout: time, returnWhen: condition)
                        #expect(done.isEmpty, "\(time)")
                    }
                    #expect(try session.race(timeout: time) == nil, "\(time)")
                    #expect(!task.future.waitUntilDone(.upTo(time)), "\(time)")
                    #expect(!signal.waitUntilSet(.upTo(time)), "\(time)")
                    #expect(try context.readOutput(as: Int.self, wait: .upTo(time)) == nil, "\(time)")
                    #expect(try !full.send(1, wait: .upTo(time)), "\(time)")
                    #expect(!full.join(wait: .upTo(time)), "\(time)")
                }
                try context.writeInput(1)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func longBlockingWaitsEndWhenWhatTheyWaitForHappens(_ pool: PoolKind) throws {
            try pool.run { manager in
                let executor = manager.executor
                for (index, time) in Self.long.enumerated() {
                    let session = try manager.session().submit("t", readAndAnswer, scopes: .session, time)
                    let context = try session.context
                    try context.writeInput(index, wait: .upTo(time))
                    #expect(try context.readOutput(as: Int.self, wait: .upTo(time)) == index, "\(time)")
                    let task = try #require(try session.task(named: "t"))
                    #expect(try task.result(timeout: time).get() == index, "\(time)")
                    #expect(try session.waitForAll(timeout: time).notDone.isEmpty, "\(time)")
                    #expect(try session.waitForAll(timeout: time, returnWhen: .firstCompleted).done.count == 1)
                    #expect(try session.race(timeout: time)?.name == "t", "\(time)")
                    #expect(try executor.submit(double, 1).value(timeout: time) == 2, "\(time)")
                    #expect(try executor.map(double, 0..<3).values(timeout: time) == [0, 2, 4], "\(time)")
                    let channel = try executor.makeChannel(capacity: 1)
                    #expect(
                        try channel.send(1, wait: .upTo(time)) && channel.receive(as: Int.self, wait: .upTo(time)) == 1)
                    try channel.taskDone()
                    #expect(channel.join(wait: .upTo(time)), "\(time)")
                    session.destroy()
                }
            }
        }

        // MARK: Asynchronous

        @Test(arguments: PoolKind.allCases)
        func shortAwaitsEndAtOnce(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session().submit("slow", runUntilInput, scopes: .session)
                let task = try #require(try session.task(named: "slow"))
                let context = try session.context
                let signal = try manager.executor.makeCancelSignal()
                for time in Self.short {
                    #expect(await task.result(timeout: time).isTimedOut, "\(time)")
                    #expect(try await session.results(timeout: time)["slow"]?.isTimedOut == true, "\(time)")
                    #expect(try await session.waitForAll(timeout: time, returnWhen: .firstFailed).done.isEmpty)
                    #expect(try await session.race(timeout: time) == nil, "\(time)")
                    #expect(try await !task.future.waitUntilDone(.upTo(time)), "\(time)")
                    #expect(try await !signal.waitUntilSet(.upTo(time)), "\(time)")
                    #expect(try await context.readOutput(as: Int.self, wait: .upTo(time)) == nil, "\(time)")
                }
                try await context.writeInput(1)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func longAwaitsEndWhenWhatTheyWaitForHappens(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                for (index, time) in Self.long.enumerated() {
                    let session = try manager.session().submit("t", readAndAnswerLater, scopes: .session, time)
                    let context = try session.context
                    _ = try await context.writeInput(index, wait: .upTo(time))
                    #expect(try await context.readOutput(as: Int.self, wait: .upTo(time)) == index, "\(time)")
                    let task = try #require(try session.task(named: "t"))
                    #expect(try await task.result(timeout: time).get() == index, "\(time)")
                    #expect(try await session.waitForAll(timeout: time).notDone.isEmpty, "\(time)")
                    #expect(try await session.waitForAll(timeout: time, returnWhen: .firstCompleted).done.count == 1)
                    #expect(try await session.race(timeout: time)?.name == "t", "\(time)")
                    let executor = manager.executor
                    #expect(try await executor.submit(double, 1).value(timeout: time) == 2, "\(time)")
                    #expect(try await executor.map(double, 0..<3).values(timeout: time) == [0, 2, 4], "\(time)")
                    let signal = try executor.makeCancelSignal()
                    async let isSet = signal.waitUntilSet(.upTo(time))
                    signal.set()
                    #expect(try await isSet, "\(time)")
                    session.destroy()
                }
            }
        }

        // MARK: Options

        @Test(arguments: [PoolKind.processes, .inMemory])
        func taskOptionsTakeAnyTime(_ pool: PoolKind) throws {
            try pool.run { manager in
                for time in Self.long {
                    let options = TaskOptions(
                        waitForRoom: .upTo(time), timeout: time, queueTimeout: time, gracePeriod: time,
                        retries: .onCrash(3, backoff: time))
                    #expect(try manager.executor.submit(double, options: options, 2).value() == 4, "\(time)")
                    // A pause without an end before the second attempt, and not none.
                    let retried = try manager.executor.submit(
                        refuse, options: TaskOptions(retries: .onErrors(Refused.self, limit: 3, backoff: time)), "no")
                    #expect(!retried.waitUntilDone(.upTo(.milliseconds(30))), "\(time)")
                    retried.cancel(force: true)
                }
                for time in Self.short {
                    let error = expectError(.invalidArgument) {
                        try manager.executor.submit(double, options: TaskOptions(timeout: time), 2)
                    }
                    #expect(!error.isEmpty)
                    let room = TaskOptions(waitForRoom: .upTo(time))
                    #expect(try manager.executor.submit(double, options: room, 2).value() == 4, "\(time)")
                }
                for limit in Self.sizes where !(0...1000).contains(limit) {
                    expectError(.invalidArgument) {
                        try manager.executor.submit(double, options: TaskOptions(retries: .onCrash(limit)), 2)
                    }
                }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func sizesAreKeptOrRefused(_ pool: PoolKind) throws {
            try pool.run { manager in
                for size in Self.sizes {
                    if size < 1 {
                        // One without room hands elements over.
                        if size != 0 {
                            expectError(.invalidArgument) { try manager.executor.makeChannel(capacity: size) }
                        }
                        expectError(.invalidArgument) { try manager.session(inputQueueSize: size) }
                        expectError(.invalidArgument) { try manager.session(outputQueueSize: size) }
                        expectError(.invalidArgument) { try manager.executor.map(double, chunkSize: size, 0..<3) }
                        continue
                    }
                    #expect(try manager.executor.map(double, chunkSize: size, 0..<3).values() == [0, 2, 4], "\(size)")
                    if pool == .processes, size > Int(UInt32.max) {
                        expectError(.invalidArgument) { try manager.executor.makeChannel(capacity: size) }
                        expectError(.invalidArgument) { try manager.session(inputQueueSize: size) }
                        continue
                    }
                    let channel = try manager.executor.makeChannel(capacity: size)
                    #expect(try channel.send(1, wait: .never) && channel.receive(as: Int.self, wait: .never) == 1)
                    #expect(channel.status.capacity == size)
                    let session = try manager.session(inputQueueSize: size, outputQueueSize: size)
                    #expect(try session.context.writeInput(1))
                }
            }
        }

        @Test func poolsTakeOrRefuseAnyNumber() throws {
            for size in Self.sizes where size < 1 || size > 1 << 41 {
                expectError(.invalidArgument) { try ProcessPool(maxWorkers: size) }
                expectError(.invalidArgument) { try ProcessPool(maxWorkers: 1, arenaLimit: size) }
                expectError(.invalidArgument) { try ThreadPool(maxWorkers: size) }
                expectError(.invalidArgument) { try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: size)) }
            }
            for size in Self.sizes {
                let limits = WorkerLimits(
                    memory: size, idleMemory: size, maxTasksPerWorker: size, maxTasksJitter: 1, minimumWorkers: 1)
                if size < 1 {
                    expectError(.invalidArgument) { try ProcessPool(maxWorkers: 1, limits: limits) }
                    expectError(.invalidArgument) { try ThreadPool(maxWorkers: 1, queueLimit: size) }
                    expectError(.invalidArgument) {
                        try InMemoryPool(.seed(1), options: InMemoryOptions(taskLimit: size))
                    }
                } else {
                    let threads = try ThreadPool(maxWorkers: 1, queueLimit: size)
                    #expect(try threads.submit(double, 1).value() == 2)
                    threads.shutdown()
                    guard size > 1 << 30 else { continue }
                    let pool = try ProcessPool(maxWorkers: 1, limits: limits)
                    #expect(try pool.submit(double, 1).value() == 2, "\(size)")
                    pool.shutdown()
                }
            }
            for time in Self.long {
                let pool = try ProcessPool(
                    maxWorkers: 1, limits: WorkerLimits(age: time, minimumWorkers: 0, idleTime: time))
                #expect(try pool.submit(double, 1).value() == 2, "\(time)")
                pool.shutdown()
                for interrupts in [Interrupts.shutDown(within: time), .unhandled] {
                    #expect(try withThreadPoolExecutor(maxWorkers: 1, interrupts: interrupts) { _ in 1 } == 1)
                    #expect(try withProcessPoolExecutor(maxWorkers: 1, interrupts: interrupts) { _ in 1 } == 1)
                }
                let slow = FaultPlan(
                    [.delay(task: 0, by: time)], chances: FaultChances(delay: 0.5, longestDelay: time),
                    slowWorkers: [0: time])
                let simulated = try InMemoryPool(.seed(1), options: InMemoryOptions(faults: slow))
                #expect(try simulated.submit(double, 1).value() == 2, "\(time)")
                simulated.shutdown(.drain)
            }
        }
    }
}

private func readAndAnswer(_ context: TaskContext, _ time: Duration) throws -> Int {
    let number = try context.readInput(as: Int.self, wait: .upTo(time)) ?? -1
    try context.writeOutput(number, wait: .upTo(time))
    return number
}

private func readAndAnswerLater(_ context: TaskContext, _ time: Duration) async throws -> Int {
    let number = try await context.readInput(as: Int.self, wait: .upTo(time)) ?? -1
    _ = try await context.writeOutput(number, wait: .upTo(time))
    return number
}
