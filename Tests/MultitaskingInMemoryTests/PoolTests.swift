import Multitasking
import MultitaskingInMemory
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
}
