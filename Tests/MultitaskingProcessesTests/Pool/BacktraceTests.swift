import Foundation
import Testing

/// What becomes of workers that a signal or a trap ends, with Swift's backtracer as users have it and without.
@Suite(.serialized)
struct BacktraceTests {
    static let methods = ["fork", "spawn"]
    /// Unset, as for users, and off.
    static let backtracers = [nil, "enable=no"]

    @Test(
        arguments: [
            "backtrace-sent", "backtrace-raised", "backtrace-of-traps", "backtrace-at-every-stage",
            "backtrace-on-threads", "backtrace-of-copies", "backtrace-damaged-stack", "backtrace-in-time",
            "backtrace-own-handler", "backtrace-of-forked-child", "backtrace-options", "backtrace-supervisor-sent",
        ], methods)
    func fatalSignals(_ scenario: String, _ method: String) async throws {
        for backtracer in Self.backtracers {
            try await Launcher.expectPass(scenario, method, backtracer: backtracer)
        }
    }

    /// Takes the ten seconds that there are for a backtrace.
    @Test(arguments: methods)
    func backtracesThatTakeTooLong(_ method: String) async throws {
        try await Launcher.expectPass("backtrace-late", method)
    }

    /// A worker's backtrace is printed as often as it crashes, if that is asked for and possible, and never otherwise.
    @Test(arguments: ["backtrace-printed", "backtrace-both", "backtrace-neither"], methods)
    func printedBacktraces(_ scenario: String, _ method: String) async throws {
        for backtracer in Self.backtracers {
            let output = try await Launcher.expectPass(scenario, method, backtracer: backtracer)
            let printed = output.components(separatedBy: "Program crashed").count - 1
            let isAsked = scenario != "backtrace-neither" && backtracer == nil
            #expect(printed == (isAsked ? method == "fork" ? 3 : 2 : 0), "\(output)")
        }
    }

    /// A subset of the tests of crashes without the backtracer; `PoolTests` has all of them with it.
    @Test(arguments: ["matrix-running", "crash-others-go-on", "deadline-running", "retry-crash"], methods)
    func withoutBacktracer(_ scenario: String, _ method: String) async throws {
        try await Launcher.expectPass(scenario, method, backtracer: "enable=no")
    }
}
