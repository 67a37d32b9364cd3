import MultitaskingTestPrograms
import Testing

/// How a pool's first process comes into being, who may have one made, and what becomes of it with its client.
@Suite(.serialized)
struct StartTests {
    static let methods = PoolTests.methods

    @Test(arguments: ["start-arguments", "start-arena-truncated", "start-descriptor-closed"], methods)
    func workersOfEveryStart(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method)
    }

    @Test(arguments: ["start-in-initializer", "start-recursive"], methods)
    func poolsInGlobalsAndInsideOfThemselves(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method, within: .seconds(60))
    }

    @Test(arguments: methods)
    func programThatTheLoaderWasToldToLoad(_ method: String) async throws {
        try await Launcher.expectPass("start-through-loader", method)
    }

    @Test func numberOfAThreadThatIsHalfOfAnAddress() async throws {
        try await Launcher.expectPass("start-forgetting", "fork")
    }

    /// Takes the ten seconds that a program has to become a supervisor.
    @Test func programThatNeverBecomesASupervisor() async throws {
        try await Launcher.expectPass("start-hangs", "spawn", within: .seconds(60))
    }

    @Test(arguments: methods)
    func clientThatExecutesAnotherProgram(_ method: String) async throws {
        try await Launcher.expectPass("exec-of-client", method)
    }

    @Test func programStartedWithForgedOrdersRunsItsMain() async throws {
        try await Launcher.expectPass("forged-starts", "spawn")
    }

    /// Needs root, to make set-user-id programs and become somebody else; continuous integration has it.
    @Test func programWithMoreRightsThanItsUserRunsItsMain() async throws {
        try await Launcher.expectPass("forged-start-privileged", "spawn")
    }

    @Test(arguments: methods)
    func clientThatHasChangedItsUser(_ method: String) async throws {
        try await Launcher.expectPass("start-user-changed", method)
    }

    /// The host would run its main again if it were started anew.
    @Test(arguments: methods)
    func libraryThatWasLoadedLate(_ method: String) async throws {
        let run = try TestProgram("plugin-host").run([method], keeping: .standardOutput)
        let text = run.output
        #expect(run.isSuccessful)
        #expect(text.split(separator: "\n").count { $0 == "main ran" } == 1, "the host has printed \(text)")
        #expect(text.contains(method == "fork" ? "the pool says 42" : "cannotSpawn"), "the host has printed \(text)")
        #expect(method == "fork" || text.contains("dlopen"), "the host has printed \(text)")
    }

    /// Types of the copy are found in the program.
    @Test(arguments: methods)
    func libraryWithACopyOfThePackage(_ method: String) async throws {
        try await Launcher.expectPass("start-beside-copy", method)
    }
}
