import Glibc
import Multitasking
import MultitaskingProcesses
import MultitaskingThreads
import Reporting

/// W17: by how many percent W1, W2 and a message take longer while a timeline is written, on processes and on threads.
/// In turns with and without, so that what disturbs the machine disturbs both.
func recording() throws {
    try withPool(2) { pool in
        try reportCost(of: pool, "w17", tasks: 20_000) { try pool.submit(nothing) }
    }
    let threads = try ThreadPool(maxWorkers: 2)
    try reportCost(of: threads, "w17.threads", tasks: 200_000) { try threads.submit(nothing) }
    threads.shutdown(.drain)
}

private func reportCost(
    of pool: any RecordingExecutor, _ name: String, tasks count: Int, _ submit: () throws -> Future<Void>
) throws {
    let path = "/tmp/ours-\(getpid()).trace.json"
    defer { unlink(path) }
    func percent(_ body: () throws -> Double) throws -> Double {
        var (without, with): ([Double], [Double]) = ([], [])
        for _ in 0..<9 {
            without.append(try body())
            with.append(try pool.record(to: path) { try body() })
        }
        return (with.sorted()[with.count / 2] / without.sorted()[without.count / 2] - 1) * 100
    }
    report(
        "\(name).one",
        try percent { try median(of: 5_000, warmUp: 500) { try microseconds { try submit().value() } } }, "%")
    let many = try percent {
        try microseconds {
            let futures = try (0..<count).map { _ in try submit() }
            for future in futures { try future.value() }
        }
    }
    report("\(name).each", many, "%")
    let channel = try pool.makeChannel(capacity: 64)
    let message = try percent {
        try median(of: 5_000, warmUp: 500) {
            try microseconds {
                _ = try channel.send(7, wait: .never)
                _ = try channel.receive(as: Int.self, wait: .never)
            }
        }
    }
    report("\(name).message", message, "%")
}
