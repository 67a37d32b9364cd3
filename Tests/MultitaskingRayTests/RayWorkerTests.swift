import Foundation
import MultitaskingCore
import MultitaskingRay
import Testing

private struct NotToday: Error, Codable {}

private func refuse(_ reason: String) throws { throw NotToday() }
private func remember(_ path: String, _ word: String) throws { try append(word, to: path) }
private func leave() throws -> Int32 { getpid() }
private func process() -> Int32 { getpid() }
private func processOf(_ number: Int) -> Int32 { getpid() }
private func sum(_ numbers: SharedArray<Int>) -> Int { numbers.reduce(0, +) }
private func note(_ path: String, _ word: String) throws -> Int32 {
    try append(word, to: path)
    return getpid()
}
private func crash() { kill(getpid(), SIGKILL) }

/// Adds a line, also if others do so at the same time.
private func append(_ word: String, to path: String) throws {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(file) }
    let line = "\(getpid()) \(word)\n"
    guard unsafe write(file, line, line.utf8.count) == line.utf8.count else { throw NotToday() }
}

/// What the workers of a cluster run besides tasks, and what is known of them; on the driver without Ray.
@Suite(.serialized) final class RayWorkerTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    deinit { try? FileManager.default.removeItem(atPath: file) }

    private var lines: [String] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    @Test func scopeWithAnInitializer_runsItOnceInEachProcess_andTheFinalizerToo() throws {
        let pids = try withRayExecutor(
            address: nil, maxWorkers: 2, options: fakeOptions, initializer: remember, file, "up"
        ) { manager in
            try manager.map("task-", processOf, 0..<10).results().values.map { try $0.get() as Int32 }
        }
        #expect(Set(lines) == Set(pids.map { "\($0) up" }) && lines.count == Set(pids).count)
    }

    @Test func finalizerResults_areThoseOfAllProcesses_unlessTheyAreKilled() throws {
        for mode in [ShutdownMode.drain, .kill] {
            let setup = RaySetup().finalizing(leave)
            let pool = try RayPool(address: nil, maxWorkers: 2, options: fakeOptions, setup: setup)
            let pids = Set(try (0..<6).map { _ in try pool.submit(process) }.map { try $0.value() })
            pool.shutdown(mode)
            let results = try pool.finalizerResults(as: Int32.self).map { try $0.get() }
            #expect(Set(results) == (mode == .drain ? pids : []) && results.count == Set(results).count)
        }
    }

    @Test func initializerThatThrows_failsTheTasksOfItsProcess_withWhatItThrew() throws {
        let setup = RaySetup(initializer: refuse, "no")
        let pool = try RayPool(address: nil, maxWorkers: 1, options: fakeOptions, setup: setup)
        defer { pool.shutdown(.kill) }
        for _ in 0..<2 {
            let future = try pool.submit(process)
            #expect(future.waitUntilDone(.upTo(.seconds(30))))
            guard case .failure(let error as MultitaskingError)? = future.outcome() else {
                throw MultitaskingError(.invalidArgument, "\(String(describing: future.outcome()))")
            }
            #expect(error.code == .initializerFailed && error.message.contains("NotToday"), "\(error)")
        }
    }

    @Test func processThatTakesThePlaceOfAnother_makesAllCallsBeforeItsTask() throws {
        let pool = try RayPool(address: nil, maxWorkers: 1, options: fakeOptions)
        defer { pool.shutdown(.kill) }
        for word in ["one", "two"] {
            for call in try pool.everywhere(note, file, word) { _ = try call.value() }
        }
        let dying = try pool.submit(crash)
        #expect(throws: MultitaskingError.self) { try dying.value(timeout: .seconds(30)) }
        let next = try pool.submit(process).value()
        #expect(lines.filter { $0.hasPrefix("\(next) ") } == ["\(next) one", "\(next) two"])
        #expect(lines.count == 4)
    }

    @Test func callThatEndsItsProcess_isMadeByNoOther() throws {
        let pool = try RayPool(address: nil, maxWorkers: 1, options: fakeOptions)
        defer { pool.shutdown(.kill) }
        for call in try pool.everywhere(crash) {
            #expect(throws: MultitaskingError.self) { try call.value(timeout: .seconds(30)) }
        }
        for _ in 0..<2 { #expect(try pool.submit(process).value(timeout: .seconds(30)) > 0) }
    }

    @Test func statistics_nameTheNodesAndTheCauses() throws {
        let pool = try RayPool(address: nil, maxWorkers: 2, options: fakeOptions)
        _ = try (0..<4).map { _ in try pool.submit(process) }.map { try $0.value() }
        let dying = try pool.submit(crash, options: TaskOptions(name: "dies"))
        #expect(throws: MultitaskingError.self) { try dying.value(timeout: .seconds(30)) }
        pool.shutdown(.drain)
        let statistics = pool.statistics
        #expect(statistics.tasks.succeeded == 4 && statistics.tasks.failed == 1 && statistics.tasks.isBalanced)
        #expect(statistics.crashes?.map(\.cause) == ["SIGKILL"])
        #expect(statistics.workers.count == 2 && statistics.workers.allSatisfy { $0.node?.hasPrefix("node") == true })
        #expect(pool.recentCrashes.map(\.task) == ["dies"])
        let age = statistics.age
        #expect(pool.statistics.age == age, "the age of a pool that has ended goes on")
    }

    @Test func timeline_hasATrackForEachProcess() throws {
        let pool = try RayPool(address: nil, maxWorkers: 2, options: fakeOptions)
        let pids = try pool.record(to: file) {
            try (0..<6).map { _ in try pool.submit(process) }.map { try $0.value() }
        }
        pool.shutdown(.drain)
        let events = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
        let running = (events as? [[String: Any]])?.filter { $0["name"] as? String == "running" } ?? []
        #expect(running.count == 6 && Set(running.compactMap { $0["pid"] as? Int32 }) == Set(pids))
    }

    @Test func sharedArrayOfMegabytes_isReadOnBothNodes_andCannotBeFoundByAnotherPool() throws {
        let pool = try RayPool(address: nil, maxWorkers: 4, options: fakeOptions)
        defer { pool.shutdown(.kill) }
        let shared: SharedArray<Int> = try pool.share(Array(0..<500_000))
        let sums = try (0..<8).map { _ in try pool.submit(sum, shared) }.map { try $0.value() }
        #expect(sums == Array(repeating: 124_999_750_000, count: 8))
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(Int64.min), .seconds(86_401), .seconds(Int64.max)])
    func limitsOfFinalizersOutOfRange_areRefused(_ limit: Duration) {
        let setup = RaySetup().finalizing(leave, within: limit)
        let error = #expect(throws: MultitaskingError.self) {
            try RayPool(address: nil, maxWorkers: 1, options: fakeOptions, setup: setup)
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [0, -1, Int.min, 100_001, Int.max]) func numbersOfWorkersOutOfRange_areRefused(_ count: Int) throws
    {
        let pool = try RayPool(address: nil, maxWorkers: 1, options: fakeOptions)
        defer { pool.shutdown(.kill) }
        let error = #expect(throws: MultitaskingError.self) { try pool.resize(to: count) }
        #expect(error?.code == .invalidArgument && pool.maxWorkers == 1)
    }
}
