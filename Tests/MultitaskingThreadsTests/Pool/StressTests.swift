import MultitaskingCore
import MultitaskingThreads
import Testing

extension ThreadsTests {
    @Suite struct Stress {
        @Test func hundredThousandTasksLeaveTheThreadsAsTheyWere() throws {
            let counter = Counter()
            let pool = try ThreadPool(maxWorkers: 4, threadNamePrefix: "stress")
            #expect(eventually { threadCount(named: "stress-") ?? 4 == 4 })
            for _ in 0..<100_000 { _ = try pool.submit { counter.increment() } }
            #expect(threadCount(named: "stress-") ?? 4 == 4)
            pool.shutdown(.drain)
            #expect(threadCount(named: "stress-") ?? 0 == 0)
            #expect(counter.count == 100_000)
        }

        @Test func aMillionQueuedTasksAreCancelled() throws {
            #if SANITIZE_THREAD
                let count = 50_000
            #else
                let count = 1_000_000
            #endif
            try withPool(1) { pool throws in
                let release = pool.makeCancelSignal()
                _ = try pool.submit(running: { _ in release.waitUntilSet(.forever) })
                var last: Future<Int>?
                for number in 0..<count { last = try pool.submit(running: { _ in number }) }
                last?.whenDone { release.set() }
                pool.shutdown(.cancelQueued)
                #expect(last?.isCancelled == true)
            }
        }

        @Test func everyResultBelongsToItsTask() throws {
            let seed = UInt64.random(in: 0...UInt64.max)
            var generator = SplitMix64(seed: seed)
            let numbers = (0..<20_000).map { _ in generator.next() }
            try withPool(3) { pool throws in
                let futures = try numbers.map { number in try pool.submit(number) { $0 ^ 0xFF } }
                for (number, future) in zip(numbers, futures) {
                    #expect(try future.value() == number ^ 0xFF, "seed \(seed)")
                }
            }
        }

        @Test func manySubmittersAndNestedTasksAllEnd() throws {
            let counter = Counter()
            try withPool(2) { pool throws in
                try withThreads(4) { _ in
                    for _ in 0..<1_000 {
                        _ = try? pool.submit(running: { _ in
                            _ = try pool.submit { counter.increment() }
                        })
                    }
                }
                #expect(eventually { counter.count == 4_000 })
            }
        }

        @Test func sleepingWorkersAreWokenEveryTime() throws {
            try withPool { pool throws in
                for number in 0..<300 {
                    // Long enough for the workers to have gone to sleep.
                    if number % 3 == 0 { MonotonicPause.wait() }
                    let future = try pool.submit { number }
                    #expect(try future.value(timeout: .seconds(10)) == number)
                }
            }
        }
    }
}

/// A pause longer than the workers' search.
private enum MonotonicPause {
    static func wait() {
        let end = ContinuousClock.now + .microseconds(200)
        while ContinuousClock.now < end {}
    }
}
