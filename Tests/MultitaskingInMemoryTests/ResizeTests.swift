import Multitasking
import MultitaskingInMemory
import Testing

/// Workers that are too many, and the calls that they still have to make.
@Suite(.timeLimit(.minutes(2))) struct ResizeTests {
    @Test(arguments: UInt64(0)..<20)
    func workersThatAreTooMany_makeTheCallsThatTheyOwe(_ seed: UInt64) throws {
        let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: 3))
        let calls = try (0..<3).map { try pool.everywhere(double, $0) }
        try pool.resize(to: 1)
        let later = try pool.everywhere(double, 9)
        let values = try calls.map { try $0.map { try $0.value() } }
        #expect(values == [[0, 0, 0], [2, 2, 2], [4, 4, 4]])
        let laterValues = try later.map { try $0.value() }
        #expect(laterValues == [18])
        pool.shutdown(.drain)
    }

    @Test func workerThatIsBusy_makesItsCallBeforeItLeaves() throws {
        let pool = try InMemoryPool(options: InMemoryOptions(maxWorkers: 2))
        let channel = try pool.makeChannel()
        let busy = try (0..<2).map { _ in try pool.submit(receiveInTheEnd, Pipe(channel)) }
        // Each look lets the workers go on.
        while pool.statistics.tasks.running < 2 { _ = channel.status }
        let calls = try pool.everywhere(double, 4)
        try pool.resize(to: 1)
        for number in 0..<2 { _ = try channel.send(number, wait: .never) }
        let values = try calls.map { try $0.value() }
        #expect(values == [8, 8])
        for task in busy { _ = try task.value() }
        pool.shutdown(.drain)
    }

    /// As on processes, another worker comes for them.
    @Test(arguments: UInt64(0)..<20)
    func workerThatIsTooManyAndDies_leavesItsCallToItsSuccessor(_ seed: UInt64) throws {
        let plan = FaultPlan([.crash(task: 1, .beforeStart), .failedSpawns(1)])
        for isDead in [false, true] {
            let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: 2, faults: plan))
            let calls = try pool.everywhere(double, 4)
            let channel = try pool.makeChannel()
            // Each look lets the workers go on.
            while isDead, !pool.trace.contains(where: { $0.contains("dies") }) { _ = channel.status }
            try pool.resize(to: 1)
            let values = try calls.map { try $0.value() }
            #expect(values == [8, 8])
            #expect(pool.trace.count { $0.contains("dies") } == 1)
            pool.shutdown(.drain)
        }
    }

    @Test func callsThatWereCancelled_keepNoWorker() throws {
        let pool = try InMemoryPool(options: InMemoryOptions(maxWorkers: 3))
        let calls = try (0..<3).map { try pool.everywhere(double, $0) }
        try pool.resize(to: 1)
        for call in calls.joined() { _ = call.cancel() }
        // Not all are there any more when they are cancelled.
        for call in calls.joined() where call.state != .cancelled { _ = try call.value() }
        let value = try pool.submit(double, 4).value()
        #expect(value == 8)
        pool.shutdown(.drain)
    }

    @Test(arguments: UInt64(0)..<100)
    func everyCallEnds_howeverTheNumberOfWorkersChanges(_ seed: UInt64) throws {
        var random = TaskRandom(seed: seed)
        let plan = FaultPlan(chances: FaultChances(crashBeforeStart: 0.2, limit: 3))
        let options = InMemoryOptions(maxWorkers: 3, faults: plan)
        let pool =
            seed % 2 == 0
            ? try InMemoryPool(.seed(seed), options: options)
            : try InMemoryPool(.seed(seed), options: options, initializer: nothing, 1, finalizer: four)
        var futures: [Future<Int>] = []
        for _ in 0..<12 {
            let count = Int.random(in: 1...4, using: &random)
            try pool.resize(to: count)
            #expect(pool.maxWorkers == count)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let call = try pool.everywhere(double, 2)
                #expect(call.count == count)
                futures += call
            }
            if Bool.random(using: &random) { futures.append(try pool.submit(double, 2)) }
            if Bool.random(using: &random) { _ = futures.randomElement(using: &random)?.cancel() }
            if Bool.random(using: &random) { _ = try pool.submit(double, 2).value() }
        }
        pool.shutdown(.drain)
        for future in futures where future.state != .cancelled {
            let value = try future.value()
            #expect(value == 4)
        }
    }
}

@Sendable private func nothing(_ number: Int) {}
@Sendable private func four() -> Int { 4 }
