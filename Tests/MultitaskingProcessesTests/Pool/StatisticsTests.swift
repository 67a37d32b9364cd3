import Foundation
import Testing

/// What a pool says of itself, whatever dies, and the timelines that it writes.
@Suite(.serialized)
struct StatisticsTests {
    static let methods = ["fork", "spawn"]

    @Test(
        arguments: ["statistics-outcomes", "statistics-times", "statistics-storm", "statistics-replacements"], methods)
    func whatAPoolSays(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method)
    }

    @Test(arguments: methods)
    func countsUnderKills_balance(_ method: String) async throws {
        try await Launcher.expectPass("statistics-kills", method, number: .random(in: 1...1_000_000))
    }

    /// The variable `HARNESS_TRACE`, which users have no use for, has the scenario leave its file.
    @Test(arguments: methods)
    func timeline_ofTasksThatReturnAndCrash_isOneThatViewersOpen(_ method: String) async throws {
        let file = try Trace()
        try await Launcher.expectPass("timeline", method)
        try file.check(
            "--needs", "slice:decoding", "slice:running", "slice:encoding", "arrow:task", "counter:tasks",
            "counter:memory", "counter:memory of worker 0", "instant:crash", "instant:born", "instant:died of SIGKILL")
    }

    @Test(arguments: methods)
    func timeline_ofMessages_hasArrowsFromSendToReceive(_ method: String) async throws {
        let file = try Trace()
        try await Launcher.expectPass("timeline-messages", method)
        try file.check("--needs", "slice:send channel 0", "slice:receive channel 2", "arrow:message", "counter:channel")
    }

    @Test(arguments: methods)
    func timeline_whenTheDiskIsFull_hasWhatThereWasRoomFor(_ method: String) async throws {
        try await Launcher.expectPass("timeline-disk-full", method)
    }

    @Test(arguments: methods)
    func timeline_ofWorkersThatComeAndGo_hasTheirBirthsAndDeaths(_ method: String) async throws {
        let file = try Trace()
        try await Launcher.expectPass("timeline-recorded-workers", method)
        try file.check("--needs", "instant:born", "instant:died of SIGKILL", "instant:left")
    }

    @Test
    func timeline_ofAClientThatIsKilled_isThereUpToTheLastSecond() async throws {
        let file = try Trace()
        let launched = try Launcher.launch("timeline-client-killed", "fork")
        let deadline = ContinuousClock.now + .seconds(60)
        while launched.process.isRunning, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        launched.killAll()
        launched.process.waitUntilExit()
        try? FileManager.default.removeItem(at: launched.output)
        #expect(launched.process.terminationReason == .uncaughtSignal)
        let text = try file.check("--cut")
        // Tasks of 2 ms for 0.9 s, of which the last tenth may be missing.
        let latest = text.split(separator: "the last at ").last.flatMap { Double($0.prefix { $0 != " " }) }
        #expect(latest.map { $0 > 200 } ?? false, "\(text)")
    }
}

/// The file of a timeline, which goes with this object.
private final class Trace {
    private let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
        unsafe setenv("HARNESS_TRACE", path, 1)
    }

    deinit {
        unsafe unsetenv("HARNESS_TRACE")
        unsafe unlink(path)
    }

    /// Has the validator look at it; what it prints.
    @discardableResult
    func check(_ options: String...) throws -> String {
        let scripts = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).dropFirst().joined(separator: "/")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "/" + scripts + "/Scripts/check_trace.py", path] + options
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        return text
    }
}
