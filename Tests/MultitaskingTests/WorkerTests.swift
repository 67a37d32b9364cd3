import Multitasking
import MultitaskingInMemory
import Synchronization
import Testing

extension Facade {
    /// What tasks know of their workers and their random numbers, and what workers do besides tasks.
    @Suite struct WorkerTests {
        @Test(arguments: PoolKind.allCases)
        func aSeedGivesTheSameNumbersWithAnyNumberOfWorkers(_ pool: PoolKind) throws {
            let expected = [TaskRandom.seed(42, at: 0), TaskRandom.seed(42, at: 1), TaskRandom.seed(42, at: 2)].map {
                var random = TaskRandom(seed: $0)
                return (0..<3).map { _ in Int.random(in: 0..<1_000_000, using: &random) }
            }
            for workers in [1, 3] {
                try pool.run(maxWorkers: workers) { manager in
                    let session = try manager.map("a", drawNumbers, options: TaskOptions(seed: 42), [3, 3, 3])
                    let numbers: [[Int]] = try session.results().values.map { try $0.get() }
                    #expect(numbers == expected)
                    let named = try manager.session(seed: 42)
                    for name in ["x", "y", "z"] { try named.submit(name, drawNumbers, 3) }
                    let again: [[Int]] = try named.results().values.map { try $0.get() }
                    #expect(named.seed == 42 && again == expected)
                }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func withoutASeedTheOneByChanceIsReported(_ pool: PoolKind) throws {
            try pool.run { manager in
                let sessions = try (0..<2).map { _ in try manager.session().submit("a", drawNumbers, 3) }
                #expect(sessions[0].seed != sessions[1].seed)
                for session in sessions {
                    let task = try #require(try session.task(named: "a"))
                    let numbers: [Int] = try task.result(timeout: .seconds(20)).get()
                    var random = TaskRandom(seed: task.seed)
                    #expect(numbers == (0..<3).map { _ in Int.random(in: 0..<1_000_000, using: &random) })
                }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func copiesOfTheGeneratorContinueOneSequence(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("a", drawByCopies, options: TaskOptions(seed: 7))
                let numbers: [UInt64] = try #require(try session.results()["a"]).get()
                var random = TaskRandom(seed: 7)
                #expect(numbers == (0..<4).map { _ in random.next() })
            }
        }

        @Test(arguments: [PoolKind.threads, .processes, .inMemory])
        func aTaskKnowsItsWorker(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session()
                for number in 0..<3 { try session.submit("\(number)") { (context: TaskContext) in context.worker } }
                let workers: [WorkerInfo] = try session.results().values.map { try $0.get() }
                #expect(workers.map(\.index) == [0, 0, 0] && workers.map(\.tasksRun) == [0, 1, 2])
                #expect(workers.allSatisfy { $0.pid > 0 })
            }
        }

        @Test(arguments: [PoolKind.threads, .processes, .inMemory])
        func aManagerAsksAllWorkersAndChangesTheirNumber(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 2) { manager in
                #expect(try manager.everywhere(double, 4).map { try $0.value(timeout: .seconds(20)) } == [8, 8])
                try manager.resize(to: 3)
                #expect(manager.executor.maxWorkers == 3)
                #expect(try manager.everywhere(double, 4).map { try $0.value(timeout: .seconds(20)) } == [8, 8, 8])
                try manager.resize(to: 1)
                let session = try manager.map("a", double, 0..<20)
                let values: [Int] = try session.results().values.map { try $0.get() }
                #expect(values == (0..<20).map { $0 * 2 })
            }
        }

        @Test func aPoolThatCannotBeResizedSaysSo() throws {
            try PoolKind.encoded.run { manager in
                _ = expectError(.invalidArgument) { try manager.resize(to: 3) }
            }
        }

        @Test func processesAreSetUpWithArgumentsAndTakenDown() throws {
            var manager: TaskManager?
            try withProcessPoolExecutor(
                maxWorkers: 2, arenaLimit: 64 << 20, queueLimit: 10_000, initializer: connect, "db://host", 7,
                finalizer: disconnect
            ) {
                manager = $0
                let found: [String] = try $0.map("a", connections, 0..<6).results().values.map { try $0.get() }
                #expect(Set(found) == ["db://host 7"])
            }
            let results: [Result<String, any Error>] = try #require(manager).finalizerResults()
            #expect(try results.map { try $0.get() } == ["left db://host 7", "left db://host 7"])
        }

        @Test func processesAreSetUpAsynchronously() async throws {
            try await withProcessPoolExecutor(
                maxWorkers: 1, initializer: connect, "db://host", 8, initializerTimeout: .seconds(20),
                finalizer: disconnectQuietly, finalizerTimeout: .seconds(20)
            ) { manager in
                let session = try manager.session().submit("a", connections, 0)
                let task = try #require(try session.task(named: "a"))
                let found: String = try await task.result(timeout: .seconds(20)).get()
                #expect(found == "db://host 8")
            }
        }

        @Test func threadsAreSetUpWithArgumentsAndTakenDown() throws {
            let given = Mutex<[String]>([])
            var manager: TaskManager?
            try withThreadPoolExecutor(
                maxWorkers: 2, queueLimit: 100,
                initializer: { (name: String, number: Int) in given.withLock { $0.append("\(name) \(number)") } }, "a",
                1,
                finalizer: { 5 }
            ) {
                manager = $0
                try $0.everywhere(double, 1).forEach { _ = try $0.value(timeout: .seconds(20)) }
            }
            #expect(given.withLock { $0 } == ["a 1", "a 1"])
            #expect(try #require(manager).finalizerResults(as: Int.self).map { try $0.get() } == [5, 5])
        }

        @Test func simulatedWorkersAreSetUpWithArgumentsAndTakenDown() throws {
            let pool = try InMemoryPool(
                options: InMemoryOptions(maxWorkers: 2), initializer: connect, "db://sim", 9, finalizer: disconnect)
            #expect(try pool.submit(connections, 0).value().contains("db://sim 9"))
            pool.shutdown(.drain)
            #expect(try pool.finalizerResults(as: String.self).count == 2)
        }

        @Test func simulatedScopesHaveInitializersWithArgumentsAndFinalizers() throws {
            var managers: [TaskManager] = []
            func look(_ manager: TaskManager) throws {
                managers.append(manager)
                let found: [String] = try manager.map("a", connections, 0..<4).results().values.map { try $0.get() }
                #expect(Set(found) == ["db://sim 9"])
            }
            try withInMemoryExecutor(seed: 3, initializer: connect, "db://sim", 9, finalizer: disconnect) {
                try look($0)
            }
            try withInMemoryExecutor(seed: 3, initializer: connect, "db://sim", 9) { try look($0) }
            try withInMemoryExecutor(finalizer: five) { manager in
                managers.append(manager)
                let task = try manager.session().submit("a", five).task(named: "a")
                #expect(task != nil)
            }
            let left = try managers[0].finalizerResults(as: String.self).map { try $0.get() }
            #expect(!left.isEmpty && Set(left) == ["left db://sim 9"])
            #expect(try Set(managers[2].finalizerResults(as: Int.self).map { try $0.get() }) == [5])
        }

        @Test func simulatedScopesAreSetUpAsynchronouslyToo() async throws {
            let left = try await withInMemoryExecutor(
                seed: 3, initializer: connect, "db://sim", 9, initializerTimeout: .seconds(1), finalizer: disconnect
            ) { manager in
                let session = try manager.session().submit("a", connections, 0)
                let task = try #require(try session.task(named: "a"))
                let found: String = try await task.result(timeout: .seconds(20)).get()
                #expect(found == "db://sim 9")
                return manager
            }.finalizerResults(as: String.self).map { try $0.get() }
            #expect(!left.isEmpty && Set(left) == ["left db://sim 9"])
        }

        @Test func aSlowSimulatedInitializerIsEnded() throws {
            let pool = try InMemoryPool(
                options: InMemoryOptions(maxWorkers: 1), initializer: connect, "x", 1, initializerTimeout: .seconds(1))
            #expect(try pool.submit(double, 2).value() == 4)
            expectError(.invalidArgument) {
                try InMemoryPool(initializer: connect, "x", 1, initializerTimeout: .zero)
            }
            pool.shutdown(.drain)
        }

        @Test func whatATaskPrintsIsWithTheTask() throws {
            try withProcessPoolExecutor(maxWorkers: 1) { manager in
                let options = TaskOptions(output: .capture(limit: 64 << 10))
                let session = try manager.session().submit("a", printOne, options: options, "hello").submit(
                    "b", double, 1)
                try session.waitForAll(timeout: .seconds(20))
                #expect(try session.task(named: "a")?.output == "hello\n")
                #expect(try session.task(named: "b")?.output == nil)
            }
            for pool in [PoolKind.threads, .inMemory] {
                try pool.run { manager in
                    _ = expectError(.invalidArgument) {
                        try manager.session()
                            .submit("a", printOne, options: TaskOptions(output: .capture(limit: 1)), "hello")
                    }
                }
            }
        }
    }
}

private let connected = Mutex("")

@Sendable private func connect(_ address: String, _ number: Int) { connected.withLock { $0 = "\(address) \(number)" } }
@Sendable private func connections(_ number: Int) -> String { connected.withLock { $0 } }
@Sendable private func disconnect() -> String { "left \(connected.withLock { $0 })" }
@Sendable private func disconnectQuietly() {}
@Sendable private func printOne(_ text: String) { print(text) }

@Sendable private func drawNumbers(_ context: TaskContext, _ count: Int) -> [Int] {
    (0..<count).map { _ in Int.random(in: 0..<1_000_000, using: &context.random) }
}

@Sendable private func drawByCopies(_ context: TaskContext) -> [UInt64] {
    var copy = context.random
    let first = copy.next()
    let second = context.random.next()
    return [first, second, copy.next(), context.random.next()]
}

@Sendable func five() -> Int { 5 }
