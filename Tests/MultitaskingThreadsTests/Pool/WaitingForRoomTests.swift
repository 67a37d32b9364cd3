import MultitaskingCore
import Synchronization
import Testing

@testable import MultitaskingThreads

extension ThreadsTests {
    /// Calls that have their arguments and wait, without blocking a thread, for room in a pool.
    @Suite(.timeLimit(.minutes(2))) struct WaitingForRoom {
        /// A pool whose worker is busy until the release, with a full queue of one.
        private func withFullPool(_ body: (ThreadPool, _ release: any CancelSignal) throws -> Void) throws {
            try withPool(1, queueLimit: 1) { pool throws in
                let (isRunning, release) = (pool.makeCancelSignal(), pool.makeCancelSignal())
                defer { release.set() }
                _ = try pool.submit(running: { _ in
                    isRunning.set()
                    _ = release.waitUntilSet(.forever)
                })
                #expect(isRunning.waitUntilSet(.upTo(.seconds(10))))
                _ = try pool.submit(options: TaskOptions(waitForRoom: .never)) { 0 }
                try body(pool, release)
            }
        }

        @Test func thousandCallsThatFindNoRoom_areTriedRarely_andRunInOrder_whenThereIsSome() throws {
            try withFullPool { pool, release throws in
                let (tries, triesOfFirst, order) = (Counter(), Counter(), Ledger<Int>())
                let calls = (0..<1_000).map { number in
                    pool.submit(after: [], .default) { options -> Future<Int> in
                        tries.increment()
                        if number == 0 { triesOfFirst.increment() }
                        return try pool.submit(options: options) {
                            order.append(number)
                            return number
                        }
                    }
                }
                #expect(eventually { triesOfFirst.count >= 20 })
                #expect(tries.count < 3_000)
                release.set()
                for (number, call) in calls.enumerated() { #expect(try call.value(timeout: .seconds(60)) == number) }
                #expect(order.all == Array(0..<1_000))
            }
        }

        @Test func callBehindOneWithoutALimit_fails_whenItsOwnLimitPasses() throws {
            try withFullPool { pool, release throws in
                let promise = Promise<Int>()
                let first = try pool.submit(resultsOf: promise.future) { $0 }
                let options = TaskOptions(waitForRoom: .upTo(.milliseconds(20)))
                let limited = try pool.submit(options: options, resultsOf: promise.future) { $0 }
                promise.fulfill(1)
                #expect(thrownCode { _ = try limited.value(timeout: .seconds(20)) } == .timedOut)
                #expect(limited.isDone && !first.isDone)
                release.set()
                #expect(try first.value(timeout: .seconds(20)) == 1)
            }
        }

        @Test func callThatIsCancelledWhileItWaits_isReleased_whileTheOneBeforeItGoesOn() throws {
            try withFullPool { pool, release throws in
                let first = pool.submit(after: [], .default) { try pool.submit(options: $0) { 1 } }
                weak var witness: NonCodable?
                let second: Future<Int>
                do {
                    let kept = NonCodable(2)
                    witness = kept
                    second = pool.submit(after: [], .default) { options in
                        try pool.submit(options: options) { kept.number }
                    }
                }
                #expect(witness != nil && second.cancel())
                #expect(eventually { witness == nil })
                release.set()
                #expect(try first.value(timeout: .seconds(20)) == 1)
            }
        }

        @Test func callThatNeedsLessMemory_goesOn_whileManyBeforeItFindTooLittle() throws {
            try withPool(1) { pool throws in
                let hasMuch = Atomic<Bool>(false)
                let large = (0..<40).map { number in
                    pool.submit(after: [], .default) { options -> Future<Int> in
                        guard hasMuch.load(ordering: .relaxed) else {
                            throw MultitaskingError(.arenaLimitReached, "too little memory for large arguments")
                        }
                        return try pool.submit(options: options) { number }
                    }
                }
                let small = pool.submit(after: [], .default) { try pool.submit(options: $0) { 1 } }
                #expect(try small.value(timeout: .seconds(20)) == 1)
                #expect(large.allSatisfy { !$0.isDone })
                hasMuch.store(true, ordering: .relaxed)
                for (number, call) in large.enumerated() { #expect(try call.value(timeout: .seconds(20)) == number) }
            }
        }

        @Test func callsThatWait_runBeforeTheEnd_whenThePoolIsDrained() throws {
            try withFullPool { pool, release throws in
                let calls = (0..<100).map { number in
                    pool.submit(after: [], .default) { try pool.submit(options: $0) { number } }
                }
                release.set()
                pool.shutdown(.drain)
                #expect(try calls.map { try $0.value(timeout: .zero) } == Array(0..<100))
            }
        }
    }
}
