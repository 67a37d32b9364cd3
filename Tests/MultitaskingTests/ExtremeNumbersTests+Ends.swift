import Multitasking
import MultitaskingCore
import MultitaskingInMemory
import MultitaskingProcesses
import MultitaskingThreads
import Testing

extension Facade.ExtremeNumbersTests {
    /// What a call gives; nil if it was refused as an invalid argument, which is all that it may throw.
    private func unlessRefused<Value>(_ what: String, _ body: () throws -> Value) throws -> Value? {
        do { return try body() } catch let error as MultitaskingError where error.code == .invalidArgument {
            #expect(!error.message.isEmpty, "\(what)")
            return nil
        }
    }

    @Test(arguments: PoolKind.allCases)
    func batchesTakeAsMuchAsThereIs(_ pool: PoolKind) throws {
        try pool.run(withGlobals: true) { manager in
            for count in Self.sizes {
                let channel = try manager.executor.makeChannel()
                for number in 0..<3 { _ = try channel.send(number, wait: .never) }
                let some = try channel.receive(upTo: count, as: Int.self, wait: .never)
                #expect(some == Array(0..<max(0, min(3, count))), "\(count)")
            }
        }
    }

    @Test(arguments: PoolKind.allCases)
    func batchesAreAwaitedToo(_ pool: PoolKind) async throws {
        try await pool.run { manager in
            for count in Self.sizes {
                let channel = try manager.executor.makeChannel()
                for number in 0..<3 { _ = try await channel.send(number, wait: .never) }
                let some = try await channel.receive(upTo: count, as: Int.self, wait: .never)
                #expect(some == Array(0..<max(0, min(3, count))), "\(count)")
            }
        }
    }

    @Test(arguments: PoolKind.allCases)
    func waitsForManyKeepTheirLimitsAndCounts(_ pool: PoolKind) throws {
        try pool.run { manager in
            let futures = try (0..<3).map { try manager.executor.submit(double, $0) }
            for time in Self.long {
                #expect(try wait(for: futures, timeout: time).notDone.isEmpty, "\(time)")
                #expect(try race(futures, timeout: time) % 2 == 0, "\(time)")
                var values = 0
                for _ in completions(of: futures, timeout: time) { values += 1 }
                #expect(values == 3, "\(time)")
            }
            for count in Self.sizes {
                let parts = try unlessRefused("\(count)") {
                    try wait(for: futures, until: .count(count), timeout: .milliseconds(1))
                }
                if let parts { #expect(parts.done.count == 3, "\(count)") }
            }
        }
    }

    @Test func poolsOfAnySizeAndWithAnyLimitEnd() throws {
        for time in Self.short + Self.long {
            for executor in [try ProcessPool(maxWorkers: 1), try ThreadPool(maxWorkers: 1)] as [any Executor] {
                let future = try executor.submit(double, 4)
                _ = future.waitUntilDone(.upTo(.seconds(20)))
                _ = executor.shutdown(.drain, within: time, then: .cancelQueued)
                #expect(try future.value() == 8, "\(time)")
            }
            let pool = try unlessRefused("\(time)") { try ProcessPool(maxWorkers: 1, initializerTimeout: time) }
            if let pool, Self.long.contains(time) { #expect(try pool.submit(double, 1).value() == 2, "\(time)") }
            pool?.shutdown(.kill)
            let other = try unlessRefused("\(time)") {
                try ProcessPool(maxWorkers: 1, finalizer: five, finalizerTimeout: time)
            }
            if let other { #expect(try other.submit(double, 1).value() == 2, "\(time)") }
            other?.shutdown()
            #expect(try other.map { try $0.finalizerResults(as: Int.self).count <= 1 } ?? true, "\(time)")
            _ = try unlessRefused("\(time)") {
                try withInMemoryExecutor(initializer: ignoreNumber, 1, initializerTimeout: time) { _ in }
            }
        }
        for count in Self.sizes where !(1...1000).contains(count) {
            let processes = try ProcessPool(maxWorkers: 1)
            let threads = try ThreadPool(maxWorkers: 1)
            #expect(try unlessRefused("\(count)") { try processes.resize(to: count) } == nil, "\(count)")
            #expect(try unlessRefused("\(count)") { try threads.resize(to: count) } == nil, "\(count)")
            #expect(try processes.submit(double, 1).value() == 2 && threads.submit(double, 1).value() == 2)
            processes.shutdown()
            threads.shutdown()
            let limited = try unlessRefused("\(count)") { try ProcessPool(maxWorkers: 1, queueLimit: count) }
            #expect((limited == nil) == (count < 1) || count > 1 << 30, "\(count)")
            if let limited { #expect(try limited.submit(double, 1).value() == 2, "\(count)") }
            limited?.shutdown()
        }
    }

    @Test func simulationWhoseLongWaitsTimeOut_goesOn_alsoWhenAWorkerMustBeReplaced() throws {
        for time in Self.long {
            let faults = FaultPlan([.crash(task: 0, .beforeStart), .failedSpawns(1)])
            let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 1, faults: faults))
            let channel = try pool.makeChannel()
            // More of them than its clock can count.
            for _ in 0..<4 { #expect(try channel.receive(as: Int.self, wait: .upTo(time)) == nil, "\(time)") }
            #expect(pool.timeline.clock.now > .seconds(200 * 365 * 86_400), "\(time)")
            #expect(try pool.submit(double, 2).value() == 4, "\(time)")
            #expect(try pool.map(double, 0..<3).values() == [0, 2, 4], "\(time)")
            pool.shutdown(.drain)
        }
    }

    @Test func outputIsKeptAsFarAsThereIsRoom() throws {
        let pool = try ProcessPool(maxWorkers: 1)
        for limit in Self.sizes {
            let value = try unlessRefused("\(limit)") {
                try pool.submit(double, options: TaskOptions(output: .capture(limit: limit)), 2).value()
            }
            #expect(value == nil || value == 4, "\(limit)")
        }
        pool.shutdown()
    }

    @Test func resourcesAreRefusedWhereTheyCannotBeKept() throws {
        let pool = try ProcessPool(maxWorkers: 1)
        for memory in Self.sizes {
            expectError(.invalidArgument) {
                try pool.submit(double, options: TaskOptions(resources: ResourceRequest(memory: memory)), 2)
            }
        }
        pool.shutdown()
    }

    @Test func choicesAreAmongWhatThereIs() {
        for count in Self.sizes {
            #expect((0..<max(1, count)).contains(Station().pick(among: count)), "\(count)")
        }
    }

    @Test func lossesAreCountedAndPausesKept() throws {
        let pool = try ProcessPool(maxWorkers: 1)
        for limit in Self.sizes {
            for time in Self.long {
                let options = TaskOptions(retries: .onLoss(limit, orCrash: true, backoff: time))
                let value = try unlessRefused("\(limit)") { try pool.submit(double, options: options, 2).value() }
                #expect(value == nil || value == 4, "\(limit)")
            }
        }
        for offset in Self.sizes { #expect(TaskRandom.seed(1, at: offset) == TaskRandom.seed(1, at: offset)) }
        pool.shutdown()
    }
}

/// Chooses as the backends do.
private struct Station: SelectStation {
    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? { nil }
}

@Sendable private func ignoreNumber(_ number: Int) {}
