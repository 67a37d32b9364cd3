import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingThreads

/// Programs that end while a pool is open. What has run they say by lines that the test counts; their status is 7.
///
/// The number says which pool it is: 0 of processes, 1 of threads.
let exitScenarios: [String: Scenario] = [
    "exit-drain": { try $0.leaveOpen(.drain) },
    "exit-return": { try $0.leaveOpen(.drain, exits: false) },
    "exit-dependents": { try $0.leaveDependents() },
    "exit-dependents-dropped": { try $0.leaveDependents(isDropped: true) },
    "exit-dependents-return": { try $0.leaveDependents(exits: false) },
    "exit-dependents-in-task": { try $0.exitInTaskWithDependents() },
    "exit-dependents-of-nothing": { try $0.leaveDependentOfNothing() },
    "exit-cancel-queued": { try $0.leaveOpen(.cancelQueued) },
    "exit-kill": { try $0.leaveOpen(.kill) },
    "exit-dropped": { try $0.leaveDropped() },
    "exit-both": { try $0.leaveBothOpen() },
    "exit-in-task": { try $0.exitInTask() },
    "exit-in-async-task": { try $0.exitInAsyncTask() },
    "exit-twice": { try $0.exitTwice() },
    "exit-in-child": { try $0.exitInChild() },
    "exit-stuck": { try $0.leaveStuck() },
    "exit-interrupted": { try $0.leaveToBeInterrupted() },
    "exit-idle": { try $0.leaveIdle() },
    "exit-supervisor-killed": { try $0.exitWithSupervisorKilled() },
]

private func runSlowly(_ index: Int) -> Int {
    usleep(3_000)
    report("ran \(index)")
    return index
}

private func exitNow(_ status: Int32) -> Int { exit(status) }

private func exitLater(_ status: Int32) async -> Int {
    await Task.yield()
    exit(status)
}

private func awaitForever(_ queue: Queue) throws -> Int {
    report("waits")
    return try queue.channel.receive(as: Int.self, wait: .forever) ?? 0
}

private func suspendForever(_ queue: Queue) async throws -> Int {
    report("waits")
    return try await queue.channel.receive(as: Int.self, wait: .forever) ?? 0
}

private func napAndTell(_ milliseconds: Int) -> Int {
    report("naps")
    return nap(milliseconds)
}

extension Harness {
    private func makeOpenPool(_ mode: ShutdownMode = .drain, maxWorkers: Int = 2) throws -> any Executor {
        number == 1
            ? try ThreadPool(maxWorkers: maxWorkers, atExit: mode)
            : try ProcessPool(maxWorkers: maxWorkers, startMethod: method, arenaLimit: 16 << 20, atExit: mode)
    }

    /// Keeps the pool until the process is gone.
    private func keep(_ pool: any Executor) { _ = unsafe Unmanaged.passRetained(pool as AnyObject) }

    private func submitForty(to pool: any Executor) throws {
        for index in 0..<40 { _ = try pool.submit(runSlowly, index) }
    }

    func leaveOpen(_ mode: ShutdownMode, exits: Bool = true) throws {
        let pool = try makeOpenPool(mode)
        keep(pool)
        // The pool is at work when the program ends.
        checkEqual(try pool.submit(double, 1).value(), 2)
        try submitForty(to: pool)
        if exits { exit(7) }
    }

    func leaveDropped() throws {
        do { try submitForty(to: try makeOpenPool()) }
        exit(7)
    }

    /// Each depends on the one before it.
    private func submitChain(to pool: any Executor) throws {
        var last = try pool.submit(nap, 100)
        for index in 0..<40 { last = try pool.submit(resultsOf: last, Future.completed(index)) { runSlowly($1) } }
    }

    func leaveDependents(isDropped: Bool = false, exits: Bool = true) throws {
        do {
            let pool = try makeOpenPool()
            if !isDropped { keep(pool) }
            try submitChain(to: pool)
        }
        if exits { exit(7) }
    }

    /// When the task calls `exit`, none of those that wait for others has been submitted.
    func exitInTaskWithDependents() throws {
        let pool = try makeOpenPool(maxWorkers: 1)
        keep(pool)
        try submitChain(to: pool)
        let leaver = try pool.submit(exitNow, 7)
        if number == 0 {
            checkThrows(.workerExited) { try leaver.value() }
            exit(7)
        }
        while true { sleep(100) }
    }

    func leaveDependentOfNothing() throws {
        let pool = try makeOpenPool()
        keep(pool)
        let promise = Promise<Int>()
        _ = try pool.submit(double, resultsOf: promise.future)
        try submitForty(to: pool)
        withExtendedLifetime(promise) { exit(7) }
    }

    func leaveBothOpen() throws {
        let pools: [any Executor] = [
            try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20), try ThreadPool(maxWorkers: 1),
        ]
        for pool in pools {
            keep(pool)
            for index in 0..<20 { _ = try pool.submit(runSlowly, index) }
        }
        exit(7)
    }

    /// On a thread, the task takes the whole program with it; in a process only that.
    func exitInTask() throws {
        let pool = try makeOpenPool(maxWorkers: 1)
        keep(pool)
        let leaver = try pool.submit(exitNow, 7)
        do { try submitForty(to: pool) } catch {
            // The end may have come first.
            while true { sleep(100) }
        }
        if number == 0 {
            checkThrows(.workerExited) { try leaver.value() }
            exit(7)
        }
        while true { sleep(100) }
    }

    func exitInAsyncTask() throws {
        let pool = try makeOpenPool(maxWorkers: 1)
        keep(pool)
        let gate = try pool.makeCancelSignal()
        let first = try pool.submit(waitForFlag, Queue(try pool.makeChannel(capacity: nil)), Flag(gate))
        try submitForty(to: pool)
        _ = try pool.submit(exitLater, 7)
        gate.set()
        _ = try first.value()
        while true { sleep(100) }
    }

    /// Tasks and another thread call `exit` while the first one waits.
    func exitTwice() throws {
        let pool = try makeOpenPool()
        keep(pool)
        try submitForty(to: pool)
        for _ in 0..<3 { _ = try pool.submit(exitNow, 9) }
        for index in 40..<60 { _ = try pool.submit(runSlowly, index) }
        _ = startThread {
            usleep(20_000)
            exit(9)
        }
        exit(7)
    }

    func exitInChild() throws {
        let pool = try makeOpenPool()
        keep(pool)
        try submitForty(to: pool)
        let child = fork()
        if child == 0 { exit(3) }
        var status: Int32 = 0
        let isGone = eventually { unsafe waitpid(child, &status, WNOHANG) == child }
        check(isGone, "a forked child does not end by exit")
        checkEqual(status, 3 << 8, "the child's status")
        exit(7)
    }

    func leaveStuck() throws {
        let pool = try makeOpenPool()
        keep(pool)
        let queue = Queue(try pool.makeChannel(capacity: nil))
        _ = try pool.submit(awaitForever, queue)
        _ = try pool.submit(suspendForever, queue)
        _ = try pool.submit(runSlowly, 0)
        exit(7)
    }

    func leaveToBeInterrupted() throws {
        let pool = try makeOpenPool()
        keep(pool)
        for _ in 0..<4 { _ = try pool.submit(napAndTell, 60_000) }
        exit(7)
    }

    func leaveIdle() throws {
        let pool = try makeOpenPool()
        keep(pool)
        checkEqual(try pool.submit(double, 1).value(), 2)
        exit(7)
    }

    func exitWithSupervisorKilled() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20)
        keep(pool)
        try submitForty(to: pool)
        kill(pool.supervisorProcessID, SIGKILL)
        exit(7)
    }
}
