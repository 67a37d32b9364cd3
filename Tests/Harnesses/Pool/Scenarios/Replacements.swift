import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let replacementScenarios: [String: Scenario] = [
    "replacements-leak-nothing": { try $0.replacementsLeakNothing() }
]

private func dieOrLive(_ number: Int) -> Int32 {
    switch number % 4 {
    case 0: kill(getpid(), SIGKILL)
    case 1: _exit(0)
    default: break
    }
    return getpid()
}

/// What a process holds of the system.
private struct Holdings: CustomStringConvertible {
    var descriptors: Int
    var mappings: Int
    /// Resident and not shared, in KiB.
    var memory: Int

    init(_ pid: Int32) {
        descriptors = Proc.entries("/proc/\(pid)/fd").count
        mappings = Proc.lineCount("/proc/\(pid)/maps")
        let pages = Proc.read("/proc/\(pid)/statm").split(separator: " ").compactMap { Int($0) }
        memory = pages.count > 2 ? (pages[1] - pages[2]) * 4 : 0
    }

    var description: String { "\(descriptors) descriptors, \(mappings) mappings, \(memory) KiB" }
}

extension Harness {
    /// Replaces workers as often as the command line says, killed and retired ones, and compares what client and
    /// supervisor hold at the end with what they held after the first few.
    func replacementsLeakNothing() throws {
        let count = max(number, 100)
        try withPool(maxWorkers: 2, limits: WorkerLimits(memory: 1 << 30, maxTasksPerWorker: 2)) { pool in
            var workers: Set<Int32> = []
            func replace(_ count: Int) throws {
                var left = count
                while left > 0 {
                    let before = pool.workerProcessIDs
                    let futures = try (0..<8).map { try pool.submit(dieOrLive, $0) }
                    for (index, future) in futures.enumerated() {
                        do {
                            workers.insert(try future.value(timeout: .seconds(20)))
                            check(index % 4 > 1, "a dead task returned")
                        } catch let error as MultitaskingError {
                            check(index % 4 < 2 && error.cause is WorkerFailure, "\(error)")
                        }
                    }
                    workers.formUnion(before)
                    // Four of the eight tasks have killed their workers; the rest are on top.
                    left -= 4
                }
                check(eventually { pool.workerProcessIDs.count == 2 }, "a worker is missing")
                // Until the supervisor has looked away from the last of the dead.
                checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
                usleep(50_000)
            }
            try replace(60)
            let supervisor = pool.supervisorProcessID
            let before = [Holdings(getpid()), Holdings(supervisor)]
            try replace(count)
            checkEqual(pool.supervisorProcessID, supervisor, "the supervisor")
            let after = [Holdings(getpid()), Holdings(supervisor)]
            for (before, after) in zip(before, after) {
                // The gauge of a worker may be open or not yet.
                check(after.descriptors <= before.descriptors + 2, "\(before) became \(after)")
                // The allocator and thread stacks may come and go, but not with each worker.
                check(after.mappings <= before.mappings + 16, "\(before) became \(after)")
                check(after.memory <= before.memory + 8192, "\(before) became \(after)")
            }
            check(workers.count >= min(count, 20_000) / 4, "only \(workers.count) workers were seen")
            report("\(count) replacements: client \(after[0]); supervisor \(after[1])")
        }
    }
}
