import Foundation
import Multitasking
import Synchronization
import Testing

private let connected = Mutex("")

private func connect(_ address: String) { connected.withLock { $0 = address } }
private func disconnect() -> String { connected.withLock { "closed \($0)" } }
private func address(_ number: Int) -> String { connected.withLock { $0 } }
private func modelVersion() -> Int { 3 }

private func describeWorker(_ context: TaskContext) -> [Int] {
    [context.worker.index, Int(context.worker.pid), context.worker.tasksRun]
}

private func drawTwice(_ context: TaskContext) -> [UInt64] { [context.random.next(), context.random.next()] }
private func speak(_ word: String) -> Int {
    print(word)
    return word.count
}
private func train(_ context: TaskContext) throws -> Int {
    try context.report(0.4, "epoch 2 of 5")
    return 5
}

struct Model: Codable, Sendable, Equatable { var weights: [Double] }

private func work(_ part: Range<Int>, _ matrix: SharedArray<Double>) -> Double {
    matrix.withSpan { span in part.reduce(0) { $0 + span[$1] } }
}
private func weigh(_ model: Shared<Model>) -> Double { model.value.weights.reduce(0, +) }
private func count(_ context: TaskContext, upTo n: Int) throws -> SharedArray<Double> {
    try context.makeSharedArray(of: Double.self, count: n) { for index in $0.indices { $0[index] = Double(index) } }
}
private func merge(_ left: Int, _ right: Int) -> Int { left + right }

extension Facade.SpellingTests {
    /// Those of the pools that are pools of their own, and not a wrapper around one.
    private static let pools = [PoolKind.threads, .processes, .inMemory]

    // MARK: Workers

    @Test func workersOfProcesses() throws {
        try withProcessPoolExecutor(
            maxWorkers: 2, arenaLimit: 1 << 30, queueLimit: 10_000, initializer: connect, "db://…",
            finalizer: disconnect
        ) { manager in
            for result in try manager.map("t", address, 0..<4).results().values {
                #expect(try result.get(as: String.self) == "db://…")
            }
        }
    }

    @Test(arguments: pools) func workers(_ kind: PoolKind) throws {
        try kind.run { pool in
            let versions = try pool.everywhere(modelVersion)
            #expect(try versions.map { try $0.value() } == [3, 3])
            try pool.resize(to: 3)
            #expect(pool.executor.maxWorkers == 3)
            let session = try pool.session().submit("worker", describeWorker)
            let worker: [Int] = try #require(session.results()["worker"]).get()
            #expect((0..<3).contains(worker[0]) && worker[1] > 0 && worker[2] >= 0)
        }
    }

    // MARK: Large things, once

    @Test(arguments: pools) func sharedValues(_ kind: PoolKind) throws {
        let array = (0..<1000).map(Double.init)
        try kind.run { pool in
            let matrix: SharedArray<Double> = try pool.share(array)
            let model: Shared<Model> = try pool.share(Model(weights: [1, 2]))
            let executor = pool.executor
            #expect(try executor.submit(work, 10..<20, matrix).value() == 145)
            #expect(try executor.submit(weigh, model).value() == 3)
            let session = try pool.session().submit("out", count, 100)
            let out: SharedArray<Double> = try #require(session.results()["out"]).get()
            #expect(out.count == 100 && out[99] == 99)
        }
    }

    // MARK: Ends

    @Test(arguments: pools) func ends(_ kind: PoolKind) throws {
        try kind.run { manager in
            let pool = manager.executor
            let promise = Promise<Int>()
            promise.fulfill(1)
            #expect(try promise.future.value() == 1)
            #expect(try Future.completed(1).value() == 1)
            let (a, b) = (try pool.submit(double, 1), try pool.submit(double, 2))
            let c = try pool.submit(merge, resultsOf: a, b)
            #expect(try c.value() == 6)
            let isEmpty = pool.shutdown(.drain, within: .seconds(30), then: .kill)
            #expect(isEmpty)
        }
    }

    @Test(arguments: pools) func optionsOfTasks(_ kind: PoolKind) throws {
        let options = TaskOptions(priority: .high, seed: 42)
        try kind.run { manager in
            let session = try manager.session()
                .submit("one", drawTwice, options: options).submit("two", drawTwice, options: options)
            let results = try session.results()
            let (one, two): ([UInt64], [UInt64]) = (
                try #require(results["one"]).get(), try #require(results["two"]).get()
            )
            #expect(one == two && one[0] != one[1])
        }
    }

    @Test func outputOfProcesses() throws {
        let options = TaskOptions(priority: .high, seed: 42, output: .capture(limit: 64 << 10))
        try withProcessPoolExecutor(maxWorkers: 1) { manager in
            let session = try manager.session().submit("speak", speak, options: options, "hello")
            let task = try #require(try session.task(named: "speak"))
            #expect(try task.result().get(as: Int.self) == 5)
            #expect(task.output == "hello\n")
        }
    }

    // MARK: Seeing

    @Test(arguments: pools) func seeing(_ kind: PoolKind) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try kind.run { pool in
            let session = try pool.session()
            // A simulation has no timeline to record.
            if kind == .inMemory {
                try session.submit("train", train)
            } else {
                try pool.record(to: file.path) { _ = try session.submit("train", train).waitForAll() }
                #expect(try Data(contentsOf: file).count > 100)
            }
            try session.waitForAll(showing: .progressBar)
            let progress = try session.progress
            #expect(progress.total == 1 && progress.succeeded == 1 && progress.fraction == 1)
            #expect(try session.task(named: "train")?.progress?.message == "epoch 2 of 5")
            let statistics = pool.statistics
            #expect(statistics.tasks.succeeded == 1 && "\(statistics)".contains("1"))
        }
    }
}
