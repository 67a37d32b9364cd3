import MultitaskingConformance
import MultitaskingCore
import MultitaskingInMemory
import Synchronization
import Testing

/// Simulated pools. Their parent is the thread on which the kit runs a case, and their time is virtual.
struct InMemoryBackend: ConformanceBackend {
    let name = "MultitaskingInMemory"
    let seed: UInt64
    private let clock = PoolClock()

    let omissions: [Omission] = [
        .capability(.resources, because: "it runs on this machine alone, and chooses nothing"),
        .capability(.nodes, because: "its workers cannot be lost without being known to be dead"),
        .capability(.severalPools, because: "each simulation has a time and a parent of its own"),
        .capability(.sharedMemory, because: "values are encoded as between processes"),
        .capability(
            .crashIsolation,
            because: "workers are threads of this process and die by the plan of faults alone: see FaultTests"),
        .capability(.output, because: "workers print to this process's standard output; submit refuses the option"),
        .capability(.prefixedOutput, because: "as for output"),
    ]

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        let options = InMemoryOptions(
            maxWorkers: settings.maxWorkers, taskLimit: settings.queueLimit.map { $0 + settings.maxWorkers })
        let pool =
            if let argument = settings.initializerArgument {
                try InMemoryPool(
                    .seed(seed), options: options, initializer: ExecutorSettings.initialize, argument,
                    finalizer: ExecutorSettings.finalize)
            } else {
                try InMemoryPool(.seed(seed), options: options)
            }
        clock.follow(pool.timeline)
        return pool
    }

    func holdings(of executor: any Executor) -> [String: Int] {
        (executor as? InMemoryPool).map { ["shared values": $0.sharedValueCount] } ?? [:]
    }

    var world: any ConformanceWorld { InMemoryWorld(clock: clock) }
}

/// Virtual time; a case takes little of the machine's.
struct InMemoryWorld: ConformanceWorld {
    let clock: any TaskClock
}

/// The time of the pool that was made last, added to that of those before.
private final class PoolClock: TaskClock {
    private let state = Mutex<(timeline: (any Timeline)?, base: Duration)>((nil, .zero))

    func follow(_ timeline: any Timeline) {
        let base = now
        state.withLock { $0 = (timeline, base) }
    }

    var now: Duration {
        let (timeline, base) = state.withLock { $0 }
        return base + (timeline?.clock.now ?? .zero)
    }

    func sleep(for duration: Duration) {
        guard let timeline = state.withLock({ $0.timeline }) else { return }
        timeline.clock.sleep(for: duration)
    }
}

@Suite(.serialized)
struct InMemoryConformance {
    @Test(arguments: Conformance.cases(for: InMemoryBackend(seed: 1)))
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        for seed in UInt64(0)..<3 { try await conformanceCase.run(on: InMemoryBackend(seed: seed)) }
    }
}
