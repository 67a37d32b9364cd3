import Foundation
import Multitasking
import MultitaskingDashboard
import MultitaskingProcesses

@Sendable func work(_ milliseconds: Int) -> Int {
    usleep(UInt32(milliseconds) * 1000)
    return milliseconds
}
/// Reports what its argument says, such as `40% epoch 2 of 5`, and waits for the session's event.
@Sendable func report(_ context: TaskContext, _ percent: Int, _ message: String) throws {
    try context.report(Double(percent) / 100, message)
    while !context.isCancelled { usleep(5_000) }
}
@Sendable func fail(_ number: Int) throws -> Int { throw CocoaError(.fileNoSuchFile) }
@Sendable func crashOnPurpose(_ number: Int) -> Int { number + [Int]()[number] }

/// A program that serves its page, and does what the lines of its standard input say; it answers each by `done`.
@main
struct DashboardProgram {
    static func main() async throws {
        let isSpawned = CommandLine.arguments.contains("spawn")
        let token = CommandLine.arguments.contains("token") ? "0123456789abcdef" : nil
        let pool = try ProcessPool(maxWorkers: 3, startMethod: isSpawned ? .spawn : .fork)
        let manager = try TaskManager(executor: pool, globals: .none)
        let session = try manager.session(cancelEvent: true)
        let dashboard = Dashboard(watching: manager, named: "importer")
        dashboard.watch(session, named: "files")
        let page = Task {
            try await dashboard.run(
                port: 0, address: token == nil ? "127.0.0.1" : "0.0.0.0", token: token,
                refresh: .milliseconds(200)
            ) { say($0) }
        }
        for await line in lines() {
            let words = line.split(separator: " ").map(String.init)
            let number = words.count > 2 ? Int(words[2]) ?? 0 : 0
            switch words.first {
            case "work": try session.submit(words[1], work, number)
            case "fail": try session.submit(words[1], fail, number)
            case "report":
                let message = words.dropFirst(3).joined(separator: " ")
                try session.submit(words[1], report, scopes: .session, number, message)
            case "release": try session.context.setCancelEvent()
            case "crash": try session.submit(words[1], crashOnPurpose, number)
            case "wait":
                try await session.waitForAll()
                for task in try session.tasks { _ = task.resultOrNil() }
            case "watch": dashboard.watch(session, named: words[1])
            case "descriptors":
                // Leaves so many, or as many as there are for 0.
                var limit = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                let used = (0..<1024).last { fcntl($0, F_GETFD) >= 0 } ?? 0
                limit.rlim_cur = number == 0 ? limit.rlim_max : rlim_t(Int(used) + 1 + number)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            case "close": await pool.shutdown(.drain)
            case "quit":
                page.cancel()
                do { try await page.value } catch { say("page: \(type(of: error))") }
                await pool.shutdown(.drain)
                return say("ended")
            default: break
            }
            say("done")
        }
    }

    private static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Lines of standard input, which a thread of their own waits for.
    private static func lines() -> AsyncStream<String> {
        AsyncStream { lines in
            Thread.detachNewThread {
                while let line = readLine() { lines.yield(line) }
                lines.finish()
            }
        }
    }
}
