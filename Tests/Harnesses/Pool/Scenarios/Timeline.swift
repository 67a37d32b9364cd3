import Glibc
import MultitaskingCore
import MultitaskingProcesses

let timelineScenarios: [String: Scenario] = [
    "timeline": { try $0.timelineOfTasks() },
    "timeline-client-killed": { try $0.timelineOfAKilledClient() },
]

private func diePart(_ number: Int) -> Int {
    if number % 8 == 5 { kill(getpid(), SIGKILL) }
    usleep(2000)
    return number
}

extension Harness {
    /// Where the scenario's trace is, which whoever launched this may look at afterwards.
    private var tracePath: String {
        unsafe getenv("HARNESS_TRACE").map { unsafe String(cString: $0) } ?? "/tmp/multitasking-trace-\(getpid()).json"
    }

    private var keepsTrace: Bool { unsafe getenv("HARNESS_TRACE") != nil }

    /// A timeline of tasks that return, crash, and are named by characters that JSON writes in its own way.
    func timelineOfTasks() throws {
        defer { if !keepsTrace { unsafe unlink(tracePath) } }
        try withPool(maxWorkers: 2) { pool in
            try pool.record(to: tracePath) {
                checkThrows(.invalidArgument) { try pool.beginRecording(to: tracePath) }
                let named = try pool.submit(nap, options: TaskOptions(name: "a \"name\"\n\\"), 5)
                let futures = try (0..<60).map { try pool.submit(diePart, $0) }
                for future in futures + [named] {
                    check(future.waitUntilDone(.upTo(.seconds(20))), "a task has not ended")
                }
                usleep(50_000)
            }
            checkThrows(.systemError) { try pool.record(to: "/nowhere/trace.json") {} }
            // It can begin anew, and what was before is not in it.
            let events = Proc.read(tracePath)
            check(events.hasPrefix("[\n") && events.hasSuffix("\n]\n"), "the trace is not an array")
            checkEqual(events.split(separator: "\"name\":\"crash\"").count - 1, 7, "crashes in the trace")
            check(events.contains(#""a \"name\"\u000a\\""#), "the name is not in the trace")
        }
    }

    /// Records until it is killed: what launched this does that.
    func timelineOfAKilledClient() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        let recording = try pool.beginRecording(to: tracePath)
        defer { recording.end() }
        let end = ContinuousClock.now + .milliseconds(900)
        while ContinuousClock.now < end { _ = try pool.submit(nap, 2).value(timeout: .seconds(20)) }
        kill(getpid(), SIGKILL)
    }
}
