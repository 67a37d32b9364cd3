import Multitasking
import MultitaskingInMemory
import Testing

/// Maps over simulated pools: their time, and what becomes of a dead worker's chunk.
@Suite(.timeLimit(.minutes(2))) struct MapTests {
    private func withPool<Value>(_ options: InMemoryOptions, _ body: (InMemoryPool) throws -> Value) throws -> Value {
        let pool = try InMemoryPool(.seed(1), options: options)
        defer { pool.shutdown() }
        return try body(pool)
    }

    @Test func aLimitIsOneOfSimulatedTimeForAllChunksTogether() throws {
        try withPool(InMemoryOptions(maxWorkers: 1)) { pool in
            let silent = Pipe(try pool.makeChannel())
            let results = try pool.map(receiveForTenMinutes, chunkSize: 1, [silent, silent])
            #expect(!results.waitUntilDone(.upTo(.seconds(900))))
            #expect(results.waitUntilDone(.upTo(.seconds(301))))
        }
    }

    @Test func theSameHoldsForAnAsynchronousWait() async throws {
        try await withInMemoryExecutor(seed: 1, maxWorkers: 1) { manager in
            let silent = Pipe(try manager.executor.makeChannel())
            let results = try manager.executor.map(receiveForTenMinutes, chunkSize: 1, [silent, silent])
            let isEarly = try await results.waitUntilDone(.upTo(.seconds(900)))
            let isDone = try await results.waitUntilDone(.upTo(.seconds(301)))
            #expect(!isEarly && isDone)
        }
    }

    @Test func looksDoNotWaitForRoomThatOnlyTheCallerMakes() throws {
        let crash = FaultPlan([.crash(task: 0, .atSwitchPoint(1))])
        try withPool(InMemoryOptions(maxWorkers: 1, faults: crash, taskLimit: 1)) { pool in
            let results = try pool.map(double, chunkSize: 3, 0..<3)
            let input = try pool.makeChannel()
            // It has room when the chunk's worker has died.
            let listener = try pool.submit(receiveInTheEnd, Pipe(input))
            #expect(!results.isDone)
            #expect(results.progress.queued == 3)
            #expect(try input.send(5))
            #expect(try listener.value() == 5)
            #expect(try results.values() == [0, 2, 4])
            #expect(pool.failure == nil)
        }
    }
}
