import Foundation
import MultitaskingConformance
import MultitaskingCore
import MultitaskingRay
import MultitaskingTestPrograms
import Testing
import ray_harness

/// Where the package is.
let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The driver without Ray: python3 alone.
let fakeOptions = RayOptions.fake(driver: package.appendingPathComponent("Tests/Ray/fake_driver.py").path)

/// One connection for all cases, as in a program with several scopes.
private let backend: RayBackend? = {
    guard let cluster = try? RayCluster(address: nil, options: fakeOptions) else { return nil }
    return RayBackend(name: "MultitaskingRay", cluster: cluster)
}()

@Suite(.serialized) struct RayConformanceTests {
    @Test(arguments: backend.map { Conformance.cases(for: $0) } ?? [])
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        try await conformanceCase.run(on: try #require(backend))
    }

    @Test func driverStarts() { #expect(backend != nil) }
}

private func doubled(_ number: Int) -> Int { number * 2 }

/// An error after which a task is to run again.
struct UnluckyRun: Error, Codable { var number = 1 }

private func countAndFail(_ begun: ChannelSender) throws -> Int {
    _ = try begun.send(1, wait: .forever)
    throw UnluckyRun()
}

private func hang(_ started: ChannelSender) throws {
    _ = try started.send(1, wait: .forever)
    while true { sleep(60) }
}

@Suite(.serialized) struct RayPoolTests {
    @Test func scope_runsTheProgramOfTheReadme() throws {
        let sum = try withRayExecutor(address: nil, maxWorkers: 2, options: fakeOptions) { manager in
            try manager.map("task-", doubled, 0..<20).results().values.reduce(0) { $0 + (try $1.get() as Int) }
        }
        #expect(sum == 380)
    }

    @Test func asynchronousScope_runsItToo() async throws {
        let value = try await withRayExecutor(address: nil, maxWorkers: 1, options: fakeOptions) { manager in
            let result = try await manager.session().submit("a", doubled, 21).results()["a"]
            return try #require(result).get() as Int
        }
        #expect(value == 42)
    }

    @Test func runThatIsSaidToHaveEndedTwice_isRetriedOnce() throws {
        let driver = package.appendingPathComponent("Tests/Ray/repeating_driver.py").path
        // Room for another run of the same task.
        let pool = try RayPool(address: nil, maxWorkers: 2, options: .fake(driver: driver))
        defer { pool.shutdown(.kill) }
        let begun = try pool.makeChannel()
        let retries = TaskOptions(retries: .onErrors(UnluckyRun.self, limit: 2))
        for round in 1...5 {
            let future = try pool.submit(countAndFail, options: retries, begun.makeSender())
            #expect(throws: UnluckyRun.self) { try future.value(timeout: .seconds(60)) }
            // Behind whatever waits for a worker.
            let others = try (0..<4).map { _ in try pool.submit(doubled, round) }
            for other in others { #expect(try other.value(timeout: .seconds(60)) == 2 * round) }
            #expect(begun.status.count == 3 * round)
        }
    }

    @Test func driverThatIsKilled_endsAllTasksAsClusterLost_andLeavesNothing() throws {
        let pool = try RayPool(address: nil, maxWorkers: 1, options: fakeOptions)
        let started = try pool.makeChannel()
        let running = try pool.submit(hang, started.makeSender())
        let queued = try pool.submit(doubled, 1)
        let first: Int? = try started.receive(as: Int.self, wait: .upTo(.seconds(20)))
        #expect(first == 1)
        kill(pool.cluster.driverProcess, SIGKILL)
        for error in [failure(of: running), failure(of: queued)] { #expect(error?.code == .clusterLost) }
        #expect(throws: MultitaskingError.self) { try pool.submit(doubled, 2) }
        #expect(throws: MultitaskingError.self) { try RayPool(on: pool.cluster, maxWorkers: 1) }
        pool.shutdown(.drain)
    }

    @Test func workersOfAnotherBuild_runNothing() throws {
        var options = fakeOptions
        options.executable = TestProgram("ray-harness").url.path
        try #require(FileManager.default.isExecutableFile(atPath: options.executable ?? ""))
        let pool = try RayPool(address: nil, maxWorkers: 1, options: options)
        defer { pool.shutdown(.kill) }
        let error = failure(of: try pool.submit(doubled, 1))
        #expect(error?.code == .functionNotFound, "\(String(describing: error))")
        #expect(error?.message.contains("different build") == true)
    }

    @Test func clusterWithoutAToken_isRefused() {
        unsafe unsetenv("RAY_AUTH_TOKEN")
        unsafe unsetenv("RAY_AUTH_TOKEN_PATH")
        let home = ProcessInfo.processInfo.environment["HOME"]
        unsafe setenv("HOME", "/nonexistent", 1)
        defer { if let home { unsafe setenv("HOME", home, 1) } }
        let error = #expect(throws: MultitaskingError.self) {
            try RayPool(address: "10.0.0.1:6379", maxWorkers: 1, options: RayOptions(shipsExecutable: false))
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("RAY_AUTH_TOKEN") == true)
    }

    @Test(arguments: [(false, "token"), (true, "disabled")])
    func environmentThatDisablesAuthentication_appliesOnlyIfThatIsAllowed(isAllowed: Bool, mode: String) throws {
        let driver = FileManager.default.temporaryDirectory.appendingPathComponent("driver-\(UUID()).py")
        try Data("import os; print('mode is', os.environ['RAY_AUTH_MODE'])".utf8).write(to: driver)
        defer { try? FileManager.default.removeItem(at: driver) }
        let earlier = ProcessInfo.processInfo.environment["RAY_AUTH_MODE"]
        unsafe setenv("RAY_AUTH_MODE", "disabled", 1)
        defer {
            unsafe unsetenv("RAY_AUTH_MODE")
            if let earlier { unsafe setenv("RAY_AUTH_MODE", earlier, 1) }
        }
        for token in [RayToken.value("0123456789abcdef"), .environment] {
            var options = RayOptions(token: token, allowsUnauthenticated: isAllowed, shipsExecutable: false)
            options.driver = driver.path
            let error = #expect(throws: MultitaskingError.self) { try RayCluster(address: nil, options: options) }
            #expect(error?.message.contains("mode is \(mode)") == true, "\(String(describing: error))")
        }
    }

    @Test func driverThatDoesNotStart_isClusterUnreachable_withItsLog() {
        var options = fakeOptions
        options.python = "/no/such/python3"
        #expect(throws: MultitaskingError.self) { try RayCluster(address: nil, options: options) }
        options = fakeOptions
        options.driver = "/no/such/driver.py"
        let error = #expect(throws: MultitaskingError.self) { try RayCluster(address: nil, options: options) }
        #expect(error?.code == .clusterUnreachable && error?.message.contains("/no/such/driver.py") == true)
        options.python = "/bin/true"
        let silent = #expect(throws: MultitaskingError.self) { try RayCluster(address: nil, options: options) }
        #expect(silent?.code == .clusterUnreachable)
        #expect(silent?.message.contains("/bin/true, which runs it, printed nothing") == true, "\(silent as Any)")
    }

    @Test func emptyAddress_isRefused() {
        let error = #expect(throws: MultitaskingError.self) { try RayCluster(address: "", options: fakeOptions) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [0, -1, Int.min, 100_001, Int.max]) func workersOutOfRange_areRefused(_ count: Int) {
        let error = #expect(throws: MultitaskingError.self) {
            try RayPool(address: nil, maxWorkers: count, options: fakeOptions)
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func optionsOutOfRange_areRefused() {
        func refused(_ change: (inout RayOptions) -> Void) -> Bool {
            var options = fakeOptions
            change(&options)
            let error = #expect(throws: MultitaskingError.self) { try RayCluster(address: nil, options: options) }
            return error?.code == .invalidArgument
        }
        #expect(refused { $0.startTimeout = .zero })
        #expect(refused { $0.handOver = -1 } && refused { $0.handOver = .max })
        #expect(refused { $0.captures = .copiesOnly })
        #expect(refused { $0.health = RayHealth(keepAlive: .zero, period: .seconds(1), failures: 3) })
        #expect(refused { $0.health = RayHealth(keepAlive: .seconds(1), period: .seconds(1), failures: 0) })
        #expect(refused { $0.resources = ResourceRequest(cpus: -1) })
        let pool = #expect(throws: MultitaskingError.self) {
            try RayPool(address: nil, maxWorkers: 1, queueLimit: 0, options: fakeOptions)
        }
        #expect(pool?.code == .invalidArgument)
    }

    @Test func allFilesOfTheDriver_areInTheLibrary() throws {
        let files = try ["RemoteWorkers", "MultitaskingRay"].flatMap { module in
            let folder = package.appendingPathComponent("Sources/\(module)/Resources/swiftray").path
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".py") }
        }
        #expect(RayCluster.driverFileNames.sorted() == files.sorted())
    }

    @Test(arguments: [
        (Duration.seconds(2), "2000"), (.milliseconds(1500), "1500"), (.nanoseconds(1), "1"),
        (.seconds(Int64.max), "86400000"),
    ])
    func health_isMillisecondsOfAnyLength(_ duration: Duration, _ milliseconds: String) {
        let health = RayHealth(keepAlive: duration, period: .seconds(1), failures: 3)
        #expect(health.variables["RAY_grpc_client_keepalive_time_ms"] == milliseconds)
    }

    private func failure<Value>(of future: Future<Value>) -> MultitaskingError? {
        guard future.waitUntilDone(.upTo(.seconds(30))), case .failure(let error)? = future.outcome() else {
            return nil
        }
        return error as? MultitaskingError
    }
}
