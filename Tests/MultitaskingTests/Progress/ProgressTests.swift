import Multitasking
import Testing

extension Facade {
    @Suite struct ProgressTests {
        @Test(arguments: PoolKind.allCases)
        func aSessionCountsEachTaskOnce(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session()
                #expect(try session.progress.total == 0)
                #expect(try session.progress.isFinished)
                try session.submit("good", double, 1).submit("bad", refuse, "no")
                    .submit("runs", runUntilInput, scopes: .session).submit("waits", double, 2)
                    .submit("never", double, 3)
                try waitUntil { try session.progress.running == 1 && session.progress.done == 2 }
                try #require(try session.task(named: "never")).cancel()
                let progress = try session.progress
                #expect(progress.succeeded == 1 && progress.failed == 1 && progress.cancelled == 1)
                #expect(progress.queued == 1 && progress.running == 1)
                #expect(progress.total == 5 && progress.done == 3 && progress.fraction == 0.6)
                #expect(!progress.isFinished)
                try session.context.writeInput(1)
                _ = try session.waitForAll()
                let last = try session.progress
                #expect(last.isFinished && last.succeeded == 3 && last.remaining == .zero)
                #expect(try session.progress.elapsed == last.elapsed, "the time stands still after the end")
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aMapCountsItsElements(_ pool: PoolKind) throws {
            try pool.run { manager in
                let results = try manager.executor.map(refuseOdd, chunkSize: 3, 0..<10)
                _ = results.waitUntilDone()
                let progress = results.progress
                #expect(progress.succeeded == 5 && progress.failed == 5 && progress.total == 10)
                #expect(progress.isFinished)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aMapThatIsCancelledCountsWhatIsCancelled(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session().submit("blocks", runUntilInput, scopes: .session)
                let results = try manager.executor.map(double, chunkSize: 2, 0..<10)
                #expect(results.progress.queued == 10)
                results.cancel()
                #expect(results.progress.cancelled == 10)
                try session.context.writeInput(1)
            }
        }

        @Test(arguments: [PoolKind.threads, .processes])
        func updatesGoFromThePresentToTheEnd(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session()
                for number in 0..<20 { try session.submit("\(number)", doubleLater, number) }
                var seen: [Progress] = []
                for try await progress in session.progressUpdates(every: .milliseconds(1)) { seen.append(progress) }
                #expect(seen.allSatisfy { $0.total == 20 })
                #expect(seen.last?.succeeded == 20)
                #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done <= $1.done })
            }
        }

        @Test(arguments: [Int.min, -1, 0, 1, .max])
        func progressTakesAnyNumbers(_ number: Int) throws {
            let progress = Progress(
                queued: number, running: number, succeeded: number, failed: number, cancelled: number,
                elapsed: .seconds(number))
            #expect(progress.total >= progress.done && (0...1).contains(progress.fraction))
            #expect(progress.remaining.map { $0 >= .zero } != false)
            #expect(!progress.description.isEmpty)
            try PoolKind.threads.run { manager in
                var count = 0
                for _ in try manager.executor.stream(double, 0..<3).showing(.nothing, total: number) { count += 1 }
                #expect(count == 3)
                count = 0
                for _ in try manager.executor.stream(double, 0..<3, showing: .nothing, total: number) { count += 1 }
                #expect(count == 3)
            }
        }

        /// Nothing is shown here, so that the tests' own terminal stays as it is: see `ProgressScreenTests`.
        @Test(arguments: PoolKind.allCases)
        func mapsAndStreamsThatAreShownGiveTheSame(_ pool: PoolKind) throws {
            try pool.run { manager in
                let executor = manager.executor
                #expect(try executor.map(double, 0..<5, showing: .nothing).values() == [0, 2, 4, 6, 8])
                #expect(try executor.map(chunkSize: 2, 0..<3, showing: .nothing) { $0 + 1 }.values() == [1, 2, 3])
                #expect(try executor.map(doubleLater, 0..<2, showing: .nothing).results().count == 2)
                var sum = 0
                for (_, result) in try executor.stream(double, 0..<4, showing: .nothing) { sum += try result.get() }
                for (_, result) in (try executor.stream(0..<4, showing: .nothing) { $0 * 3 }) {
                    sum += try result.get()
                }
                #expect(sum == 30)
                let session = try manager.map("n", double, 1...3, showing: .nothing)
                #expect(try session.results().values.map { try $0.get(as: Int.self) } == [2, 4, 6])
                let zipped = try manager.map("z", [1, 2], ["a", "b"], showing: .nothing) { "\($0)\($1)" }
                #expect(try zipped.waitForAll().done.count == 2)
            }
        }

        @Test func mapsAndStreamsThatAreShownCanBeAwaited() async throws {
            try await PoolKind.threads.run { manager in
                let executor = manager.executor
                #expect(try await executor.map(double, 0..<5, showing: .nothing).values() == [0, 2, 4, 6, 8])
                var sum = 0
                for try await (_, result) in executor.stream(double, 0..<4, showing: .nothing) {
                    sum += try result.get()
                }
                let inputs = AsyncStream<Int> { continuation in
                    for number in 0..<4 { continuation.yield(number) }
                    continuation.finish()
                }
                for try await (_, result) in executor.stream(double, inputs, showing: .nothing, total: 4) {
                    sum += try result.get()
                }
                #expect(sum == 24)
                #expect(try await manager.map("n", double, 1...3, showing: .nothing).results().count == 3)
            }
        }

        @Test(arguments: [Duration.seconds(Int64.min), .zero, .nanoseconds(1), .seconds(Int64.max)])
        func updatesComeAtAnyInterval(_ interval: Duration) async throws {
            try await PoolKind.threads.run { manager in
                let session = try manager.session().submit("one", double, 1)
                _ = try await session.waitForAll()
                for try await progress in session.progressUpdates(every: interval) { #expect(progress.isFinished) }
                let results = try manager.executor.map(double, 0..<3)
                _ = try await results.waitUntilDone()
                for try await progress in results.progressUpdates(every: interval) { #expect(progress.isFinished) }
                for try await (_, result) in manager.executor.stream(double, 0..<3).showing(.nothing, total: .max) {
                    _ = try result.get()
                }
            }
        }

        @Test func updatesOfADestroyedSessionThrow() async throws {
            try await PoolKind.threads.run { manager in
                let session = try manager.session().submit("runs", runUntilInput, scopes: .session)
                var updates = session.progressUpdates(every: .milliseconds(1)).makeAsyncIterator()
                _ = try await updates.next()
                let context = try session.context
                session.destroy()
                await #expect(throws: MultitaskingError.self) { _ = try await updates.next() }
                _ = try await context.writeInput(1)
            }
        }
    }
}

func refuseOdd(_ number: Int) throws -> Int {
    guard number.isMultiple(of: 2) else { throw Refused(reason: "odd") }
    return number
}
