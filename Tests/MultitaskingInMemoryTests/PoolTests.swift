import Foundation
import Multitasking
import MultitaskingInMemory
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct PoolTests {
    @Test(arguments: UInt64(0)..<20)
    func tasksReturnTheirResults(_ seed: UInt64) throws {
        try withInMemoryExecutor(seed: seed, maxWorkers: 3) { manager in
            let session = try manager.map("t", double, 0..<10)
            let results = try session.results()
            #expect(try results.values.map { try $0.get(as: Int.self) } == (0..<10).map { $0 * 2 })
        }
    }

    @Test func tenMinutesOfTimeoutsTakeMilliseconds() throws {
        let start = ContinuousClock.now
        let pool = try InMemoryPool()
        let manager = try TaskManager(executor: pool)
        let session = try manager.session().submit("t", waitTenMinutes, scopes: .session)
        #expect(try session.results()["t"]!.get(as: Int?.self) == nil)
        pool.shutdown()
        #expect(pool.elapsed >= .seconds(600) && pool.elapsed < .seconds(601))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func everybodyWaitingIsADeadlock() throws {
        let pool = try InMemoryPool()
        let manager = try TaskManager(executor: pool)
        let session = try manager.session().submit("t", waitForInput, scopes: .session)
        let error = try #require(try session.results()["t"]!.error as? MultitaskingError)
        #expect(error.code == .deadlock)
        #expect(error.message.contains("parent waits for the end of task 0"))
        #expect(error.message.contains("worker 0 (task 0) waits for an element of channel 0"))
        pool.shutdown()
    }

    @Test(arguments: UInt64(0)..<10)
    func promiseThatACallbackKeeps_isWaitedForWhileTheSimulationGoesOn(_ seed: UInt64) throws {
        try withInMemoryExecutor(seed: seed) { manager in
            let promise = Promise<Int>()
            try manager.executor.submit(double, 4).whenDone { promise.fulfill(1) }
            #expect(try promise.future.then { $0 + 1 }.value() == 2)
        }
    }

    @Test func promiseThatNobodyKeeps_isADeadlock() throws {
        let promise = Promise<Int>()
        expectCode(.deadlock) {
            try withInMemoryExecutor { _ in try promise.future.value() }
        }
    }

    @Test func promiseThatAnotherThreadKeeps_isWaitedFor() throws {
        try withInMemoryExecutor { manager in
            let promise = Promise<Int>()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.05)
                promise.fulfill(3)
            }
            let value = try promise.future.value()
            #expect(value == 3)
            #expect(try manager.executor.submit(double, 4).value() == 8)
        }
    }

    @Test func limitOfAWaitForAPromise_isVirtualTime() throws {
        let pool = try InMemoryPool()
        let promise = Promise<Int>()
        let start = ContinuousClock.now
        expectCode(.timedOut) { try promise.future.value(timeout: .seconds(600)) }
        #expect(pool.elapsed >= .seconds(600) && pool.elapsed < .seconds(601))
        pool.shutdown()
        // Nothing lives in the time of a pool that has ended.
        expectCode(.timedOut) { try promise.future.value(timeout: .milliseconds(20)) }
        #expect(pool.elapsed < .seconds(601))
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func whatDependsOnAPromise_isRefusedAfterTheShutdown() throws {
        let pool: any Executor = try InMemoryPool()
        let promise = Promise<Int>()
        pool.shutdown(.drain)
        expectCode(.shutDown) { try pool.submit(double, resultsOf: promise.future) }
    }

    @Test(arguments: [ShutdownMode.kill, .cancelQueued])
    func limitedDrainInACallback_beginsAndGoesOnWhenItsTimeIsUp(_ harderMode: ShutdownMode) throws {
        let pool = try InMemoryPool(options: InMemoryOptions(maxWorkers: 1))
        let first = try pool.submit(double, 1)
        let bell = Bell(try pool.makeCancelSignal())
        let (quick, slow) = (
            try pool.submit(waitForNothing, bell, .seconds(10)), try pool.submit(waitForNothing, bell, .seconds(100))
        )
        let queued = try pool.submit(double, 2)
        let isClean = Mutex(true)
        first.whenDone {
            let isOver = pool.shutdown(.drain, within: .seconds(30), then: harderMode)
            isClean.withLock { $0 = isOver }
        }
        #expect(quick.waitUntilDone() && slow.waitUntilDone() && queued.waitUntilDone())
        #expect(!isClean.withLock { $0 })
        #expect(try quick.value() == false)
        if harderMode == .kill {
            expectCode(.workerCrashed) { try slow.value() }
        } else {
            #expect(try slow.value() == false)
        }
        #expect(queued.state == .cancelled)
        expectCode(.shutDown) { try pool.submit(double, 1) }
        #expect((pool.elapsed < .seconds(31)) == (harderMode == .kill))
        pool.shutdown()
    }

    /// Expects that `body` throws an error of the package with this code.
    private func expectCode<Value>(
        _ code: MultitaskingError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
    ) {
        do {
            _ = try body()
            Issue.record("no error was thrown, but \(code) was expected", sourceLocation: sourceLocation)
        } catch {
            #expect((error as? MultitaskingError)?.code == code, "\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test func referenceOfAnotherPool_isRefusedAsThat_andOneWhoseObjectIsGone_asGone() throws {
        // Two simulations, each with a channel and a signal of the same number.
        let (first, second) = (try InMemoryPool(.seed(1)), try InMemoryPool(.seed(1)))
        defer { for pool in [first, second] { pool.shutdown(.drain) } }
        let (channels, signals) = (
            try [first, second].map { try $0.makeChannel() }, try [first, second].map { try $0.makeCancelSignal() }
        )
        for (reference, isChannel) in [(channels[0].reference, true), (signals[0].reference, false)] {
            #expect(try Opening.message(of: reference, isChannel: isChannel, in: first) == nil)
            let message = try Opening.message(of: reference, isChannel: isChannel, in: second)
            let kind = isChannel ? "channel" : "cancel event"
            #expect(message?.hasPrefix("noSuchObject: the \(kind) belongs to another pool") == true)
        }
        let message = try Opening.message(of: second.makeChannel().reference, isChannel: true, in: second)
        #expect(message?.hasPrefix("noSuchObject: the channel no longer exists") == true)
        withExtendedLifetime((channels, signals)) {}
    }

    // MARK: What cannot cross

    @Test func whatAFunctionCapturesIsCopiedOrRefusedAsBetweenProcesses() throws {
        final class Shared: Sendable {
            let number = Mutex(1)
        }
        let captured = Int.random(in: 1...9)
        let double: @Sendable (Int) -> Int = { $0 * captured }
        let shared = Shared()
        for policy in CapturePolicy.allCases {
            let pool = try InMemoryPool(options: InMemoryOptions(captures: policy))
            if policy == .refused {
                expectCode(.capturesState) { try pool.submit(1) { $0 + captured } }
            } else {
                let value = try pool.submit(1) { double($0) + captured }.value()
                #expect(value == 2 * captured)
            }
            if policy == .refused || policy == .byValue {
                expectCode(.capturesState) { try pool.submit(1) { $0 + shared.number.withLock { $0 } } }
            } else {
                let value = try pool.submit(1) { $0 + shared.number.withLock { $0 } }.value()
                #expect(value == 2)
            }
            pool.shutdown()
        }
    }

    @Test func aRefusalSaysWhatIsCapturedAndWhatToDo() throws {
        final class Account: Codable, @unchecked Sendable {
            var balance = 1
        }
        let account = Account()
        let captured = Int.random(in: 1...9)
        let pool = try InMemoryPool()
        let error = #expect(throws: MultitaskingError.self) { try pool.submit(1) { $0 + captured + account.balance } }
        for words in ["`Account`", "`balance`", "arguments"] {
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
        pool.shutdown()
    }

    @Test func aTypeWithoutANameIsRefused() throws {
        struct Local: Codable, Sendable { var number = 1 }
        let pool = try InMemoryPool()
        expectCode(.capturesState) { try pool.submit(Local()) { $0.number } }
        pool.shutdown()
    }

    @Test func whatCannotBeEncodedFailsAsBetweenProcesses() throws {
        let pool = try InMemoryPool()
        expectCode(.encodeFailed) { try pool.submit(readFaulty, Faulty(failsToEncode: true)) }
        #expect(throws: MultitaskingError.self) { try pool.submit(readFaulty, Faulty(failsToDecode: true)).value() }
        let error = #expect(throws: RemoteError.self) { try pool.submit(throwUnencodable).value() }
        #expect(error?.message == "cannot be encoded")
        #expect(throws: Refused(reason: "x")) { try pool.submit(refuse, "x").value() }
        pool.shutdown()
    }

    // MARK: Limits

    @Test func aFullPoolRefusesAtOnceAfterAWhileOrWaits() throws {
        let pool = try InMemoryPool(options: InMemoryOptions(maxWorkers: 1, taskLimit: 1))
        let manager = try TaskManager(executor: pool)
        let session = try manager.session().submit("t", waitTenMinutes, scopes: .session)
        for wait in [WaitLimit.never, .upTo(.seconds(30))] {
            expectCode(.timedOut) { try pool.submit(double, options: TaskOptions(waitForRoom: wait), 1) }
        }
        #expect(pool.elapsed >= .seconds(30) && pool.elapsed < .seconds(31))
        // There is room when the first task gives up, after ten minutes.
        let value = try pool.submit(double, 1).value()
        #expect(value == 2 && pool.elapsed >= .seconds(600))
        #expect(try session.allDone)
        pool.shutdown()
    }

    @Test func optionsOutOfRangeAreRefused() {
        for options in [
            InMemoryOptions(maxWorkers: 0), InMemoryOptions(maxWorkers: 513), InMemoryOptions(taskLimit: 0),
            InMemoryOptions(stepLimit: 0),
        ] {
            expectCode(.invalidArgument) { try InMemoryPool(options: options) }
        }
    }

    // MARK: Ends

    @Test func aTaskThatIgnoresItsEndIsEndedAfterTheGracePeriod() throws {
        let pool = try InMemoryPool()
        let manager = try TaskManager(executor: pool)
        let options = TaskOptions(timeout: .seconds(60), gracePeriod: .seconds(10))
        let session = try manager.session().submit("t", ignoreEverything, scopes: .session, options: options)
        let error = try #require(try session.results()["t"]!.error as? MultitaskingError)
        #expect(error.code == .taskTimedOut && (error.cause as? WorkerFailure)?.signal == 15)
        #expect(pool.elapsed >= .seconds(70) && pool.elapsed < .seconds(71))
        pool.shutdown()
    }

    @Test func aTaskThatSeesItsEndReturnsInTime() throws {
        let pool = try InMemoryPool()
        let manager = try TaskManager(executor: pool)
        let options = TaskOptions(timeout: .seconds(60), gracePeriod: .seconds(10))
        let session = try manager.session().submit("t", pollUntilCancelled, scopes: .session, options: options)
        #expect(try session.results()["t"]!.get() == "stopped")
        #expect(pool.elapsed >= .seconds(60) && pool.elapsed < .seconds(70))
        pool.shutdown()
    }

    @Test func aTaskThatPollsForEverIsADeadlock() throws {
        let pool = try InMemoryPool()
        let manager = try TaskManager(executor: pool)
        let session = try manager.session().submit("t", pollUntilCancelled, scopes: .session)
        let error = try #require(try session.results()["t"]!.error as? MultitaskingError)
        #expect(error.code == .deadlock && error.message.contains("polls without end"))
        expectCode(.deadlock) { try pool.submit(double, 1) }
        pool.shutdown()
    }

    @Test func aSimulationWithoutEndIsEnded() throws {
        let pool = try InMemoryPool(options: InMemoryOptions(stepLimit: 1_000))
        let manager = try TaskManager(executor: pool)
        let session = try manager.session().submit("t", ignoreEverything, scopes: .session)
        let error = try #require(try session.results()["t"]!.error as? MultitaskingError)
        #expect(error.code == .deadlock && error.message.contains("1000 steps"))
        pool.shutdown()
    }

    @Test(arguments: UInt64(0)..<20)
    func aSignalThatIsClearedAtOnceWakesWhoWaits(_ seed: UInt64) throws {
        let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: 2))
        let signal = try pool.makeCancelSignal()
        let waiting = try (0..<2).map { _ in try pool.submit(waitForNothing, Bell(signal), .seconds(100)) }
        pool.timeline.clock.sleep(for: .seconds(1))
        signal.set()
        signal.clear()
        for future in waiting { #expect(try future.value()) }
        pool.shutdown()
    }

    @Test func aDeadlockIsThrownOutOfTheScopeAlsoIfNoCallThrewIt() throws {
        expectCode(.deadlock) {
            try withInMemoryExecutor { manager in
                let signal = try manager.executor.makeCancelSignal()
                #expect(!signal.waitUntilSet(.forever))
            }
        }
    }

    @Test func leavingATaskThatWaitsForEverIsADeadlockAndNotAHang() throws {
        expectCode(.deadlock) {
            try withInMemoryExecutor { _ = try $0.session().submit("t", waitForInput, scopes: .session) }
        }
    }

    @Test func anInitializerThatFailsThreeTimesFailsThePool() throws {
        try withInMemoryExecutor(initializer: { throw Refused(reason: "no") }) { manager in
            let session = try manager.map("t", double, 1...3)
            for result in try session.results().values {
                let error = result.error as? MultitaskingError
                #expect(error?.code == .initializerFailed && error?.message.contains("no") == true)
            }
        }
        try withInMemoryExecutor(initializer: {}) { manager in
            let results = try manager.map("t", double, 1...3).results()
            let failed = results.values.filter { !$0.isSuccessful }
            #expect(failed.isEmpty)
        }
    }

    @Test func aDroppedPoolRunsWhatWasSubmitted() throws {
        let future = try InMemoryPool().submit(double, 4)
        let value = try future.value()
        #expect(value == 8)
    }

    // MARK: Others than the parent

    @Test func callbacksMaySubmit() throws {
        let pool = try InMemoryPool()
        let chained = Mutex<Future<Int>?>(nil)
        let first = try pool.submit(double, 1)
        first.whenDone { chained.withLock { $0 = try? pool.submit(double, 5) } }
        let value = try first.value()
        let next = try #require(chained.withLock { $0 })
        let second = try next.value()
        #expect(value == 2 && second == 10)
        pool.shutdown()
    }

    @Test func callbacksMaySubmitWhenTimeHasPassedAndEverybodyWaits() throws {
        let pool = try InMemoryPool(options: InMemoryOptions(maxWorkers: 1))
        let session = try TaskManager(executor: pool).session().submit("receiver", waitForInput, scopes: .session)
        let late = try pool.submit(double, options: TaskOptions(queueTimeout: .seconds(60)), 1)
        late.whenDone { _ = try? session.context.writeInput(7) }
        let value: Int? = try session.results()["receiver"]!.get()
        #expect(value == 7)
        pool.shutdown()
    }

    @Test(arguments: UInt64(0)..<30)
    func asynchronousFunctionsMayMakePools(_ seed: UInt64) async throws {
        let pool = try InMemoryPool(.seed(seed))
        // The same function is on this thread and on the main one in turn, and other tasks on both.
        async let others = withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...4 { group.addTask { try await pool.submit(double, number).value() } }
            return try await group.reduce(0, +)
        }
        for number in 0..<4 {
            let here = try await pool.submit(double, number).value()
            let onMain = try await MainActor.run { try pool.submit(double, number) }
            let there = try await onMain.value()
            #expect(here == number * 2 && there == here)
        }
        let sum = try await others
        #expect(sum == 20)
        await Task.detached { Self.end(pool) }.value
        #expect(pool.failure == nil)
    }

    private static func end(_ pool: InMemoryPool) { pool.shutdown(.drain) }

    @Test func anAsynchronousCallerIsServedWhileTheParentWaitsElsewhere() throws {
        // The course of events that leaves the turn with whoever has it.
        let pool = try InMemoryPool(.replay(InMemoryPool().replay))
        let signal = try pool.makeCancelSignal()
        let sum = Mutex<Int?>(nil)
        Task.detached {
            let first = try? await pool.submit(double, 1).value()
            let second = try? await pool.submit(double, 2).value()
            sum.withLock { $0 = (first ?? 0) + (second ?? 0) }
        }
        // The parent calls in a few times while the caller begins to wait, and then does something else.
        let deadline = ContinuousClock.now + .seconds(30)
        var calls = 0
        while sum.withLock({ $0 }) == nil, ContinuousClock.now < deadline {
            if calls < 40 { signal.set() }
            calls += 1
            Thread.sleep(forTimeInterval: 0.001)
        }
        #expect(sum.withLock { $0 } == 6)
        pool.shutdown()
    }

    @Test func asynchronousCallersWaitInVirtualTime() async throws {
        let start = ContinuousClock.now
        try await withInMemoryExecutor { manager in
            let session = try manager.session().submit("t", waitTenMinutes, scopes: .session)
            let early = try await session.results(timeout: .seconds(60))
            #expect(early["t"]!.isTimedOut)
            let value: Int? = try await session.results()["t"]!.get()
            #expect(value == nil)
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func threadsOfTheParentMayUseThePoolWhileItWaitsForThem() async throws {
        try await withInMemoryExecutor(maxWorkers: 3) { manager in
            let session = try manager.session()
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        try session.submit("t\(index)", double, index)
                        return try await session.task(named: "t\(index)")!.result().get()
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 56)
        }
    }
}

/// Opens what a reference leads to, and returns the error if that fails.
struct Opening: PortableFunction {
    func call(
        _ arguments: ArgumentList<SharedObjectID, Bool>, in environment: any TaskEnvironment
    ) throws -> String? {
        let (reference, isChannel) = arguments.values
        do {
            if isChannel { _ = try environment.channel(reference) } else { _ = try environment.cancelSignal(reference) }
            return nil
        } catch { return "\(error)" }
    }

    static func message(of reference: SharedObjectID, isChannel: Bool, in pool: InMemoryPool) throws -> String? {
        try pool.submit(Invocation(Opening(), ArgumentList(reference, isChannel)), options: .default).value()
    }
}
