import Foundation
import MultitaskingConformance
import MultitaskingCore
import MultitaskingProcesses
import Testing

/// Pools of processes. The test program has threads, so they are spawned.
struct ProcessBackend: ConformanceBackend {
    let name = "MultitaskingProcesses"

    let omissions: [Omission] = [
        .capability(.resources, because: "it runs on this machine alone, and chooses nothing"),
        .capability(.nodes, because: "its workers cannot be lost without being known to be dead"),
        .capability(.sharedMemory, because: "workers have memory of their own"),
    ]

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        guard let argument = settings.initializerArgument else {
            return try ProcessPool(
                maxWorkers: settings.maxWorkers, arenaLimit: 256 << 20, queueLimit: settings.queueLimit)
        }
        return try ProcessPool(
            maxWorkers: settings.maxWorkers, arenaLimit: 256 << 20, queueLimit: settings.queueLimit,
            initializer: ExecutorSettings.initialize, argument, finalizer: ExecutorSettings.finalize)
    }

    func holdings(of executor: any Executor) -> [String: Int] {
        guard let usage = (executor as? ProcessPool)?.memoryUsage else { return [:] }
        return [
            "blocks": usage.blocks, "segments": usage.channelSegments, "tasks": usage.tasks, "channels": usage.channels,
            "signals": usage.signals, "shared values": usage.sharedValues,
        ]
    }
}

@Suite(.serialized)
struct ProcessesConformance {
    @Test(arguments: Conformance.cases(for: ProcessBackend()))
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        try await conformanceCase.run(on: ProcessBackend())
    }
}
