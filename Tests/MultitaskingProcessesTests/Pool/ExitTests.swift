import Foundation
import Testing

/// Programs that end while a pool is open: what was submitted runs first, unless the pool was told otherwise.
@Suite(.serialized)
struct ExitTests {
    /// A pool of processes, started in either way, or of threads, which cares for none.
    enum Pool: String, CaseIterable {
        case fork, spawn, threads
    }

    /// Runs a program to its end, which must leave no process behind.
    private func run(_ scenario: String, _ pool: Pool) async throws -> HarnessRun {
        let harness = try launch(scenario, pool)
        defer { try? FileManager.default.removeItem(at: harness.output) }
        let hasEnded = try await poll { !harness.process.isRunning }
        #expect(hasEnded, "\(scenario) \(pool) hangs: \(harness.text)")
        let isAlone = try await poll { harness.family.isEmpty }
        #expect(isAlone, "\(scenario) \(pool) left processes \(harness.family)")
        harness.killAll()
        harness.process.waitUntilExit()
        return HarnessRun(exitCode: harness.process.terminationStatus, output: harness.text)
    }

    private func launch(_ scenario: String, _ pool: Pool) throws -> LaunchedHarness {
        try Launcher.launch(
            "exit-" + scenario, pool == .spawn ? "spawn" : "fork", number: pool == .threads ? 1 : 0)
    }

    @Test(arguments: ["drain", "dropped", "in-child"], Pool.allCases)
    func tasksOfAnOpenPoolRunBeforeExitEndsTheProgram(_ scenario: String, _ pool: Pool) async throws {
        let run = try await run(scenario, pool)
        #expect(run.exitCode == 7 && run.tasks == 40 && !run.output.contains("tasks were interrupted"), "\(run)")
    }

    @Test(arguments: ["", "-dropped", "-in-task"], Pool.allCases)
    func tasksThatWaitForOthersRunBeforeExitEndsTheProgram(_ scenario: String, _ pool: Pool) async throws {
        let run = try await run("dependents" + scenario, pool)
        #expect(run.exitCode == 7 && run.tasks == 40 && !run.output.contains("tasks were interrupted"), "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func tasksThatWaitForOthersRunBeforeMainHasReturned(_ pool: Pool) async throws {
        let run = try await run("dependents-return", pool)
        #expect(run.exitCode == 0 && run.tasks == 40, "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func taskThatWaitsForWhatNobodyDoesIsGivenUp(_ pool: Pool) async throws {
        let run = try await run("dependents-of-nothing", pool)
        #expect(run.exitCode == 7 && run.tasks == 40, "\(run)")
        #expect(run.output.contains("0 running and 1 queued tasks were interrupted"), "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func tasksOfAnOpenPoolRunBeforeMainHasReturned(_ pool: Pool) async throws {
        let run = try await run("return", pool)
        #expect(run.exitCode == 0 && run.tasks == 40, "\(run)")
    }

    @Test(arguments: [Pool.fork, .spawn])
    func poolsOfBothKindsAreDrained(_ pool: Pool) async throws {
        let run = try await run("both", pool)
        #expect(run.exitCode == 7 && run.tasks == 40, "\(run)")
    }

    @Test(arguments: ["cancel-queued", "kill"], Pool.allCases)
    func whatIsCutOffIsLoggedOnceWithCounts(_ scenario: String, _ pool: Pool) async throws {
        let run = try await run(scenario, pool)
        #expect(run.exitCode == 7 && run.tasks < 40, "\(run)")
        #expect(run.output.components(separatedBy: "queued tasks were interrupted").count == 2, "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func tasksThatWaitForWhatNobodyDoesAreGivenUp(_ pool: Pool) async throws {
        let run = try await run("stuck", pool)
        #expect(run.exitCode == 7, "\(run)")
        #expect(run.output.contains("2 running and 1 queued tasks were interrupted"), "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func idlePoolHoldsUpNobody(_ pool: Pool) async throws {
        let run = try await run("idle", pool)
        #expect(run.exitCode == 7 && run.output.isEmpty, "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func exitCalledByATaskRunsTheOthers(_ pool: Pool) async throws {
        let run = try await run("in-task", pool)
        // On a thread the exit may come before all are submitted.
        #expect(run.exitCode == 7 && (pool == .threads ? run.tasks <= 40 : run.tasks == 40), "\(run)")
        #expect(!run.output.contains("tasks were interrupted"), "\(run)")
    }

    @Test func exitCalledByAnAsyncTaskRunsTheOthers() async throws {
        let run = try await run("in-async-task", .threads)
        #expect(run.exitCode == 7 && run.tasks == 40, "\(run)")
    }

    @Test func secondExitWaitsForTheFirst() async throws {
        let run = try await run("twice", .threads)
        #expect(run.exitCode == 7 && run.tasks == 60, "\(run)")
    }

    @Test(arguments: [Pool.fork, .spawn])
    func drainingSurvivesTheSupervisor(_ pool: Pool) async throws {
        let run = try await run("supervisor-killed", pool)
        // What the two workers were running is lost with it.
        #expect(run.exitCode == 7 && run.tasks >= 38, "\(run)")
    }

    @Test(arguments: Pool.allCases)
    func interruptEndsAProgramThatDrains(_ pool: Pool) async throws {
        let harness = try launch("interrupted", pool)
        defer { try? FileManager.default.removeItem(at: harness.output) }
        let isDraining = try await poll { harness.text.components(separatedBy: "naps").count > 2 }
        #expect(isDraining)
        kill(harness.process.processIdentifier, SIGINT)
        let isGone = try await poll { harness.family.isEmpty }
        #expect(isGone, "processes \(harness.family) are left")
        harness.killAll()
        harness.process.waitUntilExit()
        #expect(harness.process.terminationReason == .uncaughtSignal)
    }
}

extension HarnessRun {
    /// How many tasks have said that they ran.
    fileprivate var tasks: Int { output.split(separator: "\n").count { $0.hasPrefix("ran ") } }
}
