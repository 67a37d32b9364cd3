import Glibc
import MultitaskingCore
import MultitaskingProcesses

let elasticScenarios: [String: Scenario] = [
    "elastic-grows-and-shrinks": { try $0.growsAndShrinks() },
    "elastic-from-none": { try $0.growsFromNone() },
    "elastic-keeps-without-idle-time": { try $0.keepsWithoutIdleTime() },
    "elastic-races": { try $0.elasticRaces() },
    "elastic-supervisor-killed": { try $0.elasticSupervisorKilled() },
    "elastic-shutdown": { try $0.elasticShutdown() },
    "elastic-idle-workers-killed": { try $0.idleWorkersKilledAgainAndAgain() },
]

extension Harness {
    private func elastic(_ minimum: Int, _ idle: Duration? = .milliseconds(100)) -> WorkerLimits {
        WorkerLimits(minimumWorkers: minimum, idleTime: idle)
    }

    func growsAndShrinks() throws {
        try withPool(maxWorkers: 4, limits: elastic(1)) { pool in
            check(eventually { pool.workerProcessIDs.count == 1 }, "the first worker did not start")
            let kept = pool.workerProcessIDs
            for _ in 0..<3 {
                let flag = try pool.makeCancelSignal()
                let started = try pool.makeChannel(capacity: nil)
                // All four must run at the same time, or the last does not tell.
                let tasks = try (0..<4).map { _ in try pool.submit(waitForFlag, Queue(started), Flag(flag)) }
                for _ in tasks {
                    let pid = try started.receive(as: Int32.self, wait: .upTo(.seconds(20)))
                    check(pid != nil, "the pool does not grow")
                }
                let more = try (0..<20).map { try pool.submit(double, $0) }
                checkEqual(pool.workerProcessIDs.count, 4, "workers")
                flag.set()
                for task in tasks { _ = try task.value(timeout: .seconds(20)) }
                checkEqual(try more.map { try $0.value(timeout: .seconds(20)) }, (0..<20).map { $0 * 2 })
                check(eventually { pool.workerProcessIDs == kept }, "\(pool.workerProcessIDs) are left of \(kept)")
            }
            // One task after the other is for one worker.
            for number in 0..<100 {
                checkEqual(try pool.submit(double, number).value(timeout: .seconds(20)), number * 2)
            }
        }
    }

    func growsFromNone() throws {
        try withPool(maxWorkers: 2, limits: elastic(0, .milliseconds(20))) { pool in
            for round in 0..<5 {
                check(eventually { pool.workerProcessIDs.isEmpty }, "workers \(pool.workerProcessIDs) are left")
                checkEqual(try pool.submit(double, round).value(timeout: .seconds(20)), round * 2)
                let futures = try (0..<50).map { try pool.submit(double, $0) }
                checkEqual(try futures.map { try $0.value(timeout: .seconds(20)) }, (0..<50).map { $0 * 2 })
            }
        }
    }

    func keepsWithoutIdleTime() throws {
        try withPool(maxWorkers: 2, limits: elastic(0, nil)) { pool in
            let pids = try (0..<2).map { _ in try pool.submit(nap, 50) }
            for pid in pids { _ = try pid.value(timeout: .seconds(20)) }
            let workers = pool.workerProcessIDs
            check(!workers.isEmpty, "no worker is kept")
            checkEqual(try pool.submit(nap, 300).value(timeout: .seconds(20)), 300)
            checkEqual(pool.workerProcessIDs, workers, "workers")
        }
    }

    /// Submits at the very moments at which workers leave.
    func elasticRaces() throws {
        var random = SplitMix64(seed: number)
        try withPool(maxWorkers: 2, limits: elastic(0, .milliseconds(2))) { pool in
            for round in 0..<300 {
                usleep(UInt32.random(in: 500..<4000, using: &random))
                let futures = try (0..<Int.random(in: 1...3, using: &random)).map {
                    try pool.submit(double, round + $0)
                }
                for (offset, future) in futures.enumerated() {
                    checkEqual(try future.value(timeout: .seconds(20)), (round + offset) * 2)
                }
            }
        }
    }

    func elasticSupervisorKilled() throws {
        var random = SplitMix64(seed: number)
        let limits = WorkerLimits(
            memory: 64 << 20, maxTasksPerWorker: 5, minimumWorkers: 1, idleTime: .milliseconds(50))
        try withPool(maxWorkers: 3, limits: limits) { pool in
            for round in 0..<8 {
                let futures = try (0..<30).map { try pool.submit(double, round + $0) }
                usleep(UInt32.random(in: 0..<20_000, using: &random))
                kill(pool.supervisorProcessID, SIGKILL)
                for (offset, future) in futures.enumerated() {
                    do { checkEqual(try future.value(timeout: .seconds(20)), (round + offset) * 2) } catch let error
                        as MultitaskingError
                    { checkEqual(error.code, .supervisorLost, "\(error)") }
                }
            }
            // The successor keeps the same limits. The last workers of its predecessor may still take a task and die of
            // it.
            let again = TaskOptions(retries: .onCrash(5))
            let pids = try (0..<60).map { try pool.submit(processID, options: again, $0) }
                .map { try $0.value(timeout: .seconds(20)) }
            let counts = Dictionary(pids.map { ($0, 1) }, uniquingKeysWith: +)
            check(counts.values.allSatisfy { $0 <= 5 }, "a worker ran \(counts.values.max() ?? 0) tasks")
            check(eventually { pool.workerProcessIDs.count == 1 }, "workers \(pool.workerProcessIDs) are left")
        }
    }

    func elasticShutdown() throws {
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            for minimum in [0, 1] {
                let pool = try ProcessPool(
                    maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20, limits: elastic(minimum, .milliseconds(5))
                )
                let futures = try (0..<20).map { try pool.submit(nap, $0 % 3) }
                pool.shutdown(mode)
                check(futures.allSatisfy(\.isDone), "a task is not over after the shutdown")
                if mode == .drain {
                    checkEqual(try futures.map { try $0.value() }, (0..<20).map { $0 % 3 })
                }
            }
        }
    }

    /// Workers that are killed as soon as they appear are not forked as fast as they are killed.
    func idleWorkersKilledAgainAndAgain() throws {
        // Without an initializer, which would be to blame for workers that are killed in it.
        try withPool(maxWorkers: 2, wrapped: .none) { pool in
            var killed: Set<Int32> = []
            let end = ContinuousClock.now + .seconds(1)
            while ContinuousClock.now < end {
                for pid in pool.workerProcessIDs where killed.insert(pid).inserted { kill(pid, SIGKILL) }
            }
            check((3...40).contains(killed.count), "\(killed.count) workers were started within a second")
            checkEqual(try pool.submit(double, 2).value(timeout: .seconds(20)), 4)
        }
    }
}
