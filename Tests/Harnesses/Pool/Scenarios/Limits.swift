import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let limitScenarios: [String: Scenario] = [
    "limit-tasks": { try $0.limitOfTasks() },
    "limit-one-task": { try $0.limitOfOneTask() },
    "limit-tasks-jitter": { try $0.jitterOfTasks() },
    "limit-age": { try $0.limitOfAge() },
    "limit-memory": { try $0.limitOfMemory() },
    "limit-memory-copy": { try $0.limitOfMemoryOfCopy() },
    "limit-memory-initializer": { try $0.limitOfMemoryOfInitializer() },
    "limit-memory-supervisor-killed": { try $0.limitOfMemoryOutlivesTheSupervisor() },
    "limit-idle-memory": { try $0.limitOfIdleMemory() },
    "limit-address-space": { try $0.limitOfAddressSpace() },
    "limit-too-small-to-start": { try $0.limitTooSmallToStart() },
    "limit-cores": { try $0.limitOfCores() },
    "limit-spin-time": { try $0.limitOfSpinTime() },
    "limit-invalid": { try $0.invalidLimits() },
]

/// A block of so many bytes that were written to, also in an optimized build, which leaves out memory that nobody looks
/// at.
private func fill(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let block = unsafe malloc(bytes)
    if let block = unsafe block {
        unsafe memset(block, 1, bytes)
        // To nowhere: the compiler does not know that.
        _ = unsafe write(-1, block, bytes)
    }
    return unsafe block
}

/// Takes so many bytes, waits, and gives them back.
private func hold(_ bytes: Int, _ milliseconds: Int) -> Int32 {
    let block = unsafe fill(bytes)
    usleep(useconds_t(milliseconds * 1000))
    unsafe free(block)
    return getpid()
}

/// Takes so many bytes for ever.
private func leak(_ bytes: Int) -> Int32 {
    _ = unsafe fill(bytes)
    return getpid()
}
private func allocates(_ bytes: Int) -> Bool {
    let block = unsafe malloc(bytes)
    defer { unsafe free(block) }
    if let block = unsafe block { _ = unsafe write(-1, block, 1) }
    return unsafe block != nil
}
private func hoggingInitializer() { _ = hold(256 << 20, 5000) }
private func greedyInitializer() throws { guard makeBytes(256 << 20).count > 0 else { throw PlainFailure(number: 1) } }
private func currentNiceness(_ x: Int) -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

/// The cores a process may run on, as /proc writes them: "0-3,5".
private func cores(of pid: Int32) -> String {
    let lines = Proc.read("/proc/\(pid)/status").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("Cpus_allowed_list:") } ?? ""
    return String(line.dropFirst("Cpus_allowed_list:".count).drop { $0 == "\t" })
}

private func answerUntilClosed(_ questions: Queue, _ answers: Queue) throws {
    while let number = try questions.channel.receive(as: Int.self, wait: .forever) {
        _ = try answers.channel.send(number, wait: .forever)
    }
}

extension Harness {
    func limitOfTasks() throws {
        try withPool(limits: WorkerLimits(maxTasksPerWorker: 10)) { pool in
            let futures = try (0..<500).map { try pool.submit(processID, $0) }
            var counts: [Int32: Int] = [:]
            for future in futures { counts[try future.value(timeout: .seconds(30)), default: 0] += 1 }
            check(counts.values.allSatisfy { $0 <= 10 }, "a worker ran \(counts.values.max() ?? 0) tasks")
            check(counts.count >= 50, "only \(counts.count) workers ran 500 tasks")
            checkEqual(counts.values.reduce(0, +), 500, "tasks")
            // Workers that leave while nothing is queued are replaced as well.
            for number in 0..<50 {
                checkEqual(try pool.submit(double, number).value(timeout: .seconds(30)), number * 2)
            }
            check(eventually { pool.workerProcessIDs.count == 2 }, "a worker was not replaced")
        }
    }

    /// What is queued behind a worker's last task is not stranded.
    func limitOfOneTask() throws {
        try withPool(maxWorkers: 1, limits: WorkerLimits(maxTasksPerWorker: 1, maxTasksJitter: 1)) { pool in
            let queued = try (0..<100).map { try pool.submit(processID, $0) }
            let pids = try queued.map { try $0.value(timeout: .seconds(30)) }
            checkEqual(Set(pids).count, 100, "workers")
            for number in 0..<50 {
                checkEqual(try pool.submit(double, number).value(timeout: .seconds(30)), number * 2)
            }
            let last = try (0..<20).map { try pool.submit(double, $0) }
            let failing = try pool.submit(3) { (number: Int) throws -> Int in throw CodableFailure(number: number) }
            let crashing = try pool.submit(struckIn, Grenade(.sigkill, .never))
            let afterwards = try pool.submit(double, 21)
            pool.shutdown(.drain)
            do { Checks.fail("the failing task returned \(try failing.value())") } catch {
                check(error is CodableFailure, "the failing task threw \(error)")
            }
            checkThrows(.workerCrashed) { try crashing.value() }
            checkEqual(try afterwards.value(), 42)
            checkEqual(try last.map { try $0.value() }, (0..<20).map { $0 * 2 })
        }
    }

    func jitterOfTasks() throws {
        try withPool(maxWorkers: 1, limits: WorkerLimits(maxTasksPerWorker: 40, maxTasksJitter: 0.5)) { pool in
            let futures = try (0..<800).map { try pool.submit(processID, $0) }
            var counts: [Int32: Int] = [:]
            let pids = try futures.map { try $0.value(timeout: .seconds(30)) }
            for pid in pids { counts[pid, default: 0] += 1 }
            if let last = pids.last { counts[last] = nil }
            check(counts.values.allSatisfy { (20...40).contains($0) }, "workers ran \(counts.values.sorted()) tasks")
            // Twenty draws of one in twenty-one that are all the same do not happen.
            check(Set(counts.values).count > 1, "all workers ran \(counts.values.first ?? 0) tasks")
        }
    }

    func limitOfAge() throws {
        try withPool(limits: WorkerLimits(age: .milliseconds(50))) { pool in
            check(eventually { pool.workerProcessIDs.count == 2 }, "the workers did not start")
            let first = Set(pool.workerProcessIDs)
            let areReplaced = eventually {
                let now = Set(pool.workerProcessIDs)
                return now.count == 2 && now.isDisjoint(with: first)
            }
            check(areReplaced, "idle workers are not replaced when they are too old")
            let long = try pool.submit(nap, 300)
            checkEqual(try long.value(timeout: .seconds(30)), 300, "a task longer than its worker's age")
            for number in 0..<200 {
                checkEqual(try pool.submit(double, number).value(timeout: .seconds(30)), number * 2)
            }
        }
    }

    func limitOfMemory() throws {
        try withPool(limits: WorkerLimits(memory: 64 << 20)) { pool in
            let others = try (0..<20).map { _ in try pool.submit(hold, 1 << 20, 20) }
            let hog = try pool.submit(hold, 256 << 20, 30_000)
            let error = checkThrows(.memoryLimitExceeded) { try hog.value(timeout: .seconds(20)) }
            check(error?.message.contains("\(64 << 20)") ?? false, "\(String(describing: error))")
            let failure = error?.cause as? WorkerFailure
            checkEqual(failure?.signalName, "SIGKILL")
            checkEqual(failure?.phase, .running)
            checkEqual(failure?.memoryCause, .poolLimit)
            check(failure?.peakMemory ?? 0 > 64 << 20, "peak memory \(failure?.peakMemory ?? 0)")
            for other in others { check(try other.value(timeout: .seconds(20)) > 0, "another task failed") }
            // What it took with it is as before, and the next one has a fresh limit.
            for _ in 0..<4 {
                let retried = try pool.submit(
                    hold, options: TaskOptions(retries: .onCrash(3)), 256 << 20, 30_000)
                let error = checkThrows(.memoryLimitExceeded) { try retried.value(timeout: .seconds(20)) }
                checkEqual((error?.cause as? WorkerFailure)?.attempt, 1, "attempts")
                check(try pool.submit(hold, 16 << 20, 30).value(timeout: .seconds(20)) > 0, "a small task failed")
            }
            // What is shared does not count: arguments that arrive through the pool's memory.
            checkEqual(try pool.submit(echoBytes, [1, 2, 3]).value(timeout: .seconds(20)), [1, 2, 3])
        }
    }

    func limitOfMemoryOfCopy() throws {
        guard method == .fork else { return }
        // What the client has counts in no worker and no copy.
        let ballast = [UInt8](repeating: 1, count: 96 << 20)
        try withPool(limits: WorkerLimits(memory: 64 << 20), captures: .copiesOnly) { pool in
            let bytes = 256 << 20
            let hog = try pool.submit(1) { hold(bytes, 30_000 * $0) }
            let error = checkThrows(.memoryLimitExceeded) { try hog.value(timeout: .seconds(20)) }
            checkEqual((error?.cause as? WorkerFailure)?.signalName, "SIGKILL")
            checkEqual(try pool.submit(0) { ballast.count + $0 }.value(timeout: .seconds(20)), 96 << 20)
            checkEqual(try pool.submit(nap, 50).value(timeout: .seconds(20)), 50)
        }
    }

    func limitOfMemoryOfInitializer() throws {
        try withPool(limits: WorkerLimits(memory: 64 << 20), initializer: hoggingInitializer) { pool in
            guard let future = try? pool.submit(double, 1) else { return }
            let error = checkThrows(.initializerFailed) { try future.value(timeout: .seconds(20)) }
            check(error?.message.contains("limit of \(64 << 20) bytes") ?? false, "\(String(describing: error))")
        }
    }

    func limitOfMemoryOutlivesTheSupervisor() throws {
        try withPool(limits: WorkerLimits(memory: 64 << 20)) { pool in
            let calm = try pool.submit(hold, 1 << 20, 30_000)
            check(eventually { calm.isRunning }, "the first task does not start")
            let victim = pool.supervisorProcessID
            kill(victim, SIGKILL)
            checkThrows(.supervisorLost) { try calm.value(timeout: .seconds(20)) }
            check(pool.supervisorProcessID != victim, "there is no new supervisor")
            for _ in 0..<2 {
                let hog = try pool.submit(hold, 256 << 20, 30_000)
                checkThrows(.memoryLimitExceeded) { try hog.value(timeout: .seconds(20)) }
            }
            checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
        }
    }

    func limitOfIdleMemory() throws {
        try withPool(maxWorkers: 1, limits: WorkerLimits(idleMemory: 32 << 20)) { pool in
            let first = try pool.submit(leak, 1 << 20).value(timeout: .seconds(20))
            checkEqual(try pool.submit(hold, 1 << 20, 30).value(timeout: .seconds(20)), first, "the worker")
            // Much during a task, and given back, does no harm.
            checkEqual(try pool.submit(hold, 128 << 20, 50).value(timeout: .seconds(20)), first, "the worker")
            checkEqual(try pool.submit(processID, 0).value(timeout: .seconds(20)), first, "the worker")
            checkEqual(try pool.submit(leak, 64 << 20).value(timeout: .seconds(20)), first, "the worker")
            let isReplaced = eventually { pool.workerProcessIDs.count == 1 && pool.workerProcessIDs != [first] }
            check(isReplaced, "an idle worker that holds too much is not replaced")
            // Also when it is never idle.
            let second = try pool.submit(leak, 64 << 20).value(timeout: .seconds(20))
            let futures = try (0..<40).map { _ in try pool.submit(hold, 1, 5) }
            let pids = try futures.map { try $0.value(timeout: .seconds(20)) }
            check(pids.last != second, "a busy worker that holds too much is not replaced")
        }
    }

    func limitOfAddressSpace() throws {
        for limits in [WorkerLimits(addressSpace: 512 << 20), WorkerLimits(data: 512 << 20)] {
            try withPool(limits: limits) { pool in
                checkEqual(try pool.submit(allocates, 1 << 30).value(timeout: .seconds(20)), false, "1 GiB")
                checkEqual(try pool.submit(allocates, 16 << 20).value(timeout: .seconds(20)), true, "16 MiB")
                let error = checkThrows(.workerCrashed) {
                    try pool.submit(makeBytes, 1 << 30).value(timeout: .seconds(20))
                }
                check(error?.cause is WorkerFailure, "\(String(describing: error))")
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            }
        }
    }

    /// Workers that can do nothing are given up, not forked for ever.
    func limitTooSmallToStart() throws {
        try withPool(limits: WorkerLimits(addressSpace: 1), initializer: greedyInitializer) { pool in
            guard let future = try? pool.submit(double, 1) else { return }
            let error = checkThrows(.initializerFailed) { try future.value(timeout: .seconds(30)) }
            check(error?.message.contains("in its initializer") ?? false, "\(String(describing: error))")
            check(eventually { pool.workerProcessIDs.isEmpty }, "workers are started again and again")
        }
    }

    func limitOfCores() throws {
        let numbers = cores(of: getpid()).split { "-,".contains($0) }.compactMap { Int($0) }
        guard let first = numbers.first, let last = numbers.last else { return Checks.fail("no cores") }
        let limits = WorkerLimits(cores: [[first], [last], [first, last]], niceness: 3)
        try withPool(maxWorkers: 3, limits: limits) { pool in
            let started = try pool.makeChannel(capacity: nil)
            let flag = try pool.makeCancelSignal()
            checkEqual(try pool.submit(currentNiceness, 0).value(), currentNiceness(0) + 3, "niceness")
            var found: [String: Int] = [:]
            let tasks = try (0..<3).map { _ in try pool.submit(waitForFlag, Queue(started), Flag(flag)) }
            for _ in tasks {
                guard let pid = try started.receive(as: Int32.self, wait: .upTo(.seconds(20))) else { continue }
                found[cores(of: pid), default: 0] += 1
                let name = Proc.name(pid)
                check(["mt-worker-0", "mt-worker-1", "mt-worker-2"].contains(name), "a worker is called \(name)")
            }
            let expected = Set(["\(first)", "\(last)"])
            check(expected.isSubset(of: found.keys), "workers are bound to \(found)")
            checkEqual(Proc.read("/proc/\(pool.supervisorProcessID)/comm"), "mt-supervisor\n", "the supervisor's name")
            flag.set()
            for task in tasks { _ = try task.value(timeout: .seconds(20)) }
        }
    }

    /// Sleepers must be woken for every task, result and element if nobody ever looks by itself, and if everybody does.
    func limitOfSpinTime() throws {
        for time in [Duration.zero, .nanoseconds(1), .milliseconds(20)] {
            try withPool(limits: WorkerLimits(spinTime: time)) { pool in
                let (questions, answers) = (try pool.makeChannel(capacity: 1), try pool.makeChannel(capacity: 1))
                let answering = try pool.submit(answerUntilClosed, Queue(questions), Queue(answers))
                for number in 0..<200 {
                    checkEqual(try pool.submit(double, number).value(timeout: .seconds(20)), number * 2)
                    check(try questions.send(number, wait: .upTo(.seconds(20))), "there was no room")
                    checkEqual(try answers.receive(as: Int.self, wait: .upTo(.seconds(20))), number)
                }
                _ = questions.close(discarding: false)
                try answering.value(timeout: .seconds(20))
            }
        }
    }

    func invalidLimits() throws {
        let invalid: [(WorkerLimits, String)] = [
            (WorkerLimits(memory: 0), "memory"), (WorkerLimits(memory: -1), "memory"),
            (WorkerLimits(idleMemory: 0), "idleMemory"), (WorkerLimits(addressSpace: -5), "addressSpace"),
            (WorkerLimits(data: 0), "data"), (WorkerLimits(maxTasksPerWorker: 0), "maxTasksPerWorker"),
            (WorkerLimits(maxTasksPerWorker: -1), "maxTasksPerWorker"),
            (WorkerLimits(maxTasksPerWorker: 5, maxTasksJitter: 1.5), "maxTasksJitter"),
            (WorkerLimits(maxTasksPerWorker: 5, maxTasksJitter: -0.1), "maxTasksJitter"),
            (WorkerLimits(maxTasksPerWorker: 5, maxTasksJitter: .nan), "maxTasksJitter"),
            (WorkerLimits(age: .zero), "age"), (WorkerLimits(age: .seconds(-1)), "age"),
            (WorkerLimits(minimumWorkers: -1), "minimumWorkers"), (WorkerLimits(minimumWorkers: 3), "minimumWorkers"),
            (WorkerLimits(minimumWorkers: 1, idleTime: .zero), "idleTime"),
            (WorkerLimits(idleTime: .seconds(1)), "minimumWorkers"), (WorkerLimits(cores: [[]]), "empty"),
            (WorkerLimits(cores: [[0], [5000]]), "5000"), (WorkerLimits(cores: [[-1]]), "-1"),
            (WorkerLimits(niceness: 20), "niceness"), (WorkerLimits(niceness: -1), "niceness"),
            (WorkerLimits(spinTime: .nanoseconds(-1)), "spinTime"), (WorkerLimits(spinTime: .seconds(2)), "spinTime"),
        ]
        for (limits, word) in invalid {
            let error = checkThrows(.invalidArgument) {
                try ProcessPool(maxWorkers: 2, startMethod: method, limits: limits).maxWorkers
            }
            check(error?.message.contains(word) ?? false, "\(limits): \(String(describing: error))")
        }
    }
}
