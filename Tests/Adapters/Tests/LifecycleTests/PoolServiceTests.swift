import Logging
import Multitasking
import MultitaskingLifecycle
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// What a thread does until it is told to stop.
private final class Work: Sendable {
    private let flags = Mutex((isRunning: false, mayEnd: false))

    var isRunning: Bool { flags.withLock { $0.isRunning } }

    func allowEnd() { flags.withLock { $0.mayEnd = true } }

    func run() -> Int {
        flags.withLock { $0.isRunning = true }
        while !flags.withLock({ $0.mayEnd }) { usleep(1000) }
        return 1
    }

    func started() async throws {
        let end = ContinuousClock.now + .seconds(20)
        while !isRunning {
            try #require(.now < end)
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

private let quiet = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }

@Suite("PoolService", .timeLimit(.minutes(1)))
struct PoolServiceTests {
    @Test func gracefulShutdown_runsWhatWasSubmitted_andRefusesMore() async throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let work = Work()
        let first = try pool.submit { work.run() }
        let queued = try pool.submit(21) { $0 * 2 }
        try await work.started()
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await PoolService(pool, logger: quiet).run() }
                trigger.triggerGracefulShutdown()
                work.allowEnd()
                try await group.waitForAll()
            }
        }
        #expect(first.isDone && queued.isDone)
        #expect(try await queued.value() == 42)
        #expect(throws: MultitaskingError.self) { try pool.submit(1) { $0 } }
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .milliseconds(20)])
    func gracefulShutdown_afterItsLimit_doesNotWaitForTasksThatDoNotEnd(limit: Duration) async throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let work = Work()
        let stuck = try pool.submit { work.run() }
        let queued = try pool.submit(21) { $0 * 2 }
        try await work.started()
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await PoolService(pool, within: limit, logger: quiet).run()
        }
        #expect(queued.isCancelled)
        work.allowEnd()
        #expect(try await stuck.value() == 1)
    }

    @Test func group_whoseTimeIsUp_cancelsTheServiceAndEndsAllTheSame() async throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let work = Work()
        let stuck = try pool.submit { work.run() }
        try await work.started()
        var configuration = ServiceGroupConfiguration(services: [PoolService(pool, logger: quiet)], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .milliseconds(20)
        configuration.maximumCancellationDuration = .seconds(30)
        let group = ServiceGroup(configuration: configuration)
        async let end: Void = group.run()
        await group.triggerGracefulShutdown()
        try? await end
        #expect(!stuck.isDone)
        #expect(throws: MultitaskingError.self) { try pool.submit(1) { $0 } }
        work.allowEnd()
        #expect(try await stuck.value() == 1)
    }

    @Test func cancelledService_cancelsWhatIsQueued_andThrows() async throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let work = Work()
        _ = try pool.submit { work.run() }
        let queued = try pool.submit(21) { $0 * 2 }
        try await work.started()
        let run = Task { try await PoolService(pool, logger: quiet).run() }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(queued.isCancelled)
        work.allowEnd()
    }

    @Test func service_isCalledAfterItsPool() throws {
        let pool = try ThreadPool(maxWorkers: 1)
        defer { pool.shutdown(.drain) }
        #expect("\(PoolService(pool))" == "ThreadPool")
    }
}
