import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let descendantScenarios: [String: Scenario] = [
    "descendants-of-crashed": { try $0.descendantsOfCrashed() },
    "descendants-of-retired": { try $0.descendantsOfRetired() },
    "descendants-that-end": { try $0.descendantsThatEnd() },
    "descendants-at-shutdown": { try $0.descendantsAtShutdown() },
    "descendants-of-supervisor": { try $0.descendantsOfSupervisor() },
    "descendants-of-copy": { try $0.descendantsOfCopy() },
    "descendants-of-nested-pool": { try $0.descendantsOfNestedPool() },
]

/// How a task can start a process that is to outlive it.
enum Descent: String, Codable, Sendable, CaseIterable {
    /// A child in the worker's group.
    case child
    /// A child in a session of its own.
    case session
    /// A process in a session of its own whose parent has ended.
    case daemon
    /// A child in a session of its own that has a child in one of its own.
    case family
}

/// Starts processes that sleep, and returns their ids; their last ones start with what is printed.
func start(_ descent: Descent, _ seconds: Int) -> [Int32] {
    let sleep = "sleep \(seconds)"
    let script =
        switch descent {
        case .child: "\(sleep) & echo $!; exec 1>&-; wait"
        case .session: "exec setsid sh -c 'echo $$; exec 1>&-; exec \(sleep)'"
        case .daemon: "setsid \(sleep) >&- 2>&- & echo $!"
        case .family: "exec setsid sh -c 'setsid \(sleep) >&- & echo $$ $!; exec 1>&-; wait'"
        }
    // Not closed by pclose, which would wait for the shell.
    guard let pipe = unsafe popen(script, "r") else { return [] }
    var text = [CChar](repeating: 0, count: 128)
    guard unsafe fgets(&text, 128, pipe) != nil else { return [] }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
}

private func startAll(_ seconds: Int) -> [Int32] { Descent.allCases.flatMap { start($0, seconds) } }
private func startAndWait(_ queue: Queue, _ flag: Flag) throws -> Int32 {
    _ = try queue.channel.send(startAll(1000) + [getpid()], wait: .forever)
    _ = flag.signal.waitUntilSet(.forever)
    return getpid()
}
private func startShortLived(_ count: Int) -> Int32 {
    for _ in 0..<count { _ = start(.daemon, 0) }
    return getpid()
}
private func startInNestedPool(_ queue: Queue) throws -> Int {
    let pool = try ProcessPool(maxWorkers: 1, startMethod: .spawn, arenaLimit: 16 << 20)
    let pids = try pool.submit(startAll, 1000).value()
    _ = try queue.channel.send(pids + pool.workerProcessIDs + [pool.supervisorProcessID, getpid()], wait: .forever)
    while true { sleep(100) }
}

extension Harness {
    private func checkAlive(_ pids: [Int32], line: Int = #line) {
        check(pids.count >= 5 && pids.allSatisfy { isRunning($0) }, "of \(pids) some do not run", line: line)
    }

    private func checkGone(_ pids: [Int32], line: Int = #line) {
        check(eventually { !pids.contains { isRunning($0) } }, "of \(pids) some still run", line: line)
    }

    func isRunning(_ pid: Int32) -> Bool { Proc.status(pid).map { $0.state != "Z" } ?? false }

    /// What a worker's tasks have started dies with it, wherever it has gone; what another's have does not.
    func descendantsOfCrashed() throws {
        try withPool { pool in
            let started = try pool.makeChannel(capacity: nil)
            let flag = try pool.makeCancelSignal()
            let tasks = try (0..<2).map { _ in try pool.submit(startAndWait, Queue(started), Flag(flag)) }
            let families = try tasks.compactMap { _ in
                try started.receive(as: [Int32].self, wait: .upTo(.seconds(20)))
            }
            guard families.count == 2, let victim = families[0].last else { return Checks.fail("\(families)") }
            families.forEach { checkAlive($0) }
            kill(victim, SIGKILL)
            checkGone(families[0])
            checkAlive(families[1])
            flag.set()
            // Also after the task that started them: they belong to the worker.
            let ends = tasks.map { task in Result { try task.value(timeout: .seconds(20)) } }
            checkEqual(ends.count { if case .success = $0 { true } else { false } }, 1, "tasks that have ended well")
            checkAlive(families[1])
            if let other = families[1].last { kill(other, SIGKILL) }
            checkGone(families[1])
        }
    }

    func descendantsOfRetired() throws {
        try withPool(maxWorkers: 1, limits: WorkerLimits(maxTasksPerWorker: 1)) { pool in
            for _ in 0..<3 {
                let pids = try pool.submit(startAll, 1000).value(timeout: .seconds(20))
                checkEqual(pids.count, 5, "processes")
                checkGone(pids)
            }
        }
    }

    /// Orphans that end while their worker lives are reaped.
    func descendantsThatEnd() throws {
        try withPool(maxWorkers: 1) { pool in
            let worker = try pool.submit(startShortLived, 20).value(timeout: .seconds(20))
            let supervisor = pool.supervisorProcessID
            let areReaped = eventually {
                Proc.entries("/proc").compactMap { pid_t($0) }.filter { Proc.status($0)?.parent == supervisor } == [
                    worker
                ]
            }
            check(areReaped, "orphans that have ended are not reaped")
        }
    }

    func descendantsAtShutdown() throws {
        for mode in [ShutdownMode.drain, .kill] {
            let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
            let pids = try pool.submit(startAll, 1000).value(timeout: .seconds(20))
            checkAlive(pids)
            pool.shutdown(mode)
            check(!pids.contains { isRunning($0) }, "something still runs after the shutdown")
        }
    }

    func descendantsOfSupervisor() throws {
        try withPool(maxWorkers: 1) { pool in
            let pids = try pool.submit(startAll, 1000).value(timeout: .seconds(20))
            checkAlive(pids)
            let supervisor = pool.supervisorProcessID
            kill(supervisor, SIGKILL)
            // The client looks after its supervisor while it waits for a task.
            let isReplaced = eventually {
                _ = try? pool.submit(double, 1).value(timeout: .seconds(20))
                return pool.supervisorProcessID != supervisor
            }
            check(isReplaced, "there is no new supervisor")
            checkGone(pids)
        }
    }

    func descendantsOfCopy() throws {
        guard method == .fork else { return }
        try withPool(captures: .copiesOnly) { pool in
            let bystanders = try pool.submit(startAll, 1000).value(timeout: .seconds(20))
            // Not known before: an optimized build would not capture a constant, and then there is no copy.
            let seconds = 1000 + bystanders.count
            let pids = try pool.submit(0) { startAll(seconds + $0) }.value(timeout: .seconds(20))
            checkEqual(pids.count, 5, "processes")
            checkGone(pids)
            checkAlive(bystanders)
        }
    }

    func descendantsOfNestedPool() throws {
        try withPool(maxWorkers: 1) { pool in
            let started = try pool.makeChannel(capacity: nil)
            let task = try pool.submit(startInNestedPool, Queue(started))
            let pids = try started.receive(as: [Int32].self, wait: .upTo(.seconds(30))) ?? []
            checkAlive(pids)
            if let worker = pids.last { kill(worker, SIGKILL) }
            checkGone(pids)
            checkThrows(.workerCrashed) { try task.value(timeout: .seconds(20)) }
        }
    }
}
