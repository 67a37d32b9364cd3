import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let memoryScenarios: [String: Scenario] = [
    "memory-large-payloads": { try $0.largePayloads() },
    "memory-limit": { try $0.memoryLimit() },
    "memory-result-too-large": { try $0.resultTooLarge() },
    "memory-many-sizes": { try $0.manySizes() },
    "memory-large-at-once": { try $0.largeAtOnce() },
    "memory-small-arena": { try $0.smallArena() },
    "memory-after-shutdown": { try $0.memoryAfterShutdown() },
    "memory-in-core-dumps": { try $0.memoryInCoreDumps() },
    "memory-of-copies": { try $0.memoryOfCopies() },
    "memory-of-copies-at-rest": { try $0.memoryOfCopiesAtRest() },
]

/// Bytes that do not shrink when they are compressed.
func noise(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: count)
    let words = (0..<(count + 7) / 8).map { _ in random.next() }
    return unsafe words.withUnsafeBytes { unsafe Array($0.prefix(count)) }
}
private func makeNoise(_ count: Int) -> [UInt8] { noise(count) }
private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

/// How many mappings of a pool's memory this process has, and how many of them a core dump leaves out.
private func mappings(_ number: Int) -> [Int] {
    var isPool = false
    var counts = [0, 0]
    for line in Proc.read("/proc/self/smaps").split(separator: "\n") {
        if line.contains("-") && line.contains("/") { isPool = line.contains("memfd:swift-multitasking") }
        guard isPool, line.hasPrefix("VmFlags:") else { continue }
        counts[0] += 1
        if line.split(separator: " ").contains("dd") { counts[1] += 1 }
    }
    return counts
}

extension Harness {
    /// The memory of a pool is as large as half of the machine's, so no core dump of its processes contains it.
    func memoryInCoreDumps() throws {
        try withPool(maxWorkers: 1, captures: .byValueOrCopies) { pool in
            checkEqual(mappings(0), [1, 1])
            checkEqual(try pool.submit(mappings, 0).value(timeout: .seconds(20)), [1, 1])
        }
    }

    /// Each of four workers, the client and copies of it use each size, in less memory than a chunk of each size for
    /// each of them would take.
    func smallArena() throws {
        try withPool(maxWorkers: 4, arenaLimit: 24 << 20, captures: .byValueOrCopies) { pool in
            for round in 0..<2 {
                for size in (8..<20).map({ 1 << $0 - 100 }) {
                    let futures = try (0..<8).map { _ in try pool.submit(makeNoise, size) }
                    for future in futures { checkEqual(try future.value(timeout: .seconds(20)), noise(size)) }
                    for _ in 0..<8 {
                        checkEqual(try pool.submit(echoBytes, noise(size)).value(timeout: .seconds(20)), noise(size))
                    }
                    final class Local { var size = 0 }
                    let local = Local()
                    local.size = size
                    nonisolated(unsafe) let captured = local
                    let copies = try (0..<4).map { _ in try pool.submit { noise(unsafe captured.size) } }
                    for future in copies {
                        check(try future.value(timeout: .seconds(20)) == noise(size), "round \(round), \(size) bytes")
                    }
                }
            }
        }
    }

    /// Of a pool that was shut down but is kept, only what was not read takes memory.
    func memoryAfterShutdown() throws {
        let megabytes = 1 << 20
        for mode in [ShutdownMode.drain, .kill] {
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method)
            let read = try (0..<20).map { _ in try pool.submit(makeNoise, 4 * megabytes) }
            let unread = try pool.submit(makeNoise, 3 * megabytes)
            for future in read { checkEqual(try future.value(timeout: .seconds(20)).count, 4 * megabytes) }
            check(eventually { unread.isDone }, "a task does not end")
            pool.shutdown(mode)
            let resident = Proc.sharedMemory(getpid())
            check(resident < 16 * megabytes, "a pool that has been shut down has \(resident) bytes of shared memory")
            checkEqual(try unread.value(timeout: .seconds(20)), noise(3 * megabytes))
            withExtendedLifetime(pool) {}
        }
    }

    /// Copies of the client leave chunks of their own, six of twelve, of which a worker then needs the most.
    func memoryOfCopies() throws {
        try withPool(maxWorkers: 1, arenaLimit: 12 << 20, captures: .byValueOrCopies) { pool in
            for _ in 0..<3 {
                try useCopies(pool)
                checkEqual(try pool.submit(makeNoise, 6 << 20).value(), noise(6 << 20))
            }
        }
    }

    /// The same, but it is the client that needs them, when all others sleep.
    func memoryOfCopiesAtRest() throws {
        try withPool(maxWorkers: 1, arenaLimit: 12 << 20, captures: .byValueOrCopies) { pool in
            // Until the supervisor rests, of which it tells nobody.
            try useCopies(pool) { usleep(1_500_000) }
            let options = TaskOptions(waitForRoom: .upTo(.seconds(5)))
            checkEqual(try pool.submit(options: options, noise(6 << 20)) { $0.count }.value(), 6 << 20)
        }
    }

    /// Has copies of the client return six results of different sizes, which are all there before the first is read.
    private func useCopies(_ pool: ProcessPool, beforeReading: () -> Void = {}) throws {
        let futures = try (8..<14).map { exponent in
            final class Local { var size = 0 }
            let local = Local()
            local.size = 1 << exponent - 100
            nonisolated(unsafe) let captured = local
            return (local.size, try pool.submit { noise(unsafe captured.size) })
        }
        for (size, future) in futures { check(future.waitUntilDone(.upTo(.seconds(20))), "\(size) bytes") }
        beforeReading()
        for (size, future) in futures { check(try future.value() == noise(size), "\(size) bytes") }
    }

    func largePayloads() throws {
        try withPool { pool in
            for count in [1 << 20, (1 << 20) + 1, 64 << 20] {
                let bytes = [UInt8](repeating: UInt8(count & 0xff) | 3, count: count)
                check(try pool.submit(echoBytes, bytes).value() == bytes, "\(count) bytes came back changed")
            }
        }
    }

    func memoryLimit() throws {
        try withPool(maxWorkers: 1, arenaLimit: 32 << 20) { pool in
            let flag = try pool.makeCancelSignal()
            let queue = try pool.makeChannel(capacity: nil)
            let blocker = try pool.submit(waitForFlag, Queue(queue), Flag(flag))
            let big = noise(5 << 20)
            var held: [Future<Int>] = []
            var error: MultitaskingError?
            while error == nil, held.count < 20 {
                do {
                    held.append(try pool.submit(options: TaskOptions(waitForRoom: .never), big) { $0.count })
                } catch let failure as MultitaskingError { error = failure }
            }
            checkEqual(error?.code, .arenaLimitReached)
            check((2...6).contains(held.count), "\(held.count) tasks of 5 MiB fit into 32 MiB")
            checkThrows(.arenaLimitReached) {
                try pool.submit(options: TaskOptions(waitForRoom: .upTo(.milliseconds(50))), big) { $0.count }
            }
            let setter = startThread {
                usleep(50_000)
                flag.set()
            }
            held.append(try pool.submit(big) { $0.count })
            pthread_join(setter, nil)
            for future in held { checkEqual(try future.value(), 5 << 20) }
            _ = try blocker.value()
            checkThrows(.arenaLimitReached) {
                try pool.submit(noise(33 << 20)) { $0.count }
            }
            // It must not wait for room that there never is.
            let dependent = try pool.submit(resultsOf: Future.completed(noise(33 << 20))) { $0.count }
            checkThrows(.arenaLimitReached) { try dependent.value(timeout: .seconds(20)) }
            checkEqual(try pool.submit(double, 1).value(), 2)
        }
    }

    func resultTooLarge() throws {
        try withPool(maxWorkers: 1, arenaLimit: 16 << 20) { pool in
            for _ in 0..<3 {
                checkThrows(.arenaLimitReached) { try pool.submit(makeNoise, 20 << 20).value() }
                checkEqual(try pool.submit(makeBytes, 2 << 20).value().count, 2 << 20)
            }
        }
    }

    func manySizes() throws {
        try withPool { pool in
            var random = SplitMix64(seed: number)
            for _ in 0..<20 {
                let payloads = (0..<20).map { _ in
                    pattern(Int.random(in: 0...(1 << Int.random(in: 0...18, using: &random)), using: &random))
                }
                let futures = try payloads.map { try pool.submit(echoBytes, $0) }
                for (future, payload) in zip(futures, payloads) {
                    check(try future.value() == payload, "\(payload.count) bytes came back changed")
                }
            }
        }
    }

    /// Several threads and workers take and give back whole chunks at the same time.
    func largeAtOnce() throws {
        try withPool(maxWorkers: 3, arenaLimit: 128 << 20) { pool in
            onThreads(3) { thread in
                for round in 0..<25 {
                    let bytes = noise((1 << 20) + thread + (round % 3) << 20)
                    do {
                        let back = try pool.submit(echoBytes, bytes).value()
                        check(back == bytes, "\(bytes.count) bytes came back changed")
                    } catch { Checks.fail("\(error)") }
                }
            }
        }
    }
}
