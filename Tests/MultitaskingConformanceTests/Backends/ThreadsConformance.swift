import MultitaskingConformance
import MultitaskingCore
import MultitaskingThreads
import Testing

/// Pools of threads.
struct ThreadBackend: ConformanceBackend {
    let name = "MultitaskingThreads"

    let omissions: [Omission] = [
        .capability(.resources, because: "it runs on this machine alone, and chooses nothing"),
        .capability(.nodes, because: "its workers cannot be lost without being known to be dead"),
        .capability(.crashIsolation, because: "a task that ends its thread's process ends the program"),
        .capability(.encoding, because: "values are handed over as they are"),
        .capability(.taskTimeout, because: "a running thread cannot be ended"),
        .capability(.queueTimeout, because: "nobody watches the queue's time; submit refuses the option"),
        .capability(.retries, because: "without crashes, a task can retry by itself; submit refuses the option"),
        .capability(.forcedCancel, because: "a running thread cannot be ended"),
        .capability(.byteCapacity, because: "elements are not encoded, so there are no bytes to count"),
        .capability(.redelivery, because: "a task's thread does not die alone"),
        .capability(.output, because: "all threads print to the same standard output; submit refuses the option"),
        .capability(.prefixedOutput, because: "as for output"),
    ]

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        guard let argument = settings.initializerArgument else {
            return try ThreadPool(maxWorkers: settings.maxWorkers, queueLimit: settings.queueLimit)
        }
        return try ThreadPool(
            maxWorkers: settings.maxWorkers, queueLimit: settings.queueLimit,
            initializer: ExecutorSettings.initialize, argument, finalizer: ExecutorSettings.finalize)
    }
}

@Suite(.serialized)
struct ThreadsConformance {
    @Test(arguments: Conformance.cases(for: ThreadBackend()))
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        try await conformanceCase.run(on: ThreadBackend())
    }
}
