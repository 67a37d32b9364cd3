import Foundation
import MultitaskingConformance
import MultitaskingCore
import MultitaskingLaunch
import MultitaskingSystem
import Testing

/// The commands of these tests start workers on this machine.
let shell = ["sh", "-c"]

/// Pools on one connection, as a program with several scopes has them.
struct LaunchBackend: ConformanceBackend {
    let name = "MultitaskingLaunch"
    let hosts: LaunchHosts
    let patience = Duration.seconds(30)

    var omissions: [Omission] {
        [
            .capability(.sharedMemory, because: "workers are processes, on other machines"),
            .capability(.resources, because: "a command has no say in what its host has; only the number of workers"),
            .conformanceCase(
                "worker.aCancelledCallIsNotMade",
                because: "a process makes the calls that it hasn't made before its next task, at whatever place"),
            .conformanceCase(
                "shutdown.leavesWhatWasSent",
                because: "channels are with the pool's hub, and what was left in them ends with it"),
        ]
    }

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        let setup = settings.initializerArgument.map { argument in
            LaunchSetup(initializer: ExecutorSettings.initialize, argument).finalizing(ExecutorSettings.finalize)
        }
        return try LaunchPool(
            on: hosts, maxWorkers: settings.maxWorkers, queueLimit: settings.queueLimit, setup: setup ?? LaunchSetup())
    }

    /// Ends the workers of what runs, which are here the commands too.
    func loseWorkers(of executor: any Executor) throws {
        guard let pool = executor as? LaunchPool else { return }
        let deadline = ContinuousClock.now + patience
        while pool.processes.isEmpty, ContinuousClock.now < deadline { usleep(1000) }
        for worker in Set(pool.processes.compactMap(parent(of:))) where worker > 1 { kill(worker, SIGKILL) }
    }

    var world: any ConformanceWorld { MachineWorld(patience: patience) }
}

/// The process that has started another one.
func parent(of process: Int32) -> Int32? {
    SystemFiles().processFields(process).dropFirst().first.flatMap { Int32($0) }
}

/// Whether a process is there and has not ended.
func isAlive(_ process: Int32) -> Bool {
    let state = SystemFiles().processFields(process).first
    return state != nil && state != "Z"
}

/// The processes that a process has started, with those that these have started.
func descendants(of process: Int32) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    let own = all.filter { parent(of: $0) == process }
    return own + own.flatMap(descendants(of:))
}

/// Waits until something holds; false if it did not in time.
func eventually(_ limit: Duration = .seconds(30), _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        usleep(5000)
    }
    return true
}

/// One connection for all cases, as in a program with several scopes.
private let backend: LaunchBackend? = (try? LaunchHosts(command: shell)).map { LaunchBackend(hosts: $0) }

@Suite(.serialized) struct LaunchConformanceTests {
    @Test(arguments: backend.map { Conformance.cases(for: $0) } ?? [])
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        try await conformanceCase.run(on: try #require(backend))
    }

    @Test func workersStart() { #expect(backend != nil) }
}
