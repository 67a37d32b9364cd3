import Dispatch
import Metrics
import MetricsTestKit
import MultitaskingCore
import MultitaskingMetrics
import Synchronization
import Testing

/// A pool of which only the statistics matter.
private final class ScriptedPool: MonitoredExecutor {
    private let current: Mutex<PoolStatistics>

    init(_ statistics: PoolStatistics) { current = Mutex(statistics) }

    var statistics: PoolStatistics {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    var maxWorkers: Int { statistics.maxWorkers }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> { throw MultitaskingError(.shutDown, "it runs nothing") }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        throw MultitaskingError(.shutDown, "it has no channels")
    }

    func makeCancelSignal() throws -> any CancelSignal { throw MultitaskingError(.shutDown, "it has no signals") }

    func shutdown(_ mode: ShutdownMode) {}
}

/// A pool to which something was submitted whenever one looks.
private final class GrowingPool: MonitoredExecutor {
    private let count = Mutex(0)

    var submitted: Int64 { Int64(count.withLock { $0 }) }

    var statistics: PoolStatistics {
        let submitted = count.withLock { count in
            count += 1
            return count
        }
        return PoolStatistics(maxWorkers: 1, tasks: .init(submitted: submitted))
    }

    var maxWorkers: Int { 1 }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> { throw MultitaskingError(.shutDown, "it runs nothing") }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        throw MultitaskingError(.shutDown, "it has no channels")
    }

    func makeCancelSignal() throws -> any CancelSignal { throw MultitaskingError(.shutDown, "it has no signals") }

    func shutdown(_ mode: ShutdownMode) {}
}

private func sample(ended: Int, failed: Int, crashes: [PoolStatistics.Crashes]?) -> PoolStatistics {
    PoolStatistics(
        maxWorkers: 4,
        tasks: .init(submitted: ended + 3, queued: 2, running: 1, succeeded: ended - failed, failed: failed),
        runTime: .init(
            count: ended, total: .milliseconds(10 * ended), p50: .milliseconds(8), p90: .milliseconds(20),
            p99: .milliseconds(30), longest: .milliseconds(40)),
        crashes: crashes, memory: .init(used: 1000, limit: 1 << 30))
}

@Suite("PoolMetrics", .timeLimit(.minutes(1)))
struct PoolMetricsTests {
    @Test func reportsAtTheSameTime_countEverythingOnce() throws {
        let factory = TestMetrics()
        let pool = GrowingPool()
        let metrics = PoolMetrics(of: pool, named: "p", factory: factory)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in for _ in 0..<500 { metrics.report() } }
        metrics.report()
        let counter = try factory.expectCounter("multitasking_tasks_submitted", [("pool", "p")])
        #expect(counter.totalValue == pool.submitted)
    }

    @Test func reports_countWhatHasHappenedSinceTheLast_andShowWhatIs() throws {
        let factory = TestMetrics()
        let pool = ScriptedPool(sample(ended: 10, failed: 1, crashes: []))
        let metrics = PoolMetrics(of: pool, named: "p", factory: factory)
        metrics.report()
        pool.statistics = sample(ended: 30, failed: 4, crashes: [.init(cause: "SIGSEGV", count: 2)])
        metrics.report()
        metrics.report()
        let dimensions = [("pool", "p")]
        #expect(try factory.expectCounter("multitasking_tasks_succeeded", dimensions).totalValue == 26)
        #expect(try factory.expectCounter("multitasking_tasks_failed", dimensions).values == [1, 3, 0])
        #expect(try factory.expectCounter("multitasking_crashes", dimensions + [("cause", "SIGSEGV")]).totalValue == 2)
        #expect(try factory.expectMeter("multitasking_tasks_queued", dimensions).lastValue == 2)
        #expect(try factory.expectMeter("multitasking_workers", dimensions).lastValue == 4)
        #expect(try factory.expectMeter("multitasking_memory_used", dimensions).lastValue == 1000)
        let quantile = try factory.expectMeter("multitasking_run_time_seconds", dimensions + [("quantile", "0.99")])
        #expect(quantile.lastValue == 0.03)
        #expect(try factory.expectTimer("multitasking_run_time", dimensions).values == [10_000_000, 10_000_000])
    }

    @Test func whatTheBackendDoesNotKnow_isNotReported() {
        let factory = TestMetrics()
        PoolMetrics(of: ScriptedPool(PoolStatistics(maxWorkers: 2)), factory: factory).report()
        let labels = Set(factory.meters.map(\.label))
        #expect(labels == ["multitasking_tasks_queued", "multitasking_tasks_running", "multitasking_workers"])
        #expect(factory.timers.isEmpty)
        #expect(!factory.counters.map(\.label).contains("multitasking_crashes"))
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(Int64.max)])
    func run_reportsAtOnce_againAndAgain_andWhenItIsCancelled(interval: Duration) async throws {
        let factory = TestMetrics()
        let pool = ScriptedPool(PoolStatistics(maxWorkers: 2))
        let run = Task { try await PoolMetrics(of: pool, factory: factory).run(every: interval) }
        while factory.meters.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        pool.statistics = PoolStatistics(maxWorkers: 7)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(try factory.expectMeter("multitasking_workers", [("pool", "pool")]).lastValue == 7)
    }
}
