import Glibc
import MultitaskingCore
import MultitaskingProcesses
import Synchronization

let workerScenarios: [String: Scenario] = [
    "workers-set-up": { try $0.workersAreSetUp() },
    "workers-slow-initializer": { try $0.slowInitializerIsEnded() },
    "workers-finalizer": { try $0.finalizersRun() },
    "workers-finalizer-dies": { try $0.finalizerThatDies() },
    "workers-finalizer-slow": { try $0.slowFinalizerIsEnded() },
    "workers-everywhere-deaths": { try $0.everywhereSurvivesDeaths() },
    "workers-everywhere-elastic": { try $0.everywhereWithElasticWorkers() },
    "workers-resize-deaths": { try $0.resizeSurvivesDeaths() },
    "workers-priorities-deaths": { try $0.prioritiesSurviveDeaths() },
    "workers-queue-limit": { try $0.queueLimitIsKept() },
    "workers-shared": { try $0.sharedPools() },
    "workers-output": { try $0.outputIsKept() },
]

private let setUp = Mutex<[String]>([])

private func connect(_ address: String, _ port: Int) { setUp.withLock { $0.append("\(address):\(port)") } }
private func connections(_ number: Int) -> [String] { setUp.withLock { $0 } }
private func hangInInitializer(_ address: String) { while true { sleep(100) } }
private func farewell() -> Int32 { getpid() }
private func dieInFinalizer() -> Int32 {
    if workerNumber() == "0" { kill(getpid(), SIGKILL) }
    return getpid()
}

@Sendable
private func hangInFirstFinalizer() -> Int32 {
    while workerNumber() == "0" { sleep(100) }
    return getpid()
}

/// The number at the end of the process's name.
private func workerNumber() -> String {
    String(processName(0).split(separator: "-").last ?? "")
}

private func processName(_ number: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    let file = unsafe open("/proc/self/comm", O_RDONLY)
    defer { close(file) }
    let count = unsafe read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count - 1)), as: UTF8.self)
}

private func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
private func noteAndReturn(_ number: Int) -> Int {
    setUp.withLock { $0.append("call \(number)") }
    return number
}

/// Ends the worker with this number.
private func dieInWorker(_ number: String) -> String {
    if workerNumber() == number { kill(getpid(), SIGKILL) }
    return workerNumber()
}

private func printAndTrap(_ word: String) -> Int {
    print(word)
    fflush(nil)
    preconditionFailure("this trap is meant")
}

private func printFromAll(_ count: Int) -> Int {
    for number in 0..<count { print("out \(number)") }
    errno = 0
    unsafe perror("err")
    return count
}

private func useSharedPool(_ number: Int) throws -> Int {
    let pool = try ProcessPool.shared
    defer { pool.shutdown(.drain) }
    return try pool.submit(double, number).value(timeout: .seconds(20))
}

extension Harness {
    /// Arguments of the initializer, variables and names are there in all workers, also in those that come later.
    func workersAreSetUp() throws {
        let pool = try ProcessPool(
            maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20,
            environment: ["HARNESS_A": "1=2", "HARNESS_B": ""],
            workerNamePrefix: "a-long-prefix", initializer: connect, "db", 5432)
        defer { pool.shutdown(.drain) }
        func checkAll(_ when: String) throws {
            for found in try pool.everywhere(connections, 0).map({ try $0.value(timeout: .seconds(20)) }) {
                checkEqual(found, ["db:5432"], "what the initializer got \(when)")
            }
            let names = try pool.everywhere(processName, 0).map { try $0.value(timeout: .seconds(20)) }
            checkEqual(names, pool.maxWorkers == 2 ? ["a-long-prefix-0", "a-long-prefix-1"] : names, "names \(when)")
            for value in try pool.everywhere(variable, "HARNESS_A").map({ try $0.value(timeout: .seconds(20)) }) {
                checkEqual(value, "1=2", "the variable \(when)")
            }
        }
        try checkAll("at first")
        for pid in pool.workerProcessIDs { kill(pid, SIGKILL) }
        try checkAll("in replacements")
        try pool.resize(to: 4)
        checkEqual(try pool.everywhere(connections, 0).count, 4, "futures")
        try checkAll("in new workers")
        // No character of a name is cut in two: the owl has four bytes, of which one would fit.
        let owls = try ProcessPool(maxWorkers: 1, startMethod: method, workerNamePrefix: "a-very-long-🦉")
        checkEqual(try owls.submit(processName, 0).value(timeout: .seconds(20)), "a-very-long--0", "a cut name")
        owls.shutdown(.drain)
        checkThrows(.invalidArgument) { try ProcessPool(startMethod: method, environment: ["A=B": ""]) }
        checkThrows(.invalidArgument) { try ProcessPool(startMethod: method, environment: ["": ""]) }
    }

    func slowInitializerIsEnded() throws {
        let pool = try ProcessPool(
            maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20, initializer: hangInInitializer, "db",
            initializerTimeout: .milliseconds(100))
        defer { pool.shutdown(.kill) }
        guard let future = try? pool.submit(double, 1) else { return }
        let error = checkThrows(.initializerFailed) { try future.value(timeout: .seconds(30)) }
        check(error?.message.contains("timeout of 0.1 seconds") ?? false, "\(String(describing: error))")
        checkThrows(.invalidArgument) {
            try ProcessPool(startMethod: method, initializer: hangInInitializer, "db", initializerTimeout: .zero)
        }
    }

    func finalizersRun() throws {
        let pool = try ProcessPool(
            maxWorkers: 3, startMethod: method, arenaLimit: 64 << 20, limits: WorkerLimits(maxTasksPerWorker: 4),
            finalizer: farewell)
        var pids: Set<Int32> = []
        for future in try (0..<30).map({ try pool.submit(processID, $0) }) {
            pids.insert(try future.value(timeout: .seconds(20)))
        }
        // One that is killed runs nothing any more.
        let victim = try pool.everywhere(processID, 0).map { try $0.value(timeout: .seconds(20)) }[0]
        kill(victim, SIGKILL)
        pids.remove(victim)
        pool.shutdown(.drain)
        let results = try pool.finalizerResults(as: Int32.self).map { try $0.get() }
        check(pids.isSubset(of: results), "\(pids.subtracting(results)) have run tasks and no finalizer")
        check(!results.contains(victim), "a worker that was killed has run its finalizer")
        check(Set(results).count == results.count, "a finalizer ran twice: \(results)")
        let killed = try ProcessPool(startMethod: method, arenaLimit: 64 << 20, finalizer: farewell)
        _ = try killed.submit(double, 1).value(timeout: .seconds(20))
        killed.shutdown(.kill)
        checkEqual(try killed.finalizerResults(as: Int32.self).count, 0, "finalizers of a pool that was killed")
    }

    func finalizerThatDies() throws {
        let pool = try ProcessPool(
            maxWorkers: 3, startMethod: method, arenaLimit: 64 << 20, finalizer: dieInFinalizer)
        let pids = try pool.everywhere(processID, 0).map { try $0.value(timeout: .seconds(20)) }
        pool.shutdown(.drain)
        let results = try pool.finalizerResults(as: Int32.self).map { try $0.get() }
        checkEqual(Set(results), Set(pids.dropFirst()), "the results of finalizers")
    }

    /// A finalizer that does not return: it is ended when its time is up, and the others' results are there.
    func slowFinalizerIsEnded() throws {
        let pool = try ProcessPool(
            maxWorkers: 3, startMethod: method, arenaLimit: 64 << 20, limits: WorkerLimits(maxTasksPerWorker: 50),
            finalizer: hangInFirstFinalizer, finalizerTimeout: .milliseconds(200))
        let pids = try pool.everywhere(processID, 0).map { try $0.value(timeout: .seconds(20)) }
        let start = ContinuousClock.now
        pool.shutdown(.drain)
        check(ContinuousClock.now - start < .seconds(20), "the pool waited for a finalizer that hangs")
        let results = try pool.finalizerResults(as: Int32.self).map { try $0.get() }
        checkEqual(Set(results), Set(pids.dropFirst()), "the results of finalizers")
        for limit in [Duration.zero, .seconds(-1)] {
            checkThrows(.invalidArgument) {
                try ProcessPool(startMethod: method, finalizer: farewell, finalizerTimeout: limit)
            }
        }
    }

    func everywhereSurvivesDeaths() throws {
        let pool = try ProcessPool(maxWorkers: 3, startMethod: method, arenaLimit: 64 << 20)
        defer { pool.shutdown(.drain) }
        for call in try pool.everywhere(noteAndReturn, 1) { checkEqual(try call.value(timeout: .seconds(20)), 1) }
        let deadly = try pool.everywhere(dieInWorker, "1")
        checkEqual(try deadly[0].value(timeout: .seconds(20)), "0")
        checkThrows(.workerCrashed) { try deadly[1].value(timeout: .seconds(20)) }
        checkEqual(try deadly[2].value(timeout: .seconds(20)), "2")
        for call in try pool.everywhere(noteAndReturn, 2) { checkEqual(try call.value(timeout: .seconds(20)), 2) }
        for round in 0..<5 {
            for pid in pool.workerProcessIDs { kill(pid, SIGKILL) }
            for call in try pool.everywhere(connections, round) {
                // One may have died at the very moment of the call.
                guard let notes = try? call.value(timeout: .seconds(20)) else { continue }
                checkEqual(notes, ["call 1", "call 2"], "the calls of a replacement")
            }
        }
        for future in try (0..<50).map({ try pool.submit(connections, $0) }) {
            checkEqual(try future.value(timeout: .seconds(20)), ["call 1", "call 2"], "the calls of a worker")
        }
        kill(pool.supervisorProcessID, SIGKILL)
        let late = try pool.everywhere(noteAndReturn, 3)
        checkEqual(late.count, 3, "futures")
        for call in late {
            do { checkEqual(try call.value(timeout: .seconds(20)), 3) } catch let error as MultitaskingError {
                checkEqual(error.code, .supervisorLost, "\(error)")
            }
        }
    }

    func everywhereWithElasticWorkers() throws {
        let limits = WorkerLimits(minimumWorkers: 0, idleTime: .milliseconds(20))
        try withPool(maxWorkers: 2, limits: limits) { pool in
            var random = SplitMix64(seed: number)
            for round in 0..<20 {
                checkEqual(try pool.submit(double, round).value(timeout: .seconds(20)), round * 2)
                usleep(UInt32.random(in: 0..<30_000, using: &random))
                for call in try pool.everywhere(noteAndReturn, round) {
                    checkEqual(try call.value(timeout: .seconds(20)), round)
                }
            }
            let notes = try pool.submit(connections, 0).value(timeout: .seconds(20))
            checkEqual(notes, (0..<20).map { "call \($0)" }, "the calls of a worker that came later")
        }
    }

    func resizeSurvivesDeaths() throws {
        var random = SplitMix64(seed: number)
        try withPool(maxWorkers: 2) { pool in
            var futures: [Future<Int>] = []
            let again = TaskOptions(retries: .onCrash(100))
            for round in 0..<40 {
                try pool.resize(to: Int.random(in: 1...6, using: &random))
                for number in 0..<10 { futures.append(try pool.submit(double, options: again, round * 10 + number)) }
                if let pid = pool.workerProcessIDs.randomElement(using: &random) { kill(pid, SIGKILL) }
                usleep(UInt32.random(in: 0..<5_000, using: &random))
            }
            for (number, future) in futures.enumerated() {
                checkEqual(try future.value(timeout: .seconds(30)), number * 2)
            }
            for count in [5, 1, 3] {
                try pool.resize(to: count)
                check(eventually { pool.workerProcessIDs.count == count }, "\(pool.workerProcessIDs) are not \(count)")
                checkEqual(pool.maxWorkers, count, "maxWorkers")
            }
            checkThrows(.invalidArgument) { try pool.resize(to: 65) }
            checkThrows(.invalidArgument) { try pool.resize(to: 0) }
            try pool.resize(to: 2)
        }
    }

    func prioritiesSurviveDeaths() throws {
        var random = SplitMix64(seed: number)
        try withPool(maxWorkers: 3) { pool in
            var futures: [Future<Int>] = []
            for round in 0..<300 {
                let priority = TaskOptions.Priority.allCases.randomElement(using: &random) ?? .normal
                let options = TaskOptions(retries: .onCrash(100), priority: priority)
                futures.append(try pool.submit(double, options: options, round))
                if round % 10 == 0, let pid = pool.workerProcessIDs.randomElement(using: &random) { kill(pid, SIGKILL) }
            }
            for (number, future) in futures.enumerated() {
                checkEqual(try future.value(timeout: .seconds(30)), number * 2)
            }
        }
    }

    func queueLimitIsKept() throws {
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20, queueLimit: 3)
        defer { pool.shutdown(.kill) }
        let started = try pool.makeChannel()
        let flag = try pool.makeCancelSignal()
        let busy = try pool.submit(waitForFlag, Queue(started), Flag(flag))
        _ = try started.receive(as: Int32.self, wait: .upTo(.seconds(20)))
        let hasty = TaskOptions(waitForRoom: .never)
        var waiting = try (0..<3).map {
            try pool.submit(
                double, options: TaskOptions(waitForRoom: .never, priority: [.low, .normal, .high][$0]), $0)
        }
        for _ in 0..<100 {
            checkThrows(.timedOut) { try pool.submit(double, options: hasty, 9) }
            check(waiting.removeFirst().cancel(), "a queued task cannot be cancelled")
            waiting.append(try pool.submit(double, options: hasty, 9))
        }
        let start = ContinuousClock.now
        checkThrows(.timedOut) {
            try pool.submit(double, options: TaskOptions(waitForRoom: .upTo(.milliseconds(30))), 9)
        }
        check(ContinuousClock.now - start >= .milliseconds(30), "submit did not wait for room")
        let waiter = startThread {
            usleep(20_000); flag.set()
        }
        let last = try pool.submit(double, options: TaskOptions(waitForRoom: .upTo(.seconds(20))), 21)
        pthread_join(waiter, nil)
        _ = try busy.value(timeout: .seconds(20))
        for future in waiting { checkEqual(try future.value(timeout: .seconds(20)), 18) }
        checkEqual(try last.value(timeout: .seconds(20)), 42)
        checkThrows(.invalidArgument) { try ProcessPool(startMethod: method, queueLimit: 0) }
    }

    func sharedPools() throws {
        let first = try ProcessPool.shared
        check(first === (try ProcessPool.shared), "a second call gives another pool")
        checkEqual(try first.submit(double, 2).value(timeout: .seconds(20)), 4)
        // In a task it is the task's own.
        checkEqual(try first.submit(useSharedPool, 3).value(timeout: .seconds(30)), 6)
        first.shutdown(.drain)
        let second = try ProcessPool.shared
        check(first !== second, "a pool that was shut down is given once more")
        checkEqual(try second.submit(double, 2).value(timeout: .seconds(20)), 4)
        second.shutdown(.drain)
    }

    func outputIsKept() throws {
        try withPool { pool in
            let options = TaskOptions(retries: .never, output: .capture(limit: 1 << 16))
            let both = try pool.submit(printFromAll, options: options, 2)
            checkEqual(try both.value(timeout: .seconds(20)), 2)
            checkEqual(
                both.output?.split(separator: "\n").sorted() ?? [], ["err: Success", "out 0", "out 1"], "the output")
            let trapped = try pool.submit(printAndTrap, options: options, "before the trap")
            checkThrows(.workerCrashed) { try trapped.value(timeout: .seconds(20)) }
            check(trapped.output?.hasPrefix("before the trap\n") ?? false, "output \(trapped.output ?? "nil")")
            let none = try pool.submit(printFromAll, options: TaskOptions(output: .capture(limit: 0)), 1)
            checkEqual(try none.value(timeout: .seconds(20)), 1)
            checkEqual(none.output, "", "output of which nothing is kept")
            let cancelled = try pool.submit(nap, options: options, 10_000)
            cancelled.cancel(force: true)
            check(eventually { cancelled.isDone }, "the task is not cancelled")
            checkThrows(.invalidArgument) {
                try pool.submit(double, options: TaskOptions(output: .capture(limit: -1)), 1)
            }
        }
    }
}
