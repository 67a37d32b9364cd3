import Testing

/// Workers that are set up and taken down, counted anew, and asked all at once, in pools whose processes really die.
@Suite(.serialized)
struct WorkerTests {
    static let methods = ["fork", "spawn"]

    @Test(
        arguments: [
            "workers-set-up", "workers-slow-initializer", "workers-finalizer", "workers-finalizer-dies",
            "workers-finalizer-slow",
        ],
        methods)
    func beforeAndAfterTheTasks(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method)
    }

    @Test(arguments: ["workers-everywhere-deaths", "workers-everywhere-elastic", "workers-resize-deaths"], methods)
    func allWorkersAtOnce(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method, number: .random(in: 1...1_000_000))
    }

    @Test(arguments: methods)
    func farMoreWorkersThanCores(_ method: String) async throws {
        try await Launcher.expectPass("many-workers", method, number: .random(in: 1...1_000_000))
    }

    @Test(arguments: ["workers-priorities-deaths", "workers-queue-limit", "workers-output", "workers-shared"], methods)
    func optionsOfTasks(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method, number: .random(in: 1...1_000_000))
    }
}
