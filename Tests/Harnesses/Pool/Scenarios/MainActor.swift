import Dispatch
import Foundation
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let mainActorScenarios: [String: Scenario] = [
    "main-actor-async": { try $0.asynchronousTasksUseTheMainActor() },
    "main-actor-sync": { try $0.synchronousTasksUseTheMainQueue() },
    "main-actor-copies": { try $0.copiesUseTheMainActor() },
    "main-actor-locks": { try $0.locksAreSharedWithTheMainActor() },
    "main-actor-crash": { try $0.aTrapOnTheMainActorIsTheTasks() },
    "main-actor-signals": { try $0.signalsReachTheTask() },
    "main-actor-stack": { try $0.theStackIsTheClients() },
    "main-actor-nested": { try $0.aPoolIsForkedInATask() },
    "main-actor-after-sleep": { try $0.aPoolWithoutWorkSleeps() },
]

@MainActor private var count = 0
@MainActor private func countOnMain(_ step: Int) -> Int {
    MainActor.assertIsolated()
    dispatchPrecondition(condition: .onQueue(.main))
    count += step
    return Thread.isMainThread ? count : -1
}

private func countTwice(_ step: Int) async -> Int {
    _ = await countOnMain(step)
    return await MainActor.run { countOnMain(step) }
}
@MainActor private func wholeFunctionOnMain(_ step: Int) async -> Int {
    await Task.yield()
    return countOnMain(step)
}
private func countInQueue(_ step: Int) -> Int {
    DispatchQueue.main.sync { MainActor.assumeIsolated { countOnMain(step) } }
}
private func receiveThenCount(_ queue: Queue, _ step: Int) throws -> Int {
    _ = try queue.channel.receive(as: Int32.self, wait: .forever)
    try queue.channel.taskDone()
    return countInQueue(step)
}
private func countLater(_ step: Int) -> Int {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex(0)
    DispatchQueue.main.async {
        result.withLock { $0 = MainActor.assumeIsolated { countOnMain(step) } }
        done.signal()
    }
    done.wait()
    return result.withLock { $0 }
}
private func countInTask(_ step: Int) -> Int {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex(0)
    Task { @MainActor in
        result.withLock { $0 = countOnMain(step) }
        done.signal()
    }
    done.wait()
    return result.withLock { $0 }
}
@MainActor private func trapOnMain(_ x: Int) async -> Int {
    kill(getpid(), SIGKILL)
    return x
}

private let shared = Mutex(0)
private let slow: Int = {
    usleep(20_000)
    return 7
}()

/// The main actor and the task's thread contend for a lock, for the channel's, and for a value that is made once.
private func contend(_ queue: Queue, _ rounds: Int) throws -> Int {
    let done = DispatchSemaphore(value: 0)
    let channel = queue.channel
    let work: @Sendable () -> Void = {
        for _ in 0..<rounds {
            shared.withLock { $0 += slow }
            _ = try? channel.send([UInt8](repeating: 1, count: 200), wait: .forever)
            _ = try? channel.receive(as: [UInt8].self, wait: .forever)
        }
    }
    DispatchQueue.main.async {
        work()
        done.signal()
    }
    work()
    done.wait()
    return shared.withLock { $0 }
}

private let alarms = Atomic<Int>(0)

/// A signal that is sent to the process interrupts what the task waits in.
private func beInterrupted(_ usesMain: Bool) -> Int {
    if usesMain { DispatchQueue.main.sync {} }
    signal(SIGALRM) { _ in alarms.add(1, ordering: .relaxed) }
    ualarm(20_000, 0)
    let left = sleep(30)
    return alarms.load(ordering: .relaxed) == 1 && left > 0 ? 1 : 0
}

private func useStack(_ depth: Int) -> Int {
    unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { bytes in
        unsafe bytes[0] = 1
        return depth <= 1 ? Int(unsafe bytes[0]) : useStack(depth - 1) + Int(unsafe bytes[0])
    }
}

private func forkedIn(_ method: String) throws -> String {
    let pool = try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20)
    defer { pool.shutdown(.drain) }
    let base = method.count
    return try pool.submit(1) { "\($0 + base)" }.value(timeout: .seconds(30))
}

extension Harness {
    /// Nothing in an idle pool wakes to look for work, for use of the main queue, or for the client's end, also while a
    /// timeline is written. A task that comes then has its main queue as soon as any other.
    func aPoolWithoutWorkSleeps() throws {
        for function in [countInQueue, countLater, countInTask] {
            try withPool { pool in
                let warm = try (0..<20).map { try pool.submit(double, $0) }
                for future in warm { _ = try future.value() }
                let processes = [pool.supervisorProcessID] + pool.workerProcessIDs
                check(isQuiet(processes, wakes: 0), "an idle pool wakes again and again")
                checkEqual(try pool.submit(function, 3).value(timeout: .seconds(20)), 3)
            }
        }
        try withPool { pool in
            let path = "/tmp/multitasking-quiet-\(getpid()).json"
            defer { unsafe unlink(path) }
            try pool.record(to: path) {
                checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
                // This thread alone looks, once in two seconds.
                let processes = [getpid(), pool.supervisorProcessID] + pool.workerProcessIDs
                check(isQuiet(processes, wakes: 2), "an idle pool that is recorded wakes again and again")
                let late = try pool.submit(double, options: TaskOptions(name: "late"), 2)
                checkEqual(try late.value(timeout: .seconds(20)), 4)
                // Before the recording ends.
                check(eventually { Proc.read(path).contains("\"late\"") }, "what comes after a rest is not written")
            }
        }
        // A task that waits looks 20 times a second whether its pool still lives, and nobody else looks.
        try withPool(maxWorkers: 1) { pool in
            let channel = try pool.makeChannel(capacity: 1)
            let waiting = try pool.submit(receiveThenCount, Queue(channel), 3)
            check(eventually { waiting.isRunning }, "the task does not begin")
            check(isQuiet(pool.workerProcessIDs, wakes: 80), "a worker whose task waits wakes again and again")
            _ = try channel.send(Int32(1), wait: .never)
            checkEqual(try waiting.value(timeout: .seconds(20)), 3)
        }
    }

    /// Whether there are two seconds in which the threads of these processes wake at most so often.
    func isQuiet(_ processes: [pid_t], wakes: Int) -> Bool {
        for _ in 0..<8 {
            let before = processes.reduce(0) { $0 + Proc.wakes($1) }
            sleep(2)
            if processes.reduce(0, { $0 + Proc.wakes($1) }) - before <= wakes { return true }
        }
        return false
    }

    func asynchronousTasksUseTheMainActor() throws {
        try withPool(maxWorkers: 1) { pool in
            checkEqual(try pool.submit(countTwice, 1).value(timeout: .seconds(20)), 2)
            checkEqual(try pool.submit(wholeFunctionOnMain, 1).value(timeout: .seconds(20)), 3)
            let many = try (0..<50).map { _ in try pool.submit(countTwice, 1) }
            checkEqual(try many.map { try $0.value(timeout: .seconds(20)) }.last, 103)
        }
    }

    func synchronousTasksUseTheMainQueue() throws {
        for function in 0..<3 {
            try withPool(maxWorkers: 1) { pool in
                for round in 1...20 {
                    let future =
                        switch function {
                        case 0: try pool.submit(countInQueue, 1)
                        case 1: try pool.submit(countLater, 1)
                        default: try pool.submit(countInTask, 1)
                        }
                    checkEqual(try future.value(timeout: .seconds(20)), round)
                }
            }
        }
    }

    func copiesUseTheMainActor() throws {
        guard method == .fork else { return }
        try withPool(maxWorkers: 2, captures: .copiesOnly) { pool in
            let step = number + 1
            let tasks = try (0..<4).map { index in
                index % 2 == 0
                    ? try pool.submit(1) { (x: Int) async -> Int in await countTwice(x * step) }
                    : try pool.submit(2) { (x: Int) -> Int in countInQueue(x * step) }
            }
            for task in tasks { checkEqual(try task.value(timeout: .seconds(20)), 2 * step) }
        }
    }

    func locksAreSharedWithTheMainActor() throws {
        try withPool(maxWorkers: 2, shutdown: .kill) { pool in
            let channel = try pool.makeChannel(capacity: nil)
            for round in 0..<6 {
                let tasks = try (0..<2).map { _ in try pool.submit(contend, Queue(channel), 300) }
                for task in tasks { check(try task.value(timeout: .seconds(30)) >= 4200, "in round \(round)") }
                // A successor is forked from a supervisor that has settled deaths.
                for pid in pool.workerProcessIDs { kill(pid, SIGKILL) }
            }
        }
    }

    func aTrapOnTheMainActorIsTheTasks() throws {
        try withPool(maxWorkers: 1) { pool in
            checkThrows(.workerCrashed) { try pool.submit(trapOnMain, 1).value(timeout: .seconds(20)) }
            checkEqual(try pool.submit(countTwice, 1).value(timeout: .seconds(20)), 2)
        }
    }

    func signalsReachTheTask() throws {
        for usesMain in [false, true] {
            try withPool(maxWorkers: 1) { pool in
                checkEqual(try pool.submit(beInterrupted, usesMain).value(timeout: .seconds(20)), 1)
            }
        }
    }

    /// As large as `ulimit -s` says, and much larger than the C library's default where it is unlimited.
    func theStackIsTheClients() throws {
        var before = rlimit()
        unsafe getrlimit(__rlimit_resource_t(3), &before)
        defer { unsafe _ = setrlimit(__rlimit_resource_t(3), &before) }
        for (size, megabytes) in [(rlim_t(32 << 20), 28), (rlim_t.max, 60)] {
            var limit = before
            limit.rlim_cur = min(size, before.rlim_max)
            unsafe _ = setrlimit(__rlimit_resource_t(3), &limit)
            let expected = limit.rlim_cur == size ? megabytes : 4
            try withPool(maxWorkers: 1) { pool in
                checkEqual(try pool.submit(useStack, expected).value(timeout: .seconds(20)), expected)
                checkEqual(try pool.submit(countTwice, 1).value(timeout: .seconds(20)), 2)
            }
        }
    }

    /// A worker that has not used Dispatch can be forked like any process.
    func aPoolIsForkedInATask() throws {
        try withPool(maxWorkers: 1) { pool in
            checkEqual(try pool.submit(forkedIn, "four").value(timeout: .seconds(30)), "5")
        }
    }
}
