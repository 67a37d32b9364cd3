import Glibc
import MultitaskingCore
import MultitaskingProcesses

let deadlineScenarios: [String: Scenario] = [
    "deadline-running": { try $0.runningTimeIsLimited() },
    "deadline-grace": { try $0.whatATaskReturnsInItsGracePeriodCounts() },
    "deadline-waiting": { try $0.waitingTimeIsLimited() },
    "deadline-refused": { try $0.impossibleOptionsAreRefused() },
    "deadline-spares-next": { try $0.theNextTaskIsNotHit() },
    "force-cancel": { try $0.forcedCancelEndsARunningTask() },
    "force-cancel-races": { try $0.forcedCancelAndTheTasksOwnEnd() },
    "retry-cancelled": { try $0.tasksThatWaitForTheirRetryAreCancelled() },
    "retry-crash": { try $0.crashesAreRetried() },
    "retry-errors": { try $0.listedErrorsAreRetried() },
    "retry-gives-up": { try $0.atLimitTheLastFailureStands() },
    "retry-supervisor-killed": { try $0.delayedTasksOutliveTheSupervisor() },
]

struct Flaky: Error, Codable {
    var attempt: Int
}

struct Other: Error, Codable {}

private func sleepForEver(_ how: Int) -> Int {
    if how == 1 { signal(SIGTERM, SIG_IGN) }
    if how == 2 { kill(getpid(), SIGSTOP) }
    while true { sleep(100) }
}

private func sleepBriefly(_ milliseconds: Int) -> Int {
    usleep(useconds_t(milliseconds * 1000))
    return milliseconds
}

/// How often this was called with the same file, by the file's length.
func countCall(_ path: String) -> Int {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(file) }
    _ = unsafe write(file, "x", 1)
    return Int(lseek(file, 0, SEEK_END))
}

/// How often `countCall` was called with a file.
private func length(_ path: String) -> Int {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    return Int(lseek(file, 0, SEEK_END))
}

private func crashUntil(_ path: String, _ attempt: Int) -> Int {
    let call = countCall(path)
    if call < attempt { kill(getpid(), SIGKILL) }
    return call
}

private func throwUntil(_ path: String, _ attempt: Int) throws -> Int {
    let call = countCall(path)
    if call < attempt { throw Flaky(attempt: call) }
    return call
}

private func throwOther(_ path: String) throws -> Int {
    _ = countCall(path)
    throw Other()
}

/// A file of its own for `body`, gone afterwards.
func withCounter(_ body: (String) throws -> Void) rethrows {
    let path = "/tmp/pool-harness-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer { unsafe unlink(path) }
    try body(path)
}

extension Harness {
    fileprivate func runningTimeIsLimited() throws {
        try withPool { pool in
            let options = TaskOptions(timeout: .milliseconds(100), gracePeriod: .milliseconds(50))
            for how in 0...2 {
                let future = try pool.submit(sleepForEver, options: options, how)
                let error = checkThrows(.taskTimedOut) { try future.value(timeout: .seconds(30)) }
                let failure = error?.cause as? WorkerFailure
                check(failure?.phase == .running, "the cause is \(String(describing: error?.cause))")
                checkEqual(try pool.submit(sleepBriefly, 1).value(), 1)
            }
        }
    }

    fileprivate func whatATaskReturnsInItsGracePeriodCounts() throws {
        try withPool { pool in
            let options = TaskOptions(timeout: .milliseconds(50), gracePeriod: .seconds(30))
            checkEqual(try pool.submit(sleepBriefly, options: options, 200).value(timeout: .seconds(30)), 200)
        }
        // An asynchronous one is cancelled, ends long before it would be killed, and leaves its process alone.
        try withPool(maxWorkers: 1) { pool in
            let worker = try pool.submit { getpid() }.value(timeout: .seconds(30))
            for isForced in [false, true] {
                let options = TaskOptions(
                    timeout: isForced ? nil : .milliseconds(50), gracePeriod: .seconds(600))
                let future = try pool.submit(options: options, 600) { (seconds: Int) async throws -> Int in
                    try await Task.sleep(for: .seconds(seconds))
                    return seconds
                }
                if isForced {
                    check(eventually { future.isRunning }, "the task does not start")
                    check(future.cancel(force: true), "a running task cannot be cancelled by force")
                }
                checkThrows(isForced ? .cancelled : .taskTimedOut) { try future.value(timeout: .seconds(30)) }
            }
            checkEqual(try pool.submit { getpid() }.value(timeout: .seconds(30)), worker, "the worker")
        }
    }

    fileprivate func waitingTimeIsLimited() throws {
        try withPool(maxWorkers: 1, shutdown: .kill) { pool in
            let busy = try pool.submit(sleepForEver, 0)
            check(eventually { busy.isRunning }, "the first task does not start")
            let options = TaskOptions(queueTimeout: .milliseconds(50))
            let waited = try pool.submit(sleepBriefly, options: options, 1)
            checkThrows(.queueTimedOut) { try waited.value(timeout: .seconds(30)) }
            check(waited.isDone && !waited.isCancelled, "state is \(waited.state)")
            let asynchronous = try pool.submit(sleepBriefly, options: options, 1)
            runAsync {
                do {
                    _ = try await asynchronous.value(timeout: .seconds(30))
                    Checks.fail("an expired task returned")
                } catch let error as MultitaskingError { checkEqual(error.code, .queueTimedOut) }
            }
            check(busy.cancel(force: true), "a running task cannot be cancelled by force")
            check(eventually { busy.isCancelled }, "the first task does not end")
        }
    }

    fileprivate func impossibleOptionsAreRefused() throws {
        try withPool { pool in
            for options in [
                TaskOptions(timeout: .zero), TaskOptions(timeout: .seconds(-1)), TaskOptions(queueTimeout: .zero),
                TaskOptions(gracePeriod: .seconds(-1)), TaskOptions(retries: .onCrash(-1)),
                TaskOptions(retries: .onCrash(1001)), TaskOptions(retries: .onCrash(1, backoff: .seconds(-1))),
                TaskOptions(
                    retries: .onErrors(Flaky.self, Other.self, RemoteError.self, CancellationError.self, limit: 1)),
            ] {
                checkThrows(.invalidArgument) { try pool.submit(sleepBriefly, options: options, 1) }
            }
            let long = TaskOptions(timeout: .seconds(Int64.max), queueTimeout: .seconds(Int64.max))
            checkEqual(try pool.submit(sleepBriefly, options: long, 1).value(timeout: .seconds(30)), 1)
        }
    }

    /// A deadline that passes while its task ends must not end the task that comes after it in the same worker.
    fileprivate func theNextTaskIsNotHit() throws {
        try withPool(maxWorkers: 1) { pool in
            let options = TaskOptions(timeout: .milliseconds(2), gracePeriod: .zero)
            for round in 0..<150 {
                let limited = try pool.submit(sleepBriefly, options: options, round % 2 + 1)
                let next = try pool.submit(sleepBriefly, 1)
                do { checkEqual(try limited.value(timeout: .seconds(30)), round % 2 + 1) } catch {
                    checkEqual((error as? MultitaskingError)?.code, .taskTimedOut, "error")
                }
                checkEqual(try next.value(timeout: .seconds(30)), 1, "the next task's value")
            }
        }
    }

    fileprivate func forcedCancelEndsARunningTask() throws {
        try withPool { pool in
            for how in 0...2 {
                let future = try pool.submit(sleepForEver, options: TaskOptions(gracePeriod: .milliseconds(20)), how)
                check(eventually { future.isRunning }, "the task does not start")
                check(!future.cancel(), "a running task was cancelled without force")
                check(future.cancel(force: true), "a running task was not cancelled by force")
                checkThrows(.cancelled) { try future.value(timeout: .seconds(30)) }
                check(future.isCancelled, "state is \(future.state)")
                check(future.cancel(force: true), "a cancelled task stays cancelled")
            }
            checkEqual(try pool.submit(sleepBriefly, 1).value(), 1)
        }
    }

    fileprivate func forcedCancelAndTheTasksOwnEnd() throws {
        var random = SplitMix64(seed: number)
        try withPool { pool in
            var ended = 0
            for _ in 0..<150 {
                let future = try pool.submit(sleepBriefly, options: TaskOptions(gracePeriod: .zero), 1)
                usleep(.random(in: 0...2000, using: &random))
                let isEnding = future.cancel(force: true)
                do {
                    checkEqual(try future.value(timeout: .seconds(30)), 1)
                } catch let error as MultitaskingError {
                    check(isEnding, "a task that could not be cancelled threw \(error)")
                    checkEqual(error.code, .cancelled, "error")
                    ended += 1
                }
            }
            report("\(ended) of 150 were cancelled")
        }
    }

    fileprivate func crashesAreRetried() throws {
        try withPool { pool in
            try withCounter { path in
                let options = TaskOptions(retries: .onCrash(5, backoff: .milliseconds(1)))
                checkEqual(try pool.submit(crashUntil, options: options, path, 4).value(timeout: .seconds(30)), 4)
            }
            // Large arguments must be there again for the second attempt.
            try withCounter { path in
                let bytes = [UInt8](repeating: 7, count: 3 << 20)
                let future = try pool.submit(options: TaskOptions(retries: .onCrash(1)), path, bytes) { path, bytes in
                    if countCall(path) == 1 { kill(getpid(), SIGKILL) }
                    return bytes.count
                }
                checkEqual(try future.value(timeout: .seconds(30)), 3 << 20)
            }
        }
    }

    fileprivate func listedErrorsAreRetried() throws {
        try withPool { pool in
            let options = TaskOptions(retries: .onErrors(CancellationError.self, Flaky.self, limit: 5))
            try withCounter { path in
                checkEqual(try pool.submit(throwUntil, options: options, path, 4).value(timeout: .seconds(30)), 4)
            }
            withCounter { path in
                do {
                    _ = try pool.submit(throwOther, options: options, path).value(timeout: .seconds(30))
                    Checks.fail("an error was lost")
                } catch { check(error is Other, "threw \(error)") }
                checkEqual(countCall(path), 2, "calls, with this one, after an error that is not listed")
            }
        }
    }

    fileprivate func atLimitTheLastFailureStands() throws {
        try withPool { pool in
            try withCounter { path in
                let future = try pool.submit(crashUntil, options: TaskOptions(retries: .onCrash(3)), path, 100)
                let error = checkThrows(.workerCrashed) { try future.value(timeout: .seconds(30)) }
                checkEqual((error?.cause as? WorkerFailure)?.attempt, 4, "attempt")
                let isSaid = error?.message.contains("given up after 4 attempts") ?? false
                check(isSaid, "\(String(describing: error)) does not say how often it was tried")
                checkEqual(countCall(path), 5, "calls, with this one")
            }
            withCounter { path in
                let options = TaskOptions(retries: .onErrors(Flaky.self, limit: 2))
                do {
                    _ = try pool.submit(throwUntil, options: options, path, 100).value(timeout: .seconds(30))
                    Checks.fail("a task that always throws returned")
                } catch { checkEqual((error as? Flaky)?.attempt, 3, "the last error's attempt") }
            }
        }
    }

    fileprivate func tasksThatWaitForTheirRetryAreCancelled() throws {
        let slow = TaskOptions(retries: .onCrash(1, backoff: .seconds(1000)))
        // A worker that dies with the supervisor may have had it.
        let quick = TaskOptions(retries: .onCrash(3, backoff: .milliseconds(1)))
        try withPool { pool in
            func crash(_ path: String) throws -> Future<Int> {
                let future = try pool.submit(crashUntil, options: slow, path, 100)
                check(
                    eventually { length(path) == 1 && future.state == .queued }, "the first attempt does not end")
                return future
            }
            for isSupervisorKilled in [false, true] {
                try withCounter { path in
                    let future = try crash(path)
                    if isSupervisorKilled { kill(pool.supervisorProcessID, SIGKILL) }
                    check(future.cancel(), "a task that waits for its retry was not cancelled")
                    check(future.isCancelled, "state is \(future.state)")
                    checkThrows(.cancelled) { try future.value(timeout: .seconds(30)) }
                    // The next task in the same place waits as long as its own policy says.
                    checkEqual(
                        try pool.submit(crashUntil, options: quick, path, 3).value(timeout: .seconds(30)), 3)
                }
            }
            try withCounter { path in
                let future = try crash(path)
                check(pool.shutdown(.cancelQueued, within: .seconds(30)), "the shutdown waits for a retry")
                check(future.isCancelled, "state is \(future.state)")
                checkEqual(length(path), 1, "calls")
            }
        }
    }

    fileprivate func delayedTasksOutliveTheSupervisor() throws {
        try withPool { pool in
            try withCounter { path in
                let options = TaskOptions(retries: .onErrors(Flaky.self, limit: 1, backoff: .milliseconds(300)))
                let future = try pool.submit(throwUntil, options: options, path, 2)
                check(eventually { length(path) == 1 && !future.isRunning }, "the first attempt does not end")
                kill(pool.supervisorProcessID, SIGKILL)
                checkEqual(try future.value(timeout: .seconds(30)), 2)
            }
        }
    }
}
