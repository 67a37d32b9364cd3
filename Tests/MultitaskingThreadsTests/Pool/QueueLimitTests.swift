import MultitaskingCore
import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    @Suite struct QueueLimit {
        /// A pool with one busy worker, whose queue of two is full.
        private func withFullPool(_ body: (ThreadPool, any CancelSignal, [Future<Int>]) throws -> Void) throws {
            try withPool(1, queueLimit: 2) { pool throws in
                let (isRunning, release) = (pool.makeCancelSignal(), pool.makeCancelSignal())
                defer { release.set() }
                _ = try pool.submit(running: { _ in
                    isRunning.set()
                    _ = release.waitUntilSet(.forever)
                })
                #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
                let queued = try (0..<2).map { number in
                    try pool.submit(options: TaskOptions(waitForRoom: .never)) { number }
                }
                try body(pool, release, queued)
            }
        }

        @Test func fullPoolRefusesAtOnceOrAtTheLimit() throws {
            try withFullPool { pool, _, _ throws in
                for wait in [WaitLimit.never, .upTo(.milliseconds(2))] {
                    #expect(
                        thrownCode { _ = try pool.submit(options: TaskOptions(waitForRoom: wait)) { 1 } } == .timedOut)
                }
            }
        }

        @Test func cancellingMakesRoom() throws {
            try withFullPool { pool, release, queued throws in
                #expect(queued[0].cancel())
                let future = try pool.submit(options: TaskOptions(waitForRoom: .never)) { 9 }
                release.set()
                #expect(try future.value() == 9)
            }
        }

        @Test func cancelledTasksTakeNoRoomWhileTheWorkersAreBusy() throws {
            try withFullPool { pool, release, queued throws in
                for task in queued { task.cancel() }
                for number in 0..<200 {
                    let future = try pool.submit(options: TaskOptions(waitForRoom: .never)) { number }
                    #expect(future.cancel())
                }
                let last = try pool.submit(options: TaskOptions(waitForRoom: .never)) { 9 }
                release.set()
                #expect(try last.value() == 9)
            }
        }

        @Test func submittingAndCancellingManyTimes_keepsTheQueueShort_andNoRoomIsLost() throws {
            try withFullPool { pool, release, queued throws in
                for task in queued { task.cancel() }
                for _ in 0..<5_000 {
                    let future = try? pool.submit(options: TaskOptions(waitForRoom: .never)) { 1 }
                    future?.cancel()
                }
                #expect(pool.storage.queuedTasks <= 2 + QueuePermits.leastCancelledLimit)
                release.set()
                #expect(eventually { pool.storage.queuedTasks == 0 })
                let (isRunning, secondRelease) = (pool.makeCancelSignal(), pool.makeCancelSignal())
                defer { secondRelease.set() }
                _ = try pool.submit(running: { _ in
                    isRunning.set()
                    _ = secondRelease.waitUntilSet(.forever)
                })
                #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
                let count = (0..<5).count { number in
                    (try? pool.submit(options: TaskOptions(waitForRoom: .never)) { number }) != nil
                }
                #expect(count == 2)
            }
        }

        @Test func waitingSubmitGoesOnWhenATaskStarts() throws {
            try withFullPool { pool, release, _ throws in
                let results = Ledger<Int>()
                try withThreads(4) { number in
                    if let value = try? pool.submit(running: { _ in number }).value() { results.append(value) }
                } meanwhile: {
                    release.set()
                }
                #expect(results.all.sorted() == [0, 1, 2, 3])
            }
        }

        @Test func waitingSubmitFailsWhenThePoolIsShutDown() throws {
            try withFullPool { pool, release, _ throws in
                let codes = Ledger<MultitaskingError.Code?>()
                try withThreads(1) { _ in
                    codes.append(thrownCode { _ = try pool.submit { 1 } })
                    release.set()
                } meanwhile: {
                    pool.shutdown(.cancelQueued)
                }
                // The submit may also have come so late that a cancelled task had made room: then it was refused there.
                #expect(codes.all == [.shutDown])
            }
        }

        @Test func limitHoldsUnderManySubmitters() throws {
            let counter = Counter()
            try withPool(2, queueLimit: 3) { pool throws in
                try withThreads(4) { _ in
                    for _ in 0..<2_000 { _ = try? pool.submit { counter.increment() } }
                }
                pool.shutdown(.drain)
            }
            #expect(counter.count == 8_000)
        }
    }
}
