import Multitasking
import MultitaskingThreads
import Reporting

/// W11: tasks that do nothing on two threads, one `submit` each; and one at a time.
func threads() throws {
    let pool = try ThreadPool(maxWorkers: 2)
    let count = 500_000
    for _ in 0..<2 {
        let time = try microseconds {
            let futures = try (0..<count).map { _ in try pool.submit(nothing) }
            for future in futures { try future.value() }
        }
        report("w11.each", Double(count) / time * 1e6, "/s")
    }
    report(
        "w11.latency", try median(of: 5000, warmUp: 5000) { try microseconds { try pool.submit(nothing).value() } },
        "us")
    pool.shutdown(.drain)
}
