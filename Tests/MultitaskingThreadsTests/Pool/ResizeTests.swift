import MultitaskingCore
import Synchronization
import Testing

@testable import MultitaskingThreads

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

    @Test(arguments: [2, 4])
    func callAfterAResize_isMadeByThoseThatStay_andBySurplusOnesOnlyIfTheyStayAfterAll(_ last: Int) throws {
        let pool = try ThreadPool(maxWorkers: 4)
        let (started, release, made) = (Counter(), pool.makeCancelSignal(), Counter())
        let busy = try (0..<4).map { _ in
            try pool.submit(running: { _ in
                started.increment()
                _ = release.waitUntilSet(.upTo(.seconds(60)))
            })
        }
        #expect(eventually { started.count == 4 })
        let before = try pool.everywhere { made.increment() }
        try pool.resize(to: 2)
        let after = try pool.everywhere { made.increment() }
        #expect(before.count == 4 && after.count == 2)
        try pool.resize(to: last)
        release.set()
        for future in busy + before + after { try future.value(timeout: .seconds(60)) }
        pool.shutdown(.drain)
        #expect(made.count == 4 + last)
    }

    @Test func callIsMadeBeforeATaskThatIsSubmittedAfterIt_thoughTheThreadSleeps() throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let made = Counter()
        for number in 1...50 {
            // Until it has gone to sleep.
            for _ in 0..<10 { Machine.rest() }
            let call = try pool.everywhere { made.increment() }
            let found = try pool.submit { made.count }.value(timeout: .seconds(60))
            #expect(found == number)
            for future in call { try future.value(timeout: .seconds(60)) }
        }
        pool.shutdown(.drain)
    }

    @Test func surplusThreads_leaveThoughCallsAreMadeAllTheTime() throws {
        let pool = try ThreadPool(maxWorkers: 4, threadNamePrefix: "surplus")
        for _ in 0..<50 {
            try pool.resize(to: 4)
            let all = try pool.everywhere(processNumber)
            try pool.resize(to: 2)
            let fewer = try pool.everywhere(processNumber)
            #expect(all.count == 4 && fewer.count == 2)
            for future in all + fewer { #expect(try future.value(timeout: .seconds(60)) == 1) }
        }
        #expect(eventually { threadCount(named: "surplus") ?? 2 == 2 })
        pool.shutdown(.drain)
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
