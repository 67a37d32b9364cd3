import Foundation
import MultitaskingTestPrograms
import MultitaskingTestSupport
import Testing

/// A finished run of one scenario of `pool-harness`.
struct HarnessRun {
    var exitCode: Int32
    var output: String
}

/// Launches `pool-harness`, which lies beside the test program.
enum Launcher {
    static let directory = TestProgram.directory

    /// Runs a scenario; it must pass all its checks, end in time and leave no process behind.
    ///
    /// - Parameter backtracer: what the environment has for `SWIFT_BACKTRACE`; nil for what users have, which is
    ///   nothing.
    /// - Returns: what it printed.
    @discardableResult
    static func expectPass(
        _ scenario: String, _ method: String, number: Int = 0, backtracer: String? = nil,
        within limit: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let launched = try launch(scenario, method, number: number, backtracer: backtracer)
        let deadline = ContinuousClock.now + limit
        var looks = 0
        // The clock goes on while a virtual machine stands still, so the limit takes a number of looks as well.
        while launched.isRunning, looks < 1000 || ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
            looks += 1
        }
        let hangs = launched.isRunning
        let left = hangs ? "" : launched.family.map { "\($0)" }.joined(separator: " ")
        launched.killAll()
        launched.process.waitUntilExit()
        let output = launched.text
        try? FileManager.default.removeItem(at: launched.output)
        #expect(!hangs, "\(scenario) \(method) \(number) hangs:\n\(output)", sourceLocation: sourceLocation)
        #expect(left.isEmpty, "\(scenario) \(method) \(number) left processes \(left)", sourceLocation: sourceLocation)
        #expect(
            hangs || launched.process.terminationStatus == 0 && launched.process.terminationReason == .exit,
            "\(scenario) \(method) \(number) ended with \(launched.process.terminationStatus):\n\(output)",
            sourceLocation: sourceLocation)
        return output
    }

    /// Runs a scenario with a forked and with a spawned pool, both at the same time.
    static func expectPassBothWays(
        _ scenario: String, number: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for method in ["fork", "spawn"] {
                group.addTask {
                    try await expectPass(scenario, method, number: number, sourceLocation: sourceLocation)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Starts a scenario and does not wait.
    static func launch(
        _ scenario: String, _ method: String, number: Int = 0, backtracer: String? = nil
    ) throws -> LaunchedHarness {
        let tag = UUID().uuidString
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("pool-harness-\(tag).txt")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = directory.appendingPathComponent("pool-harness")
        process.arguments = [scenario, method, String(number)]
        var environment = ProcessInfo.processInfo.environment
        environment["POOL_HARNESS_TAG"] = tag
        environment["SWIFT_BACKTRACE"] = backtracer
        process.environment = environment
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        try handle.close()
        return LaunchedHarness(process: process, tag: tag, output: output)
    }
}

/// A harness that runs.
struct LaunchedHarness {
    let process: Process
    let tag: String
    let output: URL

    /// Whether it has not ended. Foundation takes it for running as long as others have what they inherited from it.
    var isRunning: Bool { process.isRunning && Proc.isAlive(process.processIdentifier) }

    /// What was printed so far, which may be no text after a task has written over memory.
    var text: String { String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self) }

    /// The processes that carry the tag, but for those that only wait to be reaped.
    var family: [pid_t] {
        Proc.processes.filter { Proc.carries("POOL_HARNESS_TAG", tag, $0) }
    }

    /// Kills them, and those that print a backtrace, which don't have the tag.
    func killAll() {
        let printers = Proc.processes.filter { Proc.link("/proc/\($0)/fd/1") == output.path }
        for pid in family + printers { kill(pid, SIGKILL) }
    }
}
