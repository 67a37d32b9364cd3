import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingRay

/// Measures a pool of two workers on a cluster, and prints a line of JSON for each figure; see
/// Benchmarks/Peers/Python/cluster.py, which has a pool that is pure Python do the same.
///
///     ray-harness bench --address … [--ship] [--spread]
func runBench(on cluster: RayCluster, _ options: RayOptions) async throws {
    let pool = try await RayPool.make(on: cluster, maxWorkers: workerCount)
    try await warmUp(pool)
    try await measureLatency(pool)
    try await measureBurst(pool)
    try await measureMap(pool)
    try await measureEcho(pool)
    try await measureMessages(pool)
    await pool.shutdown(.drain)
    try await measureSpeedUp(on: RayCluster.connect(to: cluster.address, options: options.handingOver(8)))
}

/// Measures the primes of W25 on a pool of processes of this machine.
///
///     ray-harness bench-processes
func runProcessBench() async throws {
    let pool = try ProcessPool(maxWorkers: workerCount, startMethod: .spawn)
    for future in try (0..<8).map({ try pool.submit(length, [UInt8](repeating: 1, count: $0)) }) {
        _ = try await future.value()
    }
    try await report("w25.speedup", bestSpeedUp(pool))
    await pool.shutdown(.drain)
}

private let workerCount = 2

/// Of how many the best counts: memory and connections of all processes are used for the first time in the first ones.
private let rounds = 12

private func report(_ metric: String, _ value: Double) {
    print("{\"metric\": \"\(metric)\", \"value\": \(value)}")
    _ = fflush(nil)
}

private func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start) / .seconds(1)
}

/// Has both workers there, on both nodes.
private func warmUp(_ pool: RayPool) async throws {
    for _ in 0..<2 {
        let futures = try (0..<workerCount).map { _ in try pool.submit(nap) }
        for future in futures { try await future.value() }
    }
    for _ in 0..<50 { _ = try await pool.submit(length, []).value() }
}

private func measureLatency(_ pool: RayPool) async throws {
    let argument = [UInt8](repeating: 7, count: 1024)
    var times: [Double] = []
    for _ in 0..<300 {
        times.append(
            try await seconds { guard try await pool.submit(length, argument).value() == 1024 else { exit(1) } })
    }
    report("w20", times.sorted()[150] * 1e3)
}

private func measureBurst(_ pool: RayPool) async throws {
    let count = 1000
    var best = 0.0
    for _ in 0..<rounds {
        let time = try await seconds {
            for future in try (0..<count).map({ try pool.submit(twice, $0) }) { _ = try await future.value() }
        }
        best = max(best, Double(count) / time)
    }
    report("w21", best)
}

private func measureMap(_ pool: RayPool) async throws {
    let numbers = Array(0..<100_000)
    var best = 0.0
    for _ in 0..<rounds {
        let time = try await seconds {
            guard try await pool.map(twice, numbers).values().last == 199_998 else { exit(1) }
        }
        best = max(best, Double(numbers.count) / time)
    }
    report("w22", best)
}

private func measureEcho(_ pool: RayPool) async throws {
    let bytes = [UInt8](repeating: 7, count: 64 << 20)
    var best = Double.infinity
    for _ in 0..<rounds {
        best = min(
            best,
            try await seconds { guard try await pool.submit(same, bytes).value().count == bytes.count else { exit(1) } }
        )
    }
    report("w23", best * 1e3)
}

/// Messages of 64 bytes through the hub: 256 senders, each of which waits for its own message alone, and one receiver.
private func measureMessages(_ pool: RayPool) async throws {
    let (senders, each) = (256, 200)
    let message = [UInt8](repeating: 7, count: 64)
    let channel = try pool.makeChannel()
    var received = 0
    let time = try await seconds {
        try await withThrowingTaskGroup { group in
            for _ in 0..<senders {
                group.addTask {
                    for _ in 0..<each { _ = try await channel.sendAsynchronously(message, wait: .forever) }
                }
            }
            while received < senders * each {
                received += try await channel.receiveAsynchronously(upTo: 1024, as: [UInt8].self, wait: .forever).count
            }
            try await group.waitForAll()
        }
    }
    report("w24", Double(received) / time)
}

/// Hands over more calls than there are workers, which Ray has no room to run: the next one is there when a task ends.
/// In pure Python, Ray has all of them.
private func measureSpeedUp(on cluster: RayCluster) async throws {
    let pool = try await RayPool.make(on: cluster, maxWorkers: workerCount)
    try await warmUp(pool)
    try await report("w25.speedup", bestSpeedUp(pool))
    await pool.shutdown(.drain)
    cluster.close()
}

extension RayOptions {
    fileprivate func handingOver(_ count: Int) -> RayOptions {
        var options = self
        options.handOver = count
        return options
    }
}

private func bestSpeedUp(_ pool: some Executor) async throws -> Double {
    var best = 0.0
    for _ in 0..<6 { best = max(best, try await speedUp(pool)) }
    return best
}

/// How many times faster two workers find primes than one process.
private func speedUp(_ pool: some Executor) async throws -> Double {
    let parts = (0..<32).map { $0 * 250_000..<($0 + 1) * 250_000 }
    var alone = 0
    let oneAfterTheOther = await seconds { for part in parts { alone += countPrimes(part) } }
    var together = 0
    let atOnce = try await seconds {
        for future in try parts.map({ try pool.submit(countPrimes, $0) }) { together += try await future.value() }
    }
    guard alone == together else { exit(1) }
    return oneAfterTheOther / atOnce
}

// What tasks do.

func length(_ bytes: [UInt8]) -> Int { bytes.count }
func twice(_ number: Int) -> Int { number * 2 }
func same(_ bytes: [UInt8]) -> [UInt8] { bytes }
func nap() { usleep(500_000) }

func countPrimes(_ range: Range<Int>) -> Int {
    range.count { number in
        guard number > 1 else { return false }
        var divisor = 2
        while divisor * divisor <= number {
            if number % divisor == 0 { return false }
            divisor += 1
        }
        return true
    }
}
