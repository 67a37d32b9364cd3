import Multitasking
import MultitaskingDashboard

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// How many primes there are below a limit.
@Sendable func countPrimes(_ limit: Int) -> Int {
    (2..<limit).count { number in (2...).prefix { $0 * $0 <= number }.allSatisfy { !number.isMultiple(of: $0) } }
}

/// Ends its worker, so that there is a crash to be seen.
@Sendable func stumble(_ index: Int) -> Int { [1, 2, 3][index] }

/// Counts primes in many tasks, one of which crashes, while a bar and a page show it and a timeline is
/// written:
/// `swift run watch [tasks] [port]`.
@main struct WatchProgram {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let tasks = numbers.first ?? 400
        let port = numbers.dropFirst().first ?? 8787
        // Made before the page's server has threads, so that it can be forked.
        try await withProcessPoolExecutor(maxWorkers: 3) { manager in
            let session = try manager.session()
            let dashboard = Dashboard(watching: manager, named: "primes")
            dashboard.watch(session, named: "counting")
            let page = Task { try await dashboard.run(port: port) { print("Open \($0)") } }
            defer { page.cancel() }
            try await manager.record(to: "watch-trace.json") {
                for number in 0..<tasks {
                    try session.submit("count-\(number)", countPrimes, 20_000 + number % 7 * 10_000)
                }
                try session.submit("stumble", stumble, 3)
                try await session.waitForAll(showing: .progressBar)
            }
            print("Open watch-trace.json in https://ui.perfetto.dev")
            print(manager.statistics)
        }
    }
}
