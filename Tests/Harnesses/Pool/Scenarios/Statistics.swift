import Glibc
import MultitaskingCore
import MultitaskingProcesses

let statisticsScenarios: [String: Scenario] = [
    "statistics-outcomes": { try $0.statisticsOfOutcomes() },
    "statistics-times": { try $0.statisticsOfTimes() },
    "statistics-kills": { try $0.statisticsUnderKills() },
    "statistics-storm": { try $0.statisticsOfAStorm() },
    "statistics-replacements": { try $0.statisticsOfReplacements() },
]

private struct Refusal: Error, Codable {}

private func refuse(_ number: Int) throws -> Int { throw Refusal() }
private func dieBy(_ signal: Int32) -> Int {
    if signal == 0 { exit(3) }
    kill(getpid(), signal)
    while true { sleep(100) }
}
private func dieOften(_ number: Int) -> Int {
    if number % 7 == 3 { kill(getpid(), SIGKILL) }
    return number
}
private func nothing() {}

extension Harness {
    /// Each way in which a task can end is counted once, and all together they balance.
    func statisticsOfOutcomes() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        defer { pool.shutdown(.kill) }
        let queue = Queue(try pool.makeChannel())
        let flag = Flag(try pool.makeCancelSignal())
        let blockers = try (0..<2).map { _ in try pool.submit(waitForFlag, queue, flag) }
        for _ in 0..<2 { _ = try queue.channel.receive(as: Int32.self, wait: .upTo(.seconds(20))) }
        let values = try (0..<5).map { try pool.submit(double, $0) }
        let refusals = try (0..<3).map { try pool.submit(refuse, $0) }
        let expired = try pool.submit(double, options: TaskOptions(queueTimeout: .milliseconds(1)), 1)
        let cancelled = try (0..<4).map { try pool.submit(double, $0) }
        for future in cancelled { check(future.cancel(), "a queued task was not cancelled") }
        let dropped = 6
        for number in 0..<dropped { _ = try pool.submit(double, number) }
        var statistics = pool.statistics
        check(statistics.tasks.isBalanced, "\(statistics.tasks)")
        checkEqual(statistics.tasks.running, 2, "running tasks")
        checkEqual(statistics.tasks.queued, 5 + 3 + 1 + dropped, "queued tasks")
        checkEqual(statistics.workers.map(\.state), [.running, .running], "what the workers do")
        checkEqual(statistics.workers.map { $0.currentTask?.name }, ["waitForFlag", "waitForFlag"])
        usleep(2000)
        flag.signal.set()
        for future in blockers { _ = try future.value(timeout: .seconds(20)) }
        for future in values { _ = try future.value(timeout: .seconds(20)) }
        for future in refusals { check(future.waitUntilDone(.upTo(.seconds(20))), "not refused") }
        checkThrows(.queueTimedOut) { try expired.value(timeout: .seconds(20)) }
        for signal in [SIGKILL, SIGSEGV, SIGSEGV, 0] {
            let future = try pool.submit(dieBy, signal)
            check(future.waitUntilDone(.upTo(.seconds(20))), "a crashed task has not ended")
        }
        let late = try pool.submit(nap, options: TaskOptions(timeout: .milliseconds(50), gracePeriod: .zero), 20_000)
        checkThrows(.taskTimedOut) { try late.value(timeout: .seconds(20)) }
        // Its worker is dead, but it took long all the same.
        let killed = { pool.statistics.slowestTasks.first { $0.name == "nap" } }
        check(eventually { killed() != nil }, "the task that was killed is not among the slowest")
        check(
            killed().map { $0.runTime >= .milliseconds(40) && ($0.argumentSize ?? 0) > 0 } == true, "its time and size")
        let other = Flag(try pool.makeCancelSignal())
        let forced = try pool.submit(waitForFlag, queue, other)
        _ = try queue.channel.receive(as: Int32.self, wait: .upTo(.seconds(20)))
        _ = forced.cancel(force: true)
        check(forced.waitUntilDone(.upTo(.seconds(20))), "a cancelled task has not ended")
        withExtendedLifetime(other) {}
        check(forced.isCancelled, "the task ended as \(String(describing: forced.outcome()))")
        for future in try pool.everywhere(double, 4) { _ = try future.value(timeout: .seconds(20)) }
        let count = 2 + 5 + 3 + 1 + 4 + dropped + 4 + 1 + 1 + 2
        check(eventually { pool.statistics.tasks.succeeded == 2 + 5 + dropped + 2 }, "\(pool.statistics.tasks)")
        statistics = pool.statistics
        checkEqual(
            statistics.tasks,
            .init(
                submitted: count, succeeded: 2 + 5 + dropped + 2, failed: 3 + 1 + 4 + 1, cancelled: 4 + 1, retried: 0))
        checkEqual(
            statistics.crashes,
            [
                .init(cause: "SIGSEGV", count: 2), .init(cause: "SIGKILL", count: 1),
                .init(cause: "exit code 3", count: 1), .init(cause: "time limit", count: 1),
            ])
        let workers = statistics.workers
        checkEqual(workers.reduce(0) { $0 + $1.tasksFailed }, 3, "tasks that threw")
        checkEqual(workers.reduce(0) { $0 + ($1.tasksCrashed ?? 0) }, 6, "tasks that crashed")
        check(
            eventually { pool.statistics.workers.reduce(0) { $0 + ($1.replacements?.total ?? 0) } == 6 },
            "\(pool.statistics)")
        checkEqual(
            pool.statistics.workers.reduce(0) { $0 + ($1.replacements?.ended ?? 0) }, 2, "workers that were ended")
        pool.shutdown(.drain)
        checkEqual(pool.statistics.tasks.submitted, count, "tasks after the end")
        check(pool.statistics.tasks.isBalanced, "\(pool.statistics.tasks)")
        report(pool.statistics.description)
    }

    /// Queue times, run times and the slowest tasks of one worker, and what it has spent its time on.
    func statisticsOfTimes() throws {
        try withPool(maxWorkers: 1) { pool in
            _ = try pool.submit(double, 1).value(timeout: .seconds(20))
            let futures = try (0..<6).map { try pool.submit(nap, 20 + 10 * $0) }
            let large = try pool.submit(echoBytes, [UInt8](repeating: 3, count: 100_000))
            for future in futures { _ = try future.value(timeout: .seconds(20)) }
            _ = try large.value(timeout: .seconds(20))
            check(eventually { pool.statistics.workers[0].state == .waiting }, "the worker is not idle")
            let statistics = pool.statistics
            guard let queued = statistics.queueTime, let run = statistics.runTime else {
                return Checks.fail("times are missing")
            }
            checkEqual(queued.count, 8, "tasks whose queue time is known")
            checkEqual(run.count, 8, "tasks whose run time is known")
            check(run.longest >= .milliseconds(70) && run.longest < .seconds(10), "\(run)")
            check(run.p50 >= .milliseconds(18) && run.p50 <= run.p90 && run.p90 <= run.p99, "\(run)")
            // The last waited for all others.
            check(queued.longest >= .milliseconds(250) && queued.longest < .seconds(10), "\(queued)")
            let names = statistics.slowestTasks.map(\.name)
            checkEqual(names, Array(repeating: "nap", count: 5), "the slowest tasks")
            let runTimes = statistics.slowestTasks.map(\.runTime)
            checkEqual(runTimes, runTimes.sorted(by: >), "the order of the slowest tasks")
            check(statistics.slowestTasks.allSatisfy { ($0.argumentSize ?? 0) > 0 }, "\(statistics.slowestTasks)")
            let worker = statistics.workers[0]
            checkEqual(worker.tasksDone, 8, "tasks of the worker")
            check((worker.bytesIn ?? 0) > 100_000 && (worker.bytesOut ?? 0) > 100_000, "\(worker)")
            guard let times = worker.times else { return Checks.fail("the worker has no times") }
            check(times.running >= .milliseconds(270) && times.running < statistics.age, "\(times)")
            check((statistics.utilization ?? 0) > 0.2 && (statistics.utilization ?? 2) <= 1, "\(statistics)")
            check(times.starting.map { $0 > .zero } ?? false, "\(times)")
        }
    }

    /// Workers and the supervisor are killed at any moment, tasks crash and are cancelled, and the counts balance.
    func statisticsUnderKills() throws {
        var random = SplitMix64(seed: number)
        let pool = try ProcessPool(maxWorkers: 3, startMethod: method, arenaLimit: 64 << 20)
        defer { pool.shutdown(.kill) }
        var submitted = 0
        for round in 0..<12 {
            var futures: [Future<Int>] = []
            for number in 0..<40 {
                let options = TaskOptions(retries: number % 3 == 0 ? .onCrash(2) : .never)
                futures.append(try pool.submit(number % 5 == 0 ? nap : dieOften, options: options, number % 20))
                submitted += 1
                if random.next() % 16 == 0, let pid = pool.workerProcessIDs.randomElement(using: &random) {
                    kill(pid, SIGKILL)
                }
            }
            for future in futures where random.next() % 8 == 0 { _ = future.cancel(force: random.next() % 2 == 0) }
            if round % 4 == 3 { kill(pool.supervisorProcessID, SIGKILL) }
            for future in futures {
                check(future.waitUntilDone(.upTo(.seconds(30))), "a task has not ended")
                // Half of them are looked at, the others only dropped.
                if random.next() % 2 == 0 { _ = future.outcome() }
            }
            let tasks = pool.statistics.tasks
            check(tasks.isBalanced && tasks.queued == 0 && tasks.running == 0, "round \(round): \(tasks)")
            checkEqual(tasks.submitted, submitted, "submitted tasks")
            var counts = (succeeded: 0, failed: 0, cancelled: 0)
            for future in futures {
                switch future.outcome() {
                case .success?: counts.succeeded += 1
                case .cancelled?: counts.cancelled += 1
                default: counts.failed += 1
                }
            }
            checkEqual(
                counts.succeeded + counts.failed + counts.cancelled, futures.count, "outcomes of round \(round)")
        }
        pool.shutdown(.drain)
        let statistics = pool.statistics
        check(statistics.tasks.isBalanced && statistics.tasks.submitted == submitted, "\(statistics.tasks)")
        report(statistics.description)
    }

    /// Of many short tasks only some are timed, and these stand for all; a slow one among them is not missed.
    func statisticsOfAStorm() throws {
        try withPool(maxWorkers: 2) { pool in
            let count = 40_000
            for round in 0..<2 {
                let futures = try (0..<count).map { _ in try pool.submit(nothing) }
                let slow = round == 1 ? try pool.submit(nap, 60) : nil
                let more = try (0..<count).map { _ in try pool.submit(nothing) }
                for future in futures + more { try future.value() }
                _ = try slow?.value()
            }
            // A worker that has handed its result over may be preempted before it says how long the task took.
            check(eventually { pool.statistics.slowestTasks.contains { $0.name == "nap" } }, "\(pool.statistics)")
            let statistics = pool.statistics
            checkEqual(statistics.tasks.succeeded, 4 * count + 1, "tasks")
            for (what, times) in [("queue", statistics.queueTime), ("run", statistics.runTime)] {
                let part = Double(times?.count ?? 0) / Double(4 * count)
                check(part > 0.8 && part < 1.2, "the \(what) time is known of \(part) of the tasks")
            }
            check(statistics.slowestTasks.first.map { $0.runTime >= .milliseconds(55) } ?? false, "\(statistics)")
            report(statistics.description)
        }
    }

    /// Workers that leave because they have served for long enough are counted by that reason, their tasks go on.
    func statisticsOfReplacements() throws {
        try withPool(maxWorkers: 1, limits: WorkerLimits(maxTasksPerWorker: 5)) { pool in
            for number in 0..<20 { _ = try pool.submit(double, number).value(timeout: .seconds(20)) }
            check(eventually { pool.statistics.workers[0].replacements?.retired == 4 }, "\(pool.statistics)")
            let worker = pool.statistics.workers[0]
            checkEqual(worker.tasksDone, 20, "tasks of all workers with the number")
            checkEqual(worker.replacements?.total, 4, "replacements")
        }
    }
}
