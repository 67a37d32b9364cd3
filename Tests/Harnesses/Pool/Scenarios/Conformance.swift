import MultitaskingConformance
import MultitaskingCore
import MultitaskingProcesses

let conformanceScenarios: [String: Scenario] = [
    "conformance": { try $0.conformance() }
]

/// Pools of processes in a program with one thread, so that they can be forked.
private struct HarnessBackend: ConformanceBackend {
    let method: StartMethod

    var name: String { "MultitaskingProcesses, started by \(method)" }

    let omissions: [Omission] = [
        .capability(.resources, because: "it runs on this machine alone, and chooses nothing"),
        .capability(.nodes, because: "its workers cannot be lost without being known to be dead"),
        .capability(.sharedMemory, because: "workers have memory of their own"),
        .capability(.parentThreads, because: "a pool is forked only from a program with one thread"),
        .capability(.asyncTwins, because: "a pool is forked only from a program that has not used Dispatch"),
    ]

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        guard let argument = settings.initializerArgument else {
            return try ProcessPool(
                maxWorkers: settings.maxWorkers, startMethod: method, arenaLimit: 256 << 20,
                queueLimit: settings.queueLimit)
        }
        return try ProcessPool(
            maxWorkers: settings.maxWorkers, startMethod: method, arenaLimit: 256 << 20,
            queueLimit: settings.queueLimit, initializer: ExecutorSettings.initialize, argument,
            finalizer: ExecutorSettings.finalize)
    }

    func holdings(of executor: any Executor) -> [String: Int] {
        guard let usage = (executor as? ProcessPool)?.memoryUsage else { return [:] }
        return [
            "blocks": usage.blocks, "segments": usage.channelSegments, "tasks": usage.tasks, "channels": usage.channels,
            "signals": usage.signals,
        ]
    }
}

extension Harness {
    /// The conformance kit, on this very thread. The spawned pools of the other tests pass the rest of it.
    fileprivate func conformance() throws {
        let backend = HarnessBackend(method: method)
        for each in Conformance.cases(for: backend) where each.omission(by: backend) == nil {
            for failure in each.evaluateHere(on: backend) { Checks.fail("\(failure)") }
        }
    }
}
