import Multitasking
import MultitaskingProcesses
import MultitaskingThreads
import Reporting

/// W18: W1, W2 and W11 as they are, for comparison with a build whose pools count and time nothing.
///
/// Times are the least of many runs: what disturbs the machine only makes some of them longer, and the difference is
/// smaller than that.
func counting() throws {
    try withPool(2) { pool in try reportLeast("w18", tasks: 20_000) { try pool.submit(nothing) } }
    let threads = try ThreadPool(maxWorkers: 2)
    try reportLeast("w18.threads", tasks: 100_000) { try threads.submit(nothing) }
    threads.shutdown(.drain)
}

private func reportLeast(_ name: String, tasks count: Int, _ submit: () throws -> Future<Void>) throws {
    func least(_ rounds: Int, of count: Int, _ body: () throws -> Void) throws -> Double {
        try (0..<rounds).map { _ in try microseconds(body) / Double(count) * 1000 }.min() ?? 0
    }
    report("\(name).one", try least(40, of: 2_000) { for _ in 0..<2_000 { try submit().value() } }, "ns")
    let each = try least(20, of: count) {
        let futures = try (0..<count).map { _ in try submit() }
        for future in futures { try future.value() }
    }
    report("\(name).each", each, "ns")
}
