import Foundation
import Multitasking
import MultitaskingInMemory
import Testing

/// Timelines of simulations, whose times are virtual.
@Suite(.timeLimit(.minutes(2))) struct TimelineTests {
    private typealias Event = [String: Any]

    /// What a file says of two tasks and a message on a pool with a seed, the second of which dies.
    private func record(seed: UInt64) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let faults = FaultPlan([.crash(task: 1, .atSwitchPoint(3), .signal(11))])
        let pool = try InMemoryPool(.seed(seed), options: InMemoryOptions(maxWorkers: 2, faults: faults))
        defer { pool.shutdown() }
        let manager = try TaskManager(executor: pool)
        try manager.record(to: path) {
            #expect(throws: MultitaskingError.self) { try pool.beginRecording(to: path) }
            let session = try manager.session().submit("first", double, 1)
                .submit("second", doubleInputs, scopes: .session).submit("third", waitTenMinutes, scopes: .session)
            for number in 0..<4 { try session.context.writeInput(number) }
            _ = try session.results()
        }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func timelineOfASimulation_hasItsTasksMessagesAndDeathsInVirtualTime() throws {
        let text = try record(seed: 1)
        let events = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Event])
        func named(_ name: String, _ kind: String) -> [Event] {
            events.filter { $0["ph"] as? String == kind && $0["name"] as? String == name }
        }
        func isWorkers(_ event: Event) -> Bool { (event["pid"] as? Int).map { 1_000..<1_100 ~= $0 } ?? false }
        for name in ["first", "second", "third"] { #expect(named(name, "X").count(where: isWorkers) == 1, "\(name)") }
        // What takes no time has no parts.
        #expect((1...3).contains(named("running", "X").count))
        #expect(named("crash", "i").count == 1)
        #expect(events.contains { ($0["name"] as? String)?.hasPrefix("died: ") == true })
        // Each task's submission leads to it, and what was sent and received belongs together.
        #expect(named("task", "s").count == named("task", "f").count)
        #expect(named("task", "s").count >= 5)
        let received = events.count { ($0["name"] as? String)?.hasPrefix("receive ") == true && isWorkers($0) }
        #expect(received >= 1)
        #expect(named("message", "f").count >= received)
        #expect(!named("tasks", "C").isEmpty)
    }

    @Test func timelinesOfTheSameSeed_areTheSame() throws {
        for seed in UInt64(0)..<5 { #expect(try record(seed: seed) == record(seed: seed)) }
    }
}
