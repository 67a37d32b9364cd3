import MultitaskingConformance
import MultitaskingCore
import OneThreadPerTask
import Testing

/// The example of the article "Implementing a backend".
struct ExampleBackend: ConformanceBackend {
    let name = "OneThreadPerTask"

    let omissions: [Omission] = [
        .capability(.resources, because: "it runs on this machine alone, and chooses nothing"),
        .capability(.nodes, because: "its workers cannot be lost without being known to be dead"),
        .capability(.crashIsolation, because: "a task that ends its thread's process ends the program"),
        .capability(.encoding, because: "values are handed over as they are"),
        .capability(.sharing, because: "it is an example"),
        .capability(.taskTimeout, because: "a running thread cannot be ended"),
        .capability(.queueTimeout, because: "it is an example"),
        .capability(.retries, because: "it is an example"),
        .capability(.forcedCancel, because: "a running thread cannot be ended"),
        .capability(.byteCapacity, because: "elements are not encoded, so there are no bytes to count"),
        .capability(.redelivery, because: "a task's thread does not die alone"),
        .capability(.limitedQueue, because: "it is an example"),
        .capability(.priorities, because: "it is an example"),
        .capability(.seeds, because: "it is an example"),
        .capability(.output, because: "all threads print to the same standard output"),
        .capability(.prefixedOutput, because: "as for output"),
        .capability(.reports, because: "it is an example"),
        .capability(.workerInfo, because: "a thread is made for each task, so there are no workers to tell apart"),
        .capability(.statistics, because: "it is an example"),
        .capability(.workers, because: "it is an example"),
        .capability(.workerSetup, because: "it is an example"),
        .capability(.closingWithSenders, because: "it is an example"),
        .capability(.select, because: "it is an example: select can be awaited, but not block a thread"),
        .capability(.rendezvous, because: "it is an example"),
    ]

    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
        try OneThreadPerTask(maxWorkers: settings.maxWorkers)
    }
}

@Suite(.serialized)
struct ExampleConformance {
    @Test(arguments: Conformance.cases(for: ExampleBackend()))
    func conforms(_ conformanceCase: ConformanceCase) async throws {
        try await conformanceCase.run(on: ExampleBackend())
    }
}
