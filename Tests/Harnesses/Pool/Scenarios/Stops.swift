import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let stopScenarios: [String: Scenario] = [
    "stop-idle-workers": { try $0.drainContinuesStoppedWorkers() },
    "stop-in-task": { try $0.aTaskThatStopsItselfGoesOn() },
    "stop-busy-worker": { try $0.aWorkerThatIsStoppedBetweenTasksIsNotReplaced() },
    "stop-again-and-again": { try $0.aTaskThatStopsForEverIsEnded() },
    "stop-supervisor": { try $0.aStoppedSupervisorGoesOn() },
    "stop-supervisor-for-good": { try $0.aSupervisorThatStaysStoppedIsReplaced() },
    "stop-copy": { try $0.aStoppedCopyGoesOn() },
    "stop-initializers": { try $0.initializersStopWithTheClient() },
    "initializing-client": { try runInitializingClient($0) },
    "stop-client": { try $0.thePoolStopsWithItsClient() },
]

/// Stops its process, or its group with a process that it has started.
private func stopAndReturn(_ x: Int, _ wholeGroup: Bool) -> Int {
    if wholeGroup { kill(0, SIGSTOP) } else { raise(SIGSTOP) }
    // Another thread may have been the one that was told.
    usleep(20_000)
    return x
}
private func stopForEver(_ x: Int) -> Int { while true { raise(SIGSTOP) } }
private func stopSupervisor(_ x: Int) -> Int32 { kill(getppid(), SIGSTOP) }
private func killItself(_ x: Int) -> Int32 { kill(getpid(), SIGKILL) }

/// Sleeps for a hundredth of a second at a time, and says how often.
func napInSteps(_ count: Int) -> Int {
    for _ in 0..<count { usleep(10_000) }
    return count
}

extension Harness {
    private var limit: Duration { .seconds(20) }

    private func expectRunning(_ pid: pid_t, line: Int = #line) {
        check(eventually { Proc.status(pid)?.state != "T" }, "process \(pid) stays stopped", line: line)
    }

    func drainContinuesStoppedWorkers() throws {
        try withPool { pool in
            check(eventually { pool.workerProcessIDs.count == 2 }, "the workers did not start")
            checkEqual(try pool.submit(double, 1).value(timeout: limit), 2)
            for pid in pool.workerProcessIDs { kill(pid, SIGSTOP) }
            checkEqual(try pool.submit(double, 2).value(timeout: limit), 4)
            for pid in pool.workerProcessIDs { expectRunning(pid) }
            // The pool is drained with stopped workers.
            for pid in pool.workerProcessIDs { kill(pid, SIGSTOP) }
        }
    }

    func aTaskThatStopsItselfGoesOn() throws {
        try withPool { pool in
            for isGroup in [false, true] {
                checkEqual(try pool.submit(stopAndReturn, 5, isGroup).value(timeout: limit), 5)
            }
        }
    }

    /// A worker that is stopped again and again, and runs tasks in between, is not taken for one that does not go on.
    /// It runs for so short a time that it is stopped nearly each time the supervisor looks.
    func aWorkerThatIsStoppedBetweenTasksIsNotReplaced() throws {
        try withPool(maxWorkers: 1) { pool in
            check(eventually { pool.workerProcessIDs.count == 1 }, "the worker did not start")
            guard let worker = pool.workerProcessIDs.first else { return }
            let end = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < end {
                kill(worker, SIGSTOP)
                let result = try pool.submit(processID, 1)
                usleep(70_000)
                kill(worker, SIGCONT)
                checkEqual(try result.value(timeout: limit), worker, "the worker")
            }
        }
    }

    func aTaskThatStopsForEverIsEnded() throws {
        try withPool { pool in
            let error = checkThrows(.workerCrashed) { try pool.submit(stopForEver, 1).value(timeout: limit) }
            checkEqual((error?.cause as? WorkerFailure)?.signalName, "SIGKILL")
            checkEqual(try pool.submit(double, 2).value(timeout: limit), 4)
        }
    }

    func aStoppedSupervisorGoesOn() throws {
        try withPool { pool in
            let supervisor = pool.supervisorProcessID
            let options = TaskOptions(timeout: .milliseconds(50), gracePeriod: .milliseconds(50))
            _ = try pool.submit(stopSupervisor, 1).value(timeout: limit)
            let late = try pool.submit(nap, options: options, 60_000)
            checkThrows(.taskTimedOut) { try late.value(timeout: limit) }
            _ = try pool.submit(stopSupervisor, 1).value(timeout: limit)
            checkThrows(.workerCrashed) { try pool.submit(killItself, 1).value(timeout: limit) }
            _ = try pool.submit(stopSupervisor, 1).value(timeout: limit)
            let asynchronous = try pool.submit(killItself, 1)
            runAsync {
                do {
                    _ = try await asynchronous.value(timeout: .seconds(20))
                    Checks.fail("a task that killed itself returned")
                } catch { checkEqual((error as? MultitaskingError)?.code, .workerCrashed, "error") }
            }
            checkEqual(pool.supervisorProcessID, supervisor, "the supervisor")
            // The pool is drained with a stopped supervisor.
            _ = try pool.submit(stopSupervisor, 1).value(timeout: limit)
        }
    }

    func aSupervisorThatStaysStoppedIsReplaced() throws {
        try withPool { pool in
            let supervisor = pool.supervisorProcessID
            let stopper = startThread {
                while kill(supervisor, SIGSTOP) == 0 { usleep(50) }
            }
            let lost = try pool.submit(nap, 60_000)
            checkThrows(.supervisorLost) { try lost.value(timeout: limit) }
            check(pool.supervisorProcessID != supervisor, "the supervisor is not replaced")
            checkEqual(try pool.submit(double, 2).value(timeout: limit), 4)
            pthread_join(stopper, nil)
        }
    }

    func aStoppedCopyGoesOn() throws {
        guard method == .fork else { return }
        try withPool { pool in
            let base = number
            checkEqual(try pool.submit(1) { stopAndReturn($0 + base, false) }.value(timeout: limit), base + 1)
        }
    }

    /// Workers and copies stop and go on with the client, and the time does not count against a task's limit.
    func thePoolStopsWithItsClient() throws {
        let client = try launch("stopped-client", method, [])
        defer { kill(client.pid, SIGKILL) }
        let pids = client.readLine().split(separator: " ").compactMap { pid_t($0) }
        checkEqual(pids.count, 2, "how many members")
        for _ in 0..<2 {
            kill(client.pid, SIGSTOP)
            let areStopped = eventually { pids.allSatisfy { Proc.status($0)?.state == "T" } }
            check(areStopped, "members do not stop with the client")
            usleep(700_000)
            check(pids.allSatisfy { Proc.status($0)?.state == "T" }, "members go on while the client is stopped")
            kill(client.pid, SIGCONT)
            for pid in pids { expectRunning(pid) }
        }
        checkEqual(client.readLine(), "100 100", "the results")
        checkEqual(client.waitForEnd(), 0, "how the client ended")
        close(client.output)
    }

    /// The time during which the client is stopped does not count against an initializer's limit.
    func initializersStopWithTheClient() throws {
        let client = try launch("initializing-client", method, [])
        defer { kill(client.pid, SIGKILL) }
        checkEqual(client.readLine(), "initializing")
        kill(client.pid, SIGSTOP)
        sleep(3)
        kill(client.pid, SIGCONT)
        checkEqual(client.readLine(), "8 after 1 initializers", "the result")
        checkEqual(client.waitForEnd(), 0, "how the client ended")
        close(client.output)
    }
}

/// The client of `stop-initializers`: says when its worker's initializer has begun, then what a task returns, and
/// how many workers that took.
private func runInitializingClient(_ harness: Harness) throws {
    try withCounter { path in
        let pool = try ProcessPool(
            maxWorkers: 1, startMethod: harness.method, arenaLimit: 64 << 20, initializer: initializeInSteps, path,
            initializerTimeout: .seconds(2))
        check(eventually { Proc.size(path) == 1 }, "the initializer does not begin")
        report("initializing")
        let value = try pool.submit(double, 4).value(timeout: .seconds(60))
        report("\(value) after \(Proc.size(path)) initializers")
        pool.shutdown(.drain)
    }
}

private func initializeInSteps(_ path: String) {
    _ = countCall(path)
    _ = napInSteps(100)
}

/// The client of `stop-client` and of the terminal's jobs: prints its members, then what their tasks return.
func runStoppedClient(_ harness: Harness) throws {
    let pool = try ProcessPool(maxWorkers: 2, startMethod: harness.method, arenaLimit: 64 << 20)
    let options = TaskOptions(timeout: .seconds(3), gracePeriod: .zero)
    // Also when the supervisor has rested before, because all workers slept.
    check(eventually { pool.workerProcessIDs.count == 2 }, "the workers do not start")
    check(harness.isQuiet([pool.supervisorProcessID], wakes: 0), "the supervisor of an idle pool does not rest")
    let tasks = try (0..<2).map { _ in try pool.submit(napInSteps, options: options, 100) }
    check(eventually { tasks.allSatisfy(\.isRunning) && pool.workerProcessIDs.count == 2 }, "the tasks do not start")
    report(pool.workerProcessIDs.map { "\($0)" }.joined(separator: " "))
    report(try tasks.map { "\(try $0.value(timeout: .seconds(60)))" }.joined(separator: " "))
    pool.shutdown(.drain)
}
