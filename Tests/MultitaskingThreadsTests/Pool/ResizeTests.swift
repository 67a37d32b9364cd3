import MultitaskingCore
import MultitaskingThreads
import Synchronization
import Testing

@Suite struct ResizeTests {
    @Test func threadsThatAreTooManyEndAndRunTheFinalizer() async throws {
        let ended = Mutex(0)
        let pool = try ThreadPool(maxWorkers: 6, finalizer: { ended.withLock { $0 += 1 } })
        for count in [2, 5, 1, 3] {
            try pool.resize(to: count)
            #expect(pool.maxWorkers == count)
        }
        #expect(try await pool.submit { 4 }.value(timeout: .seconds(20)) == 4)
        await pool.shutdown(.drain)
        #expect(ended.withLock { $0 } >= 6)
        #expect(try pool.finalizerResults(as: Void.self).count == ended.withLock { $0 })
    }

    @Test func manyThreadsMayResizeAtOnceWhileTasksRun() async throws {
        let pool = try ThreadPool(maxWorkers: 2)
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<3 { group.addTask { try await resizeAndWork(pool, worker) } }
            return try await group.reduce(into: 0) { $0 += $1 }
        }
        await pool.shutdown(.drain)
        #expect(sums == 90)
    }

    @Test func aPoolThatIsShutDownTakesNoCallAndNoNumber() async throws {
        let pool = try ThreadPool(maxWorkers: 1)
        await pool.shutdown(.drain)
        #expect(throws: MultitaskingError.self) { try pool.resize(to: 2) }
        #expect(throws: MultitaskingError.self) { try pool.everywhere(processNumber) }
    }

    @Test func theSharedPoolIsOneUntilItIsShutDown() async throws {
        let first = try ThreadPool.shared
        #expect(try first === ThreadPool.shared)
        #expect(try await first.submit { 1 }.value(timeout: .seconds(20)) == 1)
        await first.shutdown(.drain)
        let second = try ThreadPool.shared
        #expect(first !== second)
        await second.shutdown(.drain)
    }
}

private func resizeAndWork(_ pool: ThreadPool, _ worker: Int) async throws -> Int {
    var sum = 0
    for round in 0..<30 {
        try pool.resize(to: 1 + (worker * 7 + round * 5) % 6)
        sum += try await pool.submit { 1 }.value(timeout: .seconds(20))
    }
    return sum
}

@Sendable private func processNumber() -> Int { 1 }
