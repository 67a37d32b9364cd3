import MultitaskingCore
import Testing

@testable import MultitaskingThreads

#if canImport(Glibc)
    import Glibc
#endif

extension ThreadsTests {
    @Suite struct Shutdown {
        #if canImport(Glibc)
            @Test func refusedThreadThrowsAndLeavesNoOther() async {
                await #expect(processExitsWith: .success) {
                    // Room for the stacks of a few dozen threads.
                    let used = try #require(addressSpace())
                    var limit = rlimit(rlim_cur: used + 400 << 20, rlim_max: used + 400 << 20)
                    #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
                    let error = #expect(throws: MultitaskingError.self) {
                        try ThreadPool(maxWorkers: 1_000, threadNamePrefix: "refused")
                    }
                    #expect(error?.code == .systemError)
                    #expect(error?.message.contains("errno 11") == true)
                    #expect(threadCount(named: "refused-") == 0)
                }
            }
        #endif

        @Test func asynchronousTaskThatIsAskedToEnd_isCancelled() throws {
            let pool = try ThreadPool(maxWorkers: 1)
            defer { pool.shutdown(.kill) }
            let sleep: @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(3600)) }
            let (forced, atEnd) = (try pool.submit(sleep), try pool.submit(sleep))
            #expect(eventually { forced.isRunning })
            forced.cancel(force: true)
            #expect(throws: CancellationError.self) { try forced.value(timeout: .seconds(20)) }
            #expect(eventually { atEnd.isRunning })
            pool.shutdown(.kill)
            #expect(throws: CancellationError.self) { try atEnd.value(timeout: .seconds(20)) }
        }

        @Test func drainingRunsEverything() throws {
            let counter = Counter()
            let pool = try ThreadPool(maxWorkers: 2)
            for _ in 0..<1_000 { _ = try pool.submit { counter.increment() } }
            pool.shutdown(.drain)
            #expect(counter.count == 1_000)
        }

        enum Way: CaseIterable { case release, begin, inside }

        @Test(arguments: Way.allCases)
        func theLastThreadClosesTheChannels(_ way: Way) async throws {
            let (task, gate, channels) = try Self.endPool(way)
            async let received = channels[1].receive(as: Int.self, wait: .forever)
            async let sent = channels[2].send(1, wait: .forever)
            gate.set()
            #expect(try await task.value())
            #expect(try await received == nil)
            do {
                Issue.record("a send came back with \(try await sent)")
            } catch let error as MultitaskingError {
                #expect(error.code == .closed)
            }
            do {
                Issue.record("a join came back with \(try await channels[0].join(wait: .forever))")
            } catch let error as MultitaskingError {
                #expect(error.code == .shutDown)
            }
            #expect(channels.allSatisfy { $0.status.isClosed })
            #expect(try await channels[0].receive(as: Int.self, wait: .forever) == 1)
            #expect(try await channels[0].receive(as: Int.self, wait: .forever) == nil)
        }

        /// Ends a pool whose task has yet to send to the first of three channels, the others of which have no room.
        private static func endPool(
            _ way: Way
        ) throws -> (task: Future<Bool>, gate: any CancelSignal, channels: [any Channel]) {
            let pool = try ThreadPool(maxWorkers: 2)
            let gate = pool.makeCancelSignal()
            let channels = try [nil, 0, 0].map { try pool.makeChannel(capacity: $0) }
            let task = try pool.submit(running: { _ in
                try gate.waitUntilSet(.forever) && channels[0].send(1, wait: .never)
            })
            switch way {
            case .release: break
            case .begin: pool.beginShutdown(.drain)
            case .inside: try pool.submit { pool.shutdown(.drain) }.value()
            }
            return (task, gate, channels)
        }

        @Test(arguments: [ShutdownMode.cancelQueued, .kill])
        func cancellingEndsWhatIsQueuedAndLetsRunningTasksFinish(_ mode: ShutdownMode) throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let (isRunning, release) = (pool.makeCancelSignal(), pool.makeCancelSignal())
            let running = try pool.submit(running: { _ in
                isRunning.set()
                return release.waitUntilSet(.forever)
            })
            #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
            let queued = try (0..<100).map { number in try pool.submit { number } }
            queued[99].whenDone { release.set() }
            pool.shutdown(mode)
            #expect(queued.allSatisfy { $0.isCancelled })
            #expect(try running.value())
        }

        @Test func submittingAfterwardsThrows() throws {
            let pool = try ThreadPool(maxWorkers: 1)
            pool.shutdown()
            #expect(thrownCode { _ = try pool.submit { 1 } } == .shutDown)
            let promise = Promise<Int>()
            #expect(thrownCode { _ = try pool.submit(resultsOf: promise.future) { $0 } } == .shutDown)
            pool.shutdown(.kill)
        }

        @Test func threadsAreGoneAfterwards() throws {
            let pool = try ThreadPool(maxWorkers: 8, threadNamePrefix: "gone")
            #expect(eventually { threadCount(named: "gone-") ?? 8 == 8 })
            pool.shutdown()
            #expect(threadCount(named: "gone-") ?? 0 == 0)
        }

        @Test func concurrentCallersAllWaitForTheEnd() throws {
            let pool = try ThreadPool(maxWorkers: 2)
            let counter = Counter()
            for _ in 0..<100 { _ = try pool.submit { counter.increment() } }
            let seen = Ledger<Int>()
            try withThreads(8) { _ in
                pool.shutdown()
                seen.append(counter.count)
            }
            #expect(seen.all == Array(repeating: 100, count: 8))
        }

        @Test func fromInsideATaskItReturnsAndThePoolEnds() throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let future = try pool.submit(running: { _ in
                pool.shutdown()
                return 1
            })
            #expect(try future.value(timeout: .seconds(10)) == 1)
            #expect(thrownCode { _ = try pool.submit { 1 } } == .shutDown)
            pool.shutdown()
        }

        @Test func fromInsideAnAsyncTaskItReturns() async throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let future = try pool.submit { () async -> Int in
                await pool.shutdown()
                return 1
            }
            #expect(try await future.value(timeout: .seconds(10)) == 1)
            await pool.shutdown()
        }

        @Test func fromACallbackItReturns() throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let done = Gate()
            try pool.submit { 1 }.whenDone {
                pool.shutdown()
                done.open()
            }
            #expect(done.wait(until: .now + .seconds(10)))
            pool.shutdown()
        }

        @Test func limitedDrainInsideATaskOrACallback_beginsAndCancelsNothing() throws {
            for isCallback in [false, true] {
                let pool = try ThreadPool(maxWorkers: 1)
                let (isBegun, isReady) = (Gate(), Gate())
                let clean = Ledger<Bool>()
                let first = try pool.submit(running: { _ in
                    _ = isReady.wait(until: .now + .seconds(10))
                    guard !isCallback else { return }
                    clean.append(pool.shutdown(.drain, within: .seconds(30)))
                    isBegun.open()
                })
                if isCallback {
                    first.whenDone {
                        clean.append(pool.shutdown(.drain, within: .seconds(30)))
                        isBegun.open()
                    }
                }
                let queued = try (0..<5).map { number in try pool.submit { number } }
                isReady.open()
                #expect(isBegun.wait(until: .now + .seconds(10)))
                #expect(clean.all == [false])
                #expect(try queued.map { try $0.value(timeout: .seconds(10)) } == Array(0..<5))
                #expect(thrownCode { _ = try pool.submit { 1 } } == .shutDown)
                pool.shutdown()
            }
        }

        @Test func limitedDrainInsideAnAsyncTask_beginsAndCancelsNothing() async throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let isReady = Promise<Void>()
            let first = try pool.submit { () async -> Bool in
                while !isReady.future.isDone { await Task.yield() }
                return await pool.shutdown(.drain, within: .seconds(30))
            }
            let queued = try pool.submit { 2 }
            isReady.fulfill()
            #expect(try await first.value(timeout: .seconds(10)) == false)
            #expect(try await queued.value(timeout: .seconds(10)) == 2)
            await pool.shutdown()
        }

        @Test func limitedDrainInsideATask_goesOnWithTheHarderModeWhenItsTimeIsUp() throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let isOver = Gate()
            let running = try pool.submit(running: { environment in
                pool.shutdown(.drain, within: .milliseconds(50), then: .kill)
                while !environment.isEndRequested { environment.clock.sleep(for: .milliseconds(1)) }
                return isOver.wait(until: .now + .seconds(10))
            })
            let queued = try pool.submit { 1 }
            #expect(queued.waitUntilDone(.upTo(.seconds(10))))
            #expect(queued.state == .cancelled)
            isOver.open()
            #expect(try running.value(timeout: .seconds(10)))
            pool.shutdown()
        }

        @Test func droppedPoolRunsWhatWasSubmittedAndItsThreadsEnd() throws {
            let counter = Counter()
            for _ in 0..<20 {
                let pool = try ThreadPool(maxWorkers: 2, threadNamePrefix: "dropped")
                for _ in 0..<10 { _ = try pool.submit { counter.increment() } }
            }
            #expect(eventually { counter.count == 200 })
            #expect(eventually { threadCount(named: "dropped-") ?? 0 == 0 })
        }

        @Test func poolWhoseLastReferenceIsDroppedByItsTaskEnds() throws {
            let isDropped = Gate()
            let done = Gate()
            weak var released: ThreadPool?
            do {
                let pool = try ThreadPool(maxWorkers: 1, threadNamePrefix: "inside")
                released = pool
                let future = try pool.submit(running: { [pool] _ in
                    _ = isDropped.wait(until: nil)
                    return pool.maxWorkers
                })
                future.whenDone { done.open() }
            }
            #expect(released != nil)
            isDropped.open()
            #expect(done.wait(until: .now + .seconds(10)))
            #expect(released == nil)
            #expect(eventually { threadCount(named: "inside-") ?? 0 == 0 })
        }

        @Test func everySubmissionDuringShutdownIsRefusedOrEnds() throws {
            for _ in 0..<100 {
                let pool = try ThreadPool(maxWorkers: 2)
                let accepted = Ledger<Future<Int>>()
                try withThreads(2) { _ in
                    while let future = try? pool.submit({ 1 }) { accepted.append(future) }
                } meanwhile: {
                    pool.shutdown()
                }
                #expect(accepted.all.allSatisfy { $0.isDone })
            }
        }

        @Test func initializerRunsOnceInEveryThread() throws {
            let counter = Counter()
            let pool = try ThreadPool(maxWorkers: 3, initializer: { counter.increment() })
            pool.shutdown()
            #expect(counter.count == 3)
        }

        @Test func failingInitializerFailsTheTasksOnceWithItsError() throws {
            let counter = Counter()
            let pool = try ThreadPool(maxWorkers: 1) {
                counter.increment()
                throw Failure(number: 7)
            }
            let futures = try (0..<10).map { number in try pool.submit { number } }
            for future in futures {
                let error = #expect(throws: MultitaskingError.self) { try future.value(timeout: .seconds(10)) }
                #expect(error?.code == .initializerFailed)
                #expect(error?.cause as? Failure == Failure(number: 7))
            }
            pool.shutdown()
            #expect(counter.count == 1)
        }
    }
}
