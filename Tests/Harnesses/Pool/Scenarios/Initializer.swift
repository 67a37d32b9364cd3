import Glibc
import MultitaskingCore
import MultitaskingProcesses
import Synchronization

let initializerScenarios: [String: Scenario] = [
    "initializer-runs-once": { try $0.initializerRunsOnce() },
    "initializer-throws": { try $0.initializerFails(throwingInitializer, "PlainFailure") },
    "initializer-crashes": { try $0.initializerFails(crashingInitializer, "SIGKILL") },
    "initializer-fails-later": { try $0.initializerFailsLater() },
    "initializer-fails-beside-a-sleeper": { try $0.initializerFailsBesideASleeper() },
    "initializer-with-too-much": { try $0.initializerWithTooMuch() },
    "initializer-not-lost": { try $0.initializerNotLost() },
    "initializer-exits": { try $0.initializerFails(exitingInitializer, "exit code 0") },
]

private let initializations = Atomic<Int>(0)
private func countInitialization() { initializations.add(1, ordering: .relaxed) }
private func throwingInitializer() throws { throw PlainFailure(number: 33) }
private func crashingInitializer() { kill(getpid(), SIGKILL) }
private func exitingInitializer() { exit(0) }
private func failIfThere(_ path: String) throws {
    if unsafe access(path, F_OK) == 0 { throw PlainFailure(number: 34) }
}
private func keepBytes(_ bytes: [UInt8]) {}
private func failUnlessFirst(_ path: String) throws {
    guard unsafe open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600) >= 0 else { throw PlainFailure(number: 35) }
}
private func parentOfThis(_ x: Int) -> Int32 { getppid() }

/// What can't be sent to a worker that isn't forked.
private final class Uncodable: Sendable {
    let number: Int
    init(number: Int) { self.number = number }
}

private func initializationCount(_ x: Int) -> Int { initializations.load(ordering: .relaxed) }

extension Harness {
    func initializerRunsOnce() throws {
        try withPool(initializer: countInitialization) { pool in
            let counts = try (0..<100).map { try pool.submit(initializationCount, $0) }
            for count in counts { checkEqual(try count.value(), 1, "initializations in a worker") }
            checkThrows(.workerCrashed) { try pool.submit(struckIn, Grenade(.sigkill, .never)).value() }
            let later = try (0..<100).map { try pool.submit(initializationCount, $0) }
            for count in later { checkEqual(try count.value(), 1, "initializations in a worker") }
        }
        checkEqual(initializations.load(ordering: .relaxed), 0, "initializations in the parent")
    }

    /// A pool that is broken while one of its workers sleeps ends, and so do its channels, though nobody shuts it down.
    func initializerFailsBesideASleeper() throws {
        let path = "/tmp/multitasking-initializer-\(getpid())"
        defer { unsafe unlink(path) }
        let initializer = WorkerInitializer.calling({ failUnlessFirst }, path)
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, initializingWith: initializer)
        if let channel = try? pool.makeChannel() {
            checkEqual(try channel.receive(as: Int.self, wait: .upTo(.seconds(30))), nil)
            check(channel.status.isClosed, "the channel of a broken pool is open")
        }
        check(eventually { pool.workerProcessIDs.isEmpty }, "a worker of the broken pool is left")
        checkThrows(.initializerFailed) { try pool.submit(double, 1) }
    }

    /// What doesn't fit is refused, with the number of bytes that would.
    func initializerWithTooMuch() throws {
        let error = checkThrows(.arenaLimitReached) {
            try ProcessPool(
                maxWorkers: 1, startMethod: method, initializer: keepBytes, [UInt8](repeating: 0, count: 8 << 20))
        }
        check(
            error?.message.contains("that the pool has room for, whatever its arenaLimit") ?? false,
            "\(String(describing: error))")
    }

    /// A supervisor that dies is forked again, or, where that is not safe any more, spawned. Spawned workers have
    /// nothing of this process, so a pool whose initializer can't be sent ends rather than that they begin without it.
    func initializerNotLost() throws {
        guard method == .fork else { return }
        // A copy has it as it is; nothing that is sent has it.
        let box = Uncodable(number: 36)
        let pool = try ProcessPool(
            maxWorkers: 1, startMethod: .fork, initializer: { initializations.store(box.number, ordering: .relaxed) })
        checkEqual(try pool.submit(initializationCount, 1).value(timeout: .seconds(20)), 36)
        let isDone = Atomic<Bool>(false)
        let thread = startThread { while !isDone.load(ordering: .relaxed) { usleep(1_000) } }
        let supervisor = try pool.submit(parentOfThis, 1).value(timeout: .seconds(20))
        kill(supervisor, SIGKILL)
        var counts: Set<Int> = []
        let isBroken = eventually {
            guard let count = try? pool.submit(initializationCount, 1).value(timeout: .seconds(20)) else { return true }
            counts.insert(count)
            return false
        }
        check(isBroken, "the pool takes tasks without its initializer")
        isDone.store(true, ordering: .relaxed)
        pthread_join(thread, nil)
        check(counts.isSubset(of: [36]), "a worker has begun without its initializer: \(counts)")
        let error = checkThrows(.cannotSpawn) { try pool.submit(double, 1) }
        check(error?.message.contains("initializer") ?? false, "\(String(describing: error))")
    }

    /// A pool that is broken while one of its workers is busy for ever can be ended all the same.
    func initializerFailsLater() throws {
        let path = "/tmp/multitasking-initializer-\(getpid())"
        defer { unsafe unlink(path) }
        let initializer = WorkerInitializer.calling({ failIfThere }, path)
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, initializingWith: initializer)
        let started = try pool.makeChannel()
        let endless = try pool.submit(reportAndHang, Queue(started))
        let busy = try started.receive(as: Int32.self, wait: .upTo(.seconds(20)))
        checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
        close(unsafe open(path, O_CREAT | O_WRONLY, 0o600))
        for worker in pool.workerProcessIDs where worker != busy { kill(worker, SIGKILL) }
        check(eventually { (try? pool.submit(double, 1)) == nil }, "the pool still takes tasks")
        check(endless.isRunning, "the running task has ended")
        check(!pool.shutdown(.drain, within: .milliseconds(200), then: .kill), "an endless task has ended by itself")
        check(endless.isDone, "the running task goes on")
    }

    func initializerFails(
        _ initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void, _ words: String
    ) throws {
        // Handed on as it came: wrapped once more, it would capture and could not be sent.
        try withPool(wrapped: WorkerInitializer(initializer)) { pool in
            var futures: [Future<Int>] = []
            for number in 0..<20 { if let future = try? pool.submit(double, number) { futures.append(future) } }
            for future in futures {
                let error = checkThrows(.initializerFailed) { try future.value(timeout: .seconds(30)) }
                check(error?.message.contains(words) ?? false, "\(String(describing: error))")
            }
            check(eventually { (try? pool.submit(double, 1)) == nil }, "the pool still takes tasks")
            let late = checkThrows(.initializerFailed) { try pool.submit(double, 1) }
            check(late?.message.contains(words) ?? false, "\(String(describing: late))")
            check(eventually { pool.workerProcessIDs.isEmpty }, "workers are started again and again")
        }
    }
}
