import Glibc
import MultitaskingCore
import MultitaskingProcesses

let suicideScenarios: [String: Scenario] = [
    "crash-many": { try $0.manyCrashes() },
    "crash-report-time": { try $0.timeToReport() },
]

/// Kills its own process, so that nothing of it can tell.
private func killOneself(_ number: Int) -> Int {
    kill(getpid(), SIGKILL)
    return -number
}

extension Harness {
    /// As many tasks that kill their workers as the command line says, among as many that do not: each crash is
    /// reported as one, and each value arrives.
    fileprivate func manyCrashes() throws {
        let count = max(1, number)
        let start = ContinuousClock.now
        try withPool(maxWorkers: 2) { pool in
            let futures = try (0..<2 * count).map { index in
                try index % 2 == 0 ? pool.submit(killOneself, index) : pool.submit(double, index)
            }
            var crashes = 0
            var values = 0
            for (index, future) in futures.enumerated() {
                do {
                    checkEqual(try future.value(timeout: .seconds(60)), index * 2, "value of task \(index)")
                    values += 1
                } catch let error as MultitaskingError {
                    let failure = error.cause as? WorkerFailure
                    check(error.code == .workerCrashed && failure?.signal == SIGKILL, "task \(index): \(error)")
                    check(failure?.phase == .running && failure?.attempt == 1, "task \(index): \(error)")
                    crashes += 1
                }
            }
            checkEqual(crashes, count, "the number of crashes")
            checkEqual(values, count, "the number of values")
        }
        report("\(count) crashes among \(count) results in \(ContinuousClock.now - start)")
    }

    /// Says how long it takes from the death of a worker until whoever waits for its task knows.
    fileprivate func timeToReport() throws {
        var times: [Duration] = []
        try withPool(maxWorkers: 2) { pool in
            let died = try pool.makeChannel(capacity: nil)
            for _ in 0..<max(1, number) {
                let future = try pool.submit(Queue(died)) { (died: Queue) throws -> Int in
                    var time = timespec()
                    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
                    _ = try died.channel.send(time.tv_sec * 1_000_000_000 + time.tv_nsec, wait: .forever)
                    kill(getpid(), SIGKILL)
                    return 0
                }
                checkThrows(.workerCrashed) { try future.value(timeout: .seconds(30)) }
                var time = timespec()
                _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
                let death = try died.receive(as: Int.self, wait: .forever) ?? 0
                times.append(.nanoseconds(time.tv_sec * 1_000_000_000 + time.tv_nsec - death))
                usleep(3000)
            }
        }
        times.sort()
        report("median \(times[times.count / 2]), best \(times[0]), worst \(times[times.count - 1])")
    }
}
