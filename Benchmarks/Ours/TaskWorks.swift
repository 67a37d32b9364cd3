import Glibc
import Multitasking
import MultitaskingProcesses
import Reporting

@Sendable func nothing() {}
@Sendable func successor(_ number: Int) -> Int { number + 1 }

/// A pool for the time of `body`.
func withPool<Value>(
    _ workers: Int, limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
    _ body: (ProcessPool) throws -> Value
) throws -> Value {
    let pool = try ProcessPool(maxWorkers: workers, limits: limits, captures: captures)
    defer { pool.shutdown(.drain) }
    try pool.submit(nothing).value()
    return try body(pool)
}

/// W1: one task that does nothing, until it is known to be done; while the worker looks for work, and while it sleeps.
func oneTask() throws {
    try withPool(2) { pool in
        report(
            "w1.free", try median(of: 20_000, warmUp: 20_000) { try microseconds { try pool.submit(nothing).value() } },
            "us")
        let parked = try median(of: 200) {
            usleep(2000)
            return try microseconds { try pool.submit(nothing).value() }
        }
        report("w1.parked", parked, "us")
    }
}

/// W2: 20,000 tasks that do nothing, by one `submit` each, and as elements of one `map`.
func manyTasks() throws {
    let count = 20_000
    try withPool(2) { pool in
        let each = try median(of: 5) {
            try microseconds {
                let futures = try (0..<count).map { _ in try pool.submit(nothing) }
                for future in futures { try future.value() }
            }
        }
        report("w2.each", Double(count) / each * 1e6, "/s")
        let map = try median(of: 5) { try microseconds { _ = try pool.map(successor, 0..<count).values() } }
        report("w2.map", Double(count) / map * 1e6, "/s")
    }
}

/// W10: a million tasks in the queue; how long until the last is done, and what one takes up in shared memory.
func millionTasks() throws {
    let count = 1_000_000
    try withPool(2) { pool in
        let before = sharedMemoryInUse()
        var futures: [Future<Void>] = []
        futures.reserveCapacity(count)
        let time = try microseconds {
            for _ in 0..<count { futures.append(try pool.submit(nothing)) }
            for future in futures { try future.value() }
        }
        report("w10.time", time / 1e6, "s")
        report("w10.bytes", Double(sharedMemoryInUse() - before) / Double(count), "B")
    }
}

/// How the time of 20,000 tasks grows with the number of workers, of which only some have a core.
func growWorkers() throws {
    for workers in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
        try withPool(workers) { pool in
            let count = 20_000
            let each = try median(of: 3) {
                try microseconds {
                    let futures = try (0..<count).map { _ in try pool.submit(nothing) }
                    for future in futures { try future.value() }
                }
            }
            report("grow.workers.each.\(workers)", each / Double(count), "us")
            let time = try microseconds { _ = try findPrimes(upTo: 2_000_000, on: pool) }
            report("grow.workers.primes.\(workers)", time / 1e6, "s")
        }
    }
}

/// How the time of one task grows with the number of tasks that wait before it.
func growTasks() throws {
    for count in [100, 1_000, 10_000, 100_000, 1_000_000] {
        try withPool(2) { pool in
            let time = try microseconds {
                let futures = try (0..<count).map { _ in try pool.submit(nothing) }
                for future in futures { try future.value() }
            }
            report("grow.tasks.\(count)", time / Double(count), "us")
        }
    }
}
