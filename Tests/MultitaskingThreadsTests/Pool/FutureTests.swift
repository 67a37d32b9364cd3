import MultitaskingCore
import MultitaskingThreads
import Testing

extension ThreadsTests {
    @Suite struct Futures {
        /// A pool with one worker that is busy until the signal is set.
        private func withBusyPool(_ body: (ThreadPool, any CancelSignal) throws -> Void) throws {
            try withPool(1) { pool throws in
                let release = pool.makeCancelSignal()
                let isRunning = pool.makeCancelSignal()
                defer { release.set() }
                _ = try pool.submit(running: { _ in
                    isRunning.set()
                    _ = release.waitUntilSet(.forever)
                })
                #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
                try body(pool, release)
            }
        }

        @Test func stateGoesFromQueuedToDone() throws {
            try withBusyPool { pool, release throws in
                let future = try pool.submit { 1 }
                #expect(future.state == .queued)
                #expect(future.outcome() == nil)
                release.set()
                #expect(try future.value() == 1)
                #expect(future.state == .done)
            }
        }

        @Test func runningTaskCannotBeCancelled() throws {
            try withPool(1) { pool throws in
                let (isRunning, release) = (pool.makeCancelSignal(), pool.makeCancelSignal())
                let future = try pool.submit { () -> Int in
                    isRunning.set()
                    _ = release.waitUntilSet(.forever)
                    return 1
                }
                #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
                #expect(future.isRunning)
                #expect(!future.cancel())
                release.set()
                #expect(try future.value() == 1)
            }
        }

        @Test func cancelledTaskNeverStarts() throws {
            let counter = Counter()
            try withBusyPool { pool, release throws in
                let future = try pool.submit { counter.increment() }
                #expect(future.cancel())
                #expect(future.cancel())
                #expect(future.isCancelled && future.isDone)
                #expect(thrownCode { try future.value() } == .cancelled)
                release.set()
                try pool.submit {}.value()
                #expect(counter.count == 0)
            }
        }

        @Test func cancellingReleasesWhatWasCaptured() throws {
            try withBusyPool { pool, _ throws in
                var object: NonCodable? = NonCodable(1)
                weak let released = object
                let future = try pool.submit(running: { [object] _ in object?.number })
                object = nil
                #expect(released != nil)
                #expect(future.cancel())
                #expect(released == nil)
            }
        }

        @Test func waitEndsAtItsLimitAndTheTaskGoesOn() throws {
            try withBusyPool { pool, release throws in
                let future = try pool.submit { 1 }
                #expect(!future.waitUntilDone(.never))
                #expect(!future.waitUntilDone(.upTo(.milliseconds(2))))
                #expect(thrownCode { _ = try future.value(timeout: .milliseconds(1)) } == .timedOut)
                release.set()
                #expect(try future.value(timeout: .seconds(10)) == 1)
            }
        }

        @Test func manyThreadsWaitForOneTask() throws {
            let counter = Counter()
            try withBusyPool { pool, release throws in
                let future = try pool.submit { 5 }
                try withThreads(16) { _ in
                    if (try? future.value()) == 5 { counter.increment() }
                } meanwhile: {
                    release.set()
                }
            }
            #expect(counter.count == 16)
        }

        @Test func callbackRunsOnceBeforeAndAfterTheEnd() throws {
            try withBusyPool { pool, release throws in
                let (before, after) = (Counter(), Counter())
                let future = try pool.submit { 1 }
                for _ in 0..<10 { future.whenDone { before.increment() } }
                #expect(before.count == 0)
                release.set()
                _ = try future.value()
                #expect(eventually { before.count == 10 })
                future.whenDone { after.increment() }
                #expect(after.count == 1)
                #expect(before.count == 10)
            }
        }

        @Test func callbackRunsWhenTheTaskIsCancelled() throws {
            try withBusyPool { pool, _ throws in
                let counter = Counter()
                let future = try pool.submit { 1 }
                future.whenDone { counter.increment() }
                future.cancel()
                #expect(counter.count == 1)
            }
        }

        @Test func callbackMaySubmitToItsPool() throws {
            let counter = Counter()
            try withPool(1) { pool throws in
                for _ in 0..<200 {
                    try pool.submit { 1 }.whenDone {
                        _ = try? pool.submit { counter.increment() }
                    }
                }
                #expect(eventually { counter.count == 200 })
            }
        }

        @Test func callbacksRegisteredWhileTheTaskEndsRunExactlyOnce() throws {
            let counter = Counter()
            try withPool(2) { pool throws in
                for _ in 0..<5_000 {
                    let future = try pool.submit { 1 }
                    future.whenDone { counter.increment() }
                    future.whenDone { counter.increment() }
                }
                #expect(eventually { counter.count == 10_000 })
            }
            #expect(counter.count == 10_000)
        }

        @Test func startAndCancelExcludeEachOther() throws {
            let started = Counter()
            var cancelled = 0
            try withPool(2) { pool throws in
                var futures: [Future<Void>] = []
                for round in 0..<5_000 {
                    let future = try pool.submit { started.increment() }
                    // Now at once, now a little later, so that both win often.
                    for _ in 0..<(round % 50) { _ = future.state }
                    if future.cancel() { cancelled += 1 }
                    futures.append(future)
                }
                for future in futures { #expect(future.waitUntilDone(.upTo(.seconds(10)))) }
                #expect(futures.count { $0.isCancelled } == cancelled)
            }
            #expect(started.count + cancelled == 5_000)
        }

        @Test func asynchronousWaitGivesTheValue() async throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let future = try pool.submit { 3 }
            #expect(try await future.value() == 3)
            #expect(try await future.waitUntilDone(.never))
            await pool.shutdown()
        }

        @Test func asynchronousWaitEndsAtItsLimit() async throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let release = pool.makeCancelSignal()
            let future = try pool.submit(running: { _ in release.waitUntilSet(.forever) })
            #expect(try await !future.waitUntilDone(.upTo(.milliseconds(2))))
            release.set()
            #expect(try await future.value())
            await pool.shutdown()
        }

        @Test func cancellingTheAwaitingTaskEndsTheWaitOnly() async throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let release = pool.makeCancelSignal()
            let future = try pool.submit(running: { _ in release.waitUntilSet(.forever) })
            let waiting = Task { try await future.value() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(!future.isDone)
            release.set()
            #expect(try await future.value())
            await pool.shutdown()
        }
    }
}
