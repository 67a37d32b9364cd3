import Multitasking
import MultitaskingInMemory
import MultitaskingProcesses
import MultitaskingSerialization
import MultitaskingSystem
import MultitaskingThreads
import Testing

extension Facade.ExtremeNumbersTests {
    @Test func sizesOfGlobalQueuesAreKeptOrRefused() throws {
        func isOne(_ manager: TaskManager) throws -> Bool { try manager.executor.submit(double, 1).value() == 2 }
        for size in Self.sizes where size < 1 || size > Int(UInt32.max) {
            for (input, output) in [(size, nil), (nil, size)] as [(Int?, Int?)] {
                let withProcesses = {
                    try withProcessPoolExecutor(
                        maxWorkers: 1, globalInputQueue: true, globalOutputQueue: true,
                        globalInputQueueSize: input, globalOutputQueueSize: output, isOne)
                }
                expectError(.invalidArgument) { try withProcesses() }
                let inMemory = {
                    try withInMemoryExecutor(
                        maxWorkers: 1, globalInputQueue: true, globalOutputQueue: true,
                        globalInputQueueSize: input, globalOutputQueueSize: output, isOne)
                }
                let withThreads = {
                    try withThreadPoolExecutor(
                        maxWorkers: 1, globalInputQueue: true, globalOutputQueue: true,
                        globalInputQueueSize: input, globalOutputQueueSize: output
                    ) { try $0.executor.submit(double, 1).value() == 2 }
                }
                if size < 1 {
                    expectError(.invalidArgument) { try inMemory() }
                    expectError(.invalidArgument) { try withThreads() }
                } else {
                    #expect(try inMemory(), "\(size)")
                    #expect(try withThreads(), "\(size)")
                }
            }
            expectError(.invalidArgument) { try withProcessPoolExecutor(maxWorkers: size) { _ in 1 } }
            expectError(.invalidArgument) { try withThreadPoolExecutor(maxWorkers: size) { _ in 1 } }
            expectError(.invalidArgument) { try withInMemoryExecutor(maxWorkers: size) { _ in 1 } }
            guard size < 1 || size > 1 << 41 else { continue }
            expectError(.invalidArgument) { try withProcessPoolExecutor(maxWorkers: 1, arenaLimit: size) { _ in 1 } }
        }
    }

    @Test func channelsOfProcessesTakeAnyNumberOfBytes() throws {
        let pool = try ProcessPool(maxWorkers: 1)
        for size in Self.sizes {
            if size < 1 {
                expectError(.invalidArgument) { try pool.makeChannel(capacity: nil, byteCapacity: size) }
            } else {
                let channel = try pool.makeChannel(capacity: nil, byteCapacity: size)
                #expect(try channel.send(1, wait: .never) && channel.receive(as: Int.self, wait: .never) == 1)
                #expect(channel.status.byteCapacity == size)
            }
        }
        pool.shutdown()
    }

    @Test(arguments: PoolKind.allCases)
    func streamsRunAheadAsFarAsTheirInputsReach(_ pool: PoolKind) throws {
        try pool.run { manager in
            for ahead in Self.sizes {
                for order in [StreamOrder.input, .completion] {
                    let run = {
                        var values: Set<Int> = []
                        for (_, result) in try manager.executor.stream(double, 0..<3, ahead: ahead, order: order) {
                            values.insert(try result.get())
                        }
                        return values
                    }
                    if ahead < 1 {
                        expectError(.invalidArgument) { try run() }
                    } else {
                        let values = try run()
                        #expect(values == [0, 2, 4], "\(ahead)")
                    }
                }
            }
        }
    }

    @Test func millionThreadsAreRefusedAtOnce() throws {
        let limit = try #require(UsableResources.current.threadLimit)
        for count in [limit.number + 1, 1_000_000, 1_000_001] where count > max(1000, limit.number) {
            let error = expectError(.invalidArgument) { try ThreadPool(maxWorkers: count) }
            #expect(error.contains("\(count)") && error.contains("at most"))
        }
    }

    @Test func workerLimitsAreKeptOrRefused() throws {
        for size in Self.sizes {
            if !(0...19).contains(size) {
                expectError(.invalidArgument) {
                    try ProcessPool(maxWorkers: 1, limits: WorkerLimits(niceness: size))
                }
            }
            if !(0...1).contains(size) {
                expectError(.invalidArgument) {
                    try ProcessPool(maxWorkers: 1, limits: WorkerLimits(minimumWorkers: size))
                }
            }
            if !(0...1023).contains(size) {
                expectError(.invalidArgument) {
                    try ProcessPool(maxWorkers: 1, limits: WorkerLimits(cores: [[size]]))
                }
            }
            for limits in [WorkerLimits(addressSpace: size), WorkerLimits(data: size)] {
                if size < 1 {
                    expectError(.invalidArgument) { try ProcessPool(maxWorkers: 1, limits: limits) }
                } else if size > 1 << 40 {
                    let pool = try ProcessPool(maxWorkers: 1, limits: limits)
                    #expect(try pool.submit(double, 1).value() == 2, "\(size)")
                    pool.shutdown()
                }
            }
        }
        for time in Self.long + Self.short.filter({ $0 != .zero }) {
            expectError(.invalidArgument) {
                try ProcessPool(maxWorkers: 1, limits: WorkerLimits(spinTime: time))
            }
        }
        for time in Self.short {
            for limits in [WorkerLimits(age: time), WorkerLimits(minimumWorkers: 0, idleTime: time)] {
                expectError(.invalidArgument) { try ProcessPool(maxWorkers: 1, limits: limits) }
            }
        }
    }

    // MARK: Simulation

    @Test func explorersTryAtLeastOnceOrRefuse() throws {
        let body: (InMemoryPool) throws -> Void = { pool in _ = try pool.submit(double, 1).value() }
        for size in Self.sizes {
            if size < 0 {
                expectError(.invalidArgument) { try InMemoryPool.exploreAll(preemptions: size, limit: 2, body) }
            } else {
                #expect(try InMemoryPool.exploreAll(preemptions: size, limit: 2, body).schedules > 0)
            }
            if size < 1 {
                expectError(.invalidArgument) { try InMemoryPool.exploreAll(limit: size, body) }
                expectError(.invalidArgument) { try Simulation.exploreAll(limit: size) { _ in } }
                expectError(.invalidArgument) {
                    try InMemoryPool(.seed(1), options: InMemoryOptions(stepLimit: size))
                }
            } else {
                #expect(try InMemoryPool.exploreAll(preemptions: 0, limit: size, body).schedules > 0)
            }
        }
        for seed in [0, 1, UInt64.max - 1] {
            #expect(try InMemoryPool.explore(seeds: seed..<seed + 1, body).schedules == 1)
        }
    }

    @Test func faultsStrikeWhereThereIsSuchAPlace() throws {
        for number in Self.sizes {
            let faults: [PlannedFault] = [
                .crash(task: number, attempt: number, .atSwitchPoint(number)),
                .stuck(task: number, attempt: number, atSwitchPoint: number),
                .delay(task: number, attempt: number, atSwitchPoint: number, by: .seconds(Int64.max)),
                .fullQueue(task: number, attempt: number, atSwitchPoint: number, for: .seconds(Int64.min)),
                .failedSpawns(number < 2 ? number : 1),
            ]
            let plan = FaultPlan(
                faults, chances: FaultChances(delay: 1, longestDelay: .seconds(Int64.min), limit: number),
                slowWorkers: [number: .seconds(Int64.max)])
            let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(faults: plan))
            #expect(try pool.submit(double, 1).value() == 2, "\(number)")
            pool.shutdown(.drain)
        }
    }

    // MARK: Parts

    @Test func compressionTakesTheNearestLevel() throws {
        let bytes = [UInt8](repeating: 7, count: 10_000)
        for level in Self.sizes {
            let policy = CompressionPolicy.zstd(level: level)
            let nearest = min(max(level, CompressionPolicy.levels.lowerBound), CompressionPolicy.levels.upperBound)
            #expect(policy.level(forByteCount: .max, memoryInFlight: 0) == nearest)
            #expect(policy.level(forByteCount: level, memoryInFlight: 0) == (level >= 512 ? nearest : nil))
            let compressed = try unsafe bytes.withUnsafeBytes { try unsafe ZstdCodec.compress($0, level: level) }
            #expect(compressed.count < 100)
        }
    }

    @Test func progressAndSleepTakeAnyNumber() throws {
        let pool = try ThreadPool(maxWorkers: 1)
        for number in Self.sizes {
            let future = try pool.submit { environment in
                environment.noteProgress(number)
                for time in Self.short { environment.clock.sleep(for: time) }
                return number
            }
            #expect(try future.value() == number)
        }
        pool.shutdown()
    }

    @Test func figuresInErrorsAreOnlyPrinted() {
        for number in Self.sizes {
            let failure = WorkerFailure(
                pid: Int32(truncatingIfNeeded: number), worker: number, phase: .running,
                signal: Int32(truncatingIfNeeded: number), signalName: nil, exitCode: Int32(truncatingIfNeeded: number),
                peakMemory: number, attempt: number, progress: number)
            #expect("\(failure)".contains("worker \(number)"))
            #expect(MultitaskingError.unsafeFork(threads: number).message.contains("\(number)"))
            let status = ChannelStatus(
                count: number, capacity: number, byteCount: number, byteCapacity: number, isClosed: false)
            #expect("\(status)".contains("\(number)"))
        }
        for time in Self.short + Self.long {
            for count in Self.sizes {
                let error = MultitaskingError.notDone(count: count, of: count, within: time)
                #expect(error.message.contains("\(count)"))
            }
        }
    }
}
