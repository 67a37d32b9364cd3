import Multitasking
import MultitaskingInMemory
import Testing

/// Calls that have their arguments and wait, in the client, for room in a pool with a limit of tasks.
@Suite(.timeLimit(.minutes(2))) struct RoomTests {
    /// A run in which calls wait for the result of a task, and then for each other, in a pool with room for one.
    private func run(seed: UInt64) throws -> (values: [Int], trace: [String]) {
        let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: 1, taskLimit: 1))
        let first = try pool.submit(double, 1)
        let others = try (0..<3).map { _ in try pool.submit(double, resultsOf: first) }
        let values = try others.map { try $0.value() }
        pool.shutdown(.drain)
        return (values, pool.trace)
    }

    @Test(arguments: UInt64(0)..<100)
    func callsThatWaitForRoom_haveTheirValues_andTheSameCourseEachTime(_ seed: UInt64) throws {
        let run = try run(seed: seed)
        #expect(run.values == [4, 4, 4])
        #expect(try self.run(seed: seed).trace == run.trace)
    }

    @Test func callThatFindsNoRoom_failsInVirtualTime_whenItsLimitPasses() throws {
        let start = ContinuousClock.now
        let options = InMemoryOptions(maxWorkers: 1, taskLimit: 1, captures: .byValueOrCopies)
        let pool = try InMemoryPool(.seed(1), options: options)
        let first = try pool.submit(double, 1)
        #expect(try first.value() == 2)
        let channel = try pool.makeChannel()
        let slow = try pool.submit { try channel.receive(as: Int.self, wait: .upTo(.seconds(600))) ?? 0 }
        let limited = try pool.submit(
            double, options: TaskOptions(waitForRoom: .upTo(.seconds(60))), resultsOf: first)
        let unlimited = try pool.submit(double, resultsOf: first)
        #expect { try limited.value() } throws: { ($0 as? MultitaskingError)?.code == .timedOut }
        #expect(pool.elapsed >= .seconds(60) && pool.elapsed < .seconds(61))
        #expect(try slow.value() == 0)
        #expect(try unlimited.value() == 4)
        #expect(pool.elapsed < .seconds(601))
        pool.shutdown(.drain)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func callThatWaitsForRoom_isFailedOrCancelled_whenThePoolIsShutDown() throws {
        for mode in [ShutdownMode.cancelQueued, .kill] {
            let options = InMemoryOptions(maxWorkers: 1, taskLimit: 1, captures: .byValueOrCopies)
            let pool = try InMemoryPool(.seed(1), options: options)
            let first = try pool.submit(double, 1)
            #expect(try first.value() == 2)
            let channel = try pool.makeChannel()
            let slow = try pool.submit { try channel.receive(as: Int.self, wait: .upTo(.seconds(600))) ?? 0 }
            let call = try pool.submit(double, resultsOf: first)
            pool.shutdown(mode)
            #expect(call.isDone && slow.isDone)
            #expect(throws: (any Error).self) { try call.value() }
        }
    }
}
