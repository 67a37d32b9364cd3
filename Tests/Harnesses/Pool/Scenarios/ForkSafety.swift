import Dispatch
import Foundation
import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import MultitaskingThreads
import Synchronization

let forkSafetyScenarios: [String: Scenario] = [
    "fork-inherited-pool": { try $0.forkWithPool() },
    "fork-inherited-thread-pool": { try $0.forkWithThreadPool() },
    "fork-busy-threads-before": { try $0.busyThreads(before: true) },
    "fork-busy-threads-after": { try $0.busyThreads(before: false) },
    "fork-dispatch-used-before": { try $0.dispatchUsedBefore() },
    "fork-many-descriptors": { try $0.manyDescriptors() },
    "fork-no-standard-descriptors": { try $0.noStandardDescriptors() },
    "fork-in-a-task-returns": { try $0.forkInATask() },
    "fork-method-is-kept": { try $0.methodIsKept() },
    "fork-refused-leaves-nothing": { try $0.refusedForkLeavesNothing() },
    "fork-while-a-dropped-pool-drains": { try $0.forkWhileADroppedPoolDrains() },
    "fork-while-a-dropped-pool-is-mended": { try $0.forkWhileADroppedPoolIsMended() },
]

/// A flag between threads.
final class FlagBox: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

private struct Document: Codable {
    var title = "a title"
    var dates = [Date(timeIntervalSince1970: 1), Date(timeIntervalSince1970: 1e9)]
    var numbers = [1.5, 2.5]
}

private func formatDate(_ seconds: Int) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
}

private func forkAndGoOn(_ x: Int) throws -> Int {
    _ = fork()
    if x % 2 == 1 { throw PlainFailure(number: x) }
    return 2 * x
}

private func sumOfShared(_ numbers: SharedArray<Int>) -> Int { numbers.reduce(0, +) }

private func useEverything(_ count: Int) async throws -> Int {
    let fromGroup = await withTaskGroup(of: Int.self) { group in
        for number in 0..<count { group.addTask { number } }
        return await group.reduce(0, +)
    }
    try await Task.sleep(for: .milliseconds(2))
    let fromDispatch = await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: 1) }
    }
    let fromTask = await Task { 1 }.value
    return fromGroup + fromDispatch + fromTask
}

private func napAndDouble(_ milliseconds: Int) -> Int {
    _ = nap(milliseconds)
    return milliseconds * 2
}

extension Harness {
    /// A thread pool in a forked process: it takes nothing on, and nobody there waits for it.
    func forkWithThreadPool() throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let gate = pool.makeCancelSignal()
        let channel = try pool.makeChannel(capacity: nil)
        let running = try pool.submit(waitForFlag, Queue(channel), Flag(gate))
        _ = try channel.receive(as: Int32.self, wait: .forever)
        let queued = try pool.submit(double, 1)
        let child = fork()
        if child == 0 {
            alarm(20)
            checkThrows(.shutDown) { try pool.submit(double, 2) }
            checkThrows(.shutDown) { try pool.makeChannel(capacity: nil) }
            checkThrows(.shutDown) { try channel.send(1, wait: .forever) }
            checkThrows(.shutDown) { try channel.receive(as: Int.self, wait: .forever) }
            checkThrows(.shutDown) { try queued.value() }
            checkThrows(.shutDown) { try running.value() }
            let isTold = FlagBox()
            running.whenDone { isTold.set() }
            check(isTold.isSet, "who waits for a running task of the parent's waits for ever")
            check(!gate.waitUntilSet(.forever), "the signal is set")
            _ = channel.join(wait: .forever)
            pool.shutdown(.drain)
            checkEqual(try? withOwnThreadPool(), 42, "what a pool of the child's own does")
            exit(Checks.failures == 0 ? 5 : 1)
        }
        var status: Int32 = 0
        _ = unsafe waitpid(child, &status, 0)
        checkEqual(status, 5 << 8, "the child's status")
        gate.set()
        checkEqual(try queued.value(), 2)
        check(try running.value() > 0, "the running task did not end")
        pool.shutdown(.drain)
    }

    /// A process pool in a process that the program itself has forked: what its futures wait for stays the parent's.
    func forkWithPool() throws {
        try withPool { pool in
            checkEqual(try pool.submit(double, 1).value(), 2)
            let (ended, read) = (try pool.submit(double, 5), try pool.submit(double, 6))
            check(ended.waitUntilDone(.upTo(.seconds(20))), "a task has not ended")
            checkEqual(try read.value(), 12)
            let running = try pool.submit(nap, 100)
            let (channel, signal) = (try pool.makeChannel(capacity: 4), try pool.makeCancelSignal())
            var dropped: (any Channel)? = try pool.makeChannel(capacity: 4)
            _ = try channel.send(1, wait: .never)
            let child = fork()
            if child == 0 {
                alarm(20)
                checkThrows(.shutDown) { try ended.value() }
                checkThrows(.shutDown) { try running.value() }
                checkEqual(try read.value(), 12, "what the parent had read")
                check(!running.cancel(force: true), "the parent's task was cancelled")
                checkThrows(.shutDown) { try pool.submit(double, 2) }
                checkThrows(.shutDown) { try pool.makeChannel(capacity: nil) }
                for wait in [WaitLimit.never, .forever] {
                    checkThrows(.shutDown) { try channel.send(2, wait: wait) }
                    checkThrows(.shutDown) { try channel.send(contentsOf: Array(0..<1000), wait: wait) }
                    checkThrows(.shutDown) { try channel.send(String(repeating: "x", count: 1000), wait: wait) }
                    checkThrows(.shutDown) { try channel.receive(as: Int.self, wait: wait) }
                    checkThrows(.shutDown) { try channel.receive(upTo: 3, as: Int.self, wait: wait) }
                    checkThrows(.shutDown) { try channel.taskDone() }
                    check(!channel.join(wait: wait), "everything was reported")
                    check(!signal.waitUntilSet(wait), "the signal is set")
                }
                checkThrows(.shutDown) { try select(channel, signal, wait: .forever) }
                checkThrows(.shutDown) { try channel.whenReady(for: .receive) {} }
                _ = pool.memoryUsage
                channel.close(discarding: true)
                // The last handles here are not the last ones.
                dropped = nil
                pool.shutdown(.drain)
                exit(Checks.failures == 0 ? 5 : 1)
            }
            var status: Int32 = 0
            _ = unsafe waitpid(child, &status, 0)
            checkEqual(status, 5 << 8, "the child's status")
            checkEqual(try channel.receive(as: Int.self, wait: .never), 1, "what the child did not receive")
            check(try channel.send(3, wait: .never), "the channel is full")
            checkEqual(try dropped?.send(4, wait: .never), true)
            checkEqual(try dropped?.receive(as: Int.self, wait: .never), 4)
            signal.set()
            checkEqual(try ended.value(), 10, "a result that the child asked for")
            checkEqual(try running.value(), 100, "a task that the child waited for")
            checkEqual(try pool.submit(double, 2).value(), 4)
        }
    }

    /// A process that a task forks, and that returns from it, or throws, as the task does, is no second worker.
    func forkInATask() throws {
        try withPool { pool in
            for round in 0..<20 {
                let futures = try (0..<10).map { try pool.submit(forkAndGoOn, 10 * round + $0) }
                for (number, future) in futures.enumerated() {
                    let value = 10 * round + number
                    if value % 2 == 0 {
                        checkEqual(try future.value(timeout: .seconds(20)), 2 * value)
                    } else {
                        check((try? future.value(timeout: .seconds(20))) == nil, "the task did not throw")
                    }
                }
            }
            checkEqual(pool.statistics.tasks.submitted, 200)
            checkEqual(try (0..<1000).map { try pool.submit(double, $0) }.map { try $0.value() }.reduce(0, +), 999_000)
        }
    }

    private func withOwnThreadPool() throws -> Int {
        let own = try ThreadPool(maxWorkers: 1)
        defer { own.shutdown() }
        return try own.submit(double, 21).value()
    }

    func busyThreads(before: Bool) throws {
        let isOver = FlagBox()
        let work: @Sendable (Int) -> Void = { _ in
            while !isOver.isSet {
                _ = try? JSONDecoder().decode(Document.self, from: JSONEncoder().encode(Document()))
                _ = formatDate(1_700_000_000)
            }
        }
        var threads: [pthread_t] = []
        if before { threads = (0..<4).map { index in startThread { work(index) } } }
        try withPool { pool in
            if !before { threads = (0..<4).map { index in startThread { work(index) } } }
            let futures = try (0..<number).map { try pool.submit(formatDate, 1_000_000_000 + $0) }
            for (index, future) in futures.enumerated() {
                let text = try future.value(timeout: .seconds(60))
                if index == 0 { checkEqual(text, "2001-09-09 01:46:40") }
            }
            checkThrows(.workerCrashed) { try pool.submit(struckIn, Grenade(.sigkill, .never)).value() }
            checkEqual(try pool.submit(formatDate, 0).value(timeout: .seconds(60)), "1970-01-01 00:00:00")
        }
        isOver.set()
        for thread in threads { pthread_join(thread, nil) }
    }

    func dispatchUsedBefore() throws {
        DispatchQueue.global().sync {}
        let group = DispatchGroup()
        for _ in 0..<4 { DispatchQueue.global().async(group: group) { usleep(100) } }
        group.wait()
        runAsync { try await Task.sleep(for: .milliseconds(1)) }
        if method == .fork {
            checkThrows(.unsafeFork) { try ProcessPool(maxWorkers: 1, startMethod: .fork) }
        }
        let pool = try ProcessPool(maxWorkers: 2, startMethod: .automatic, arenaLimit: 64 << 20)
        checkEqual(pool.startedBy, .spawn)
        let futures = try (0..<30).map { try pool.submit(useEverything, $0) }
        for (count, future) in futures.enumerated() {
            checkEqual(try future.value(timeout: .seconds(30)), count * (count - 1) / 2 + 2)
        }
        pool.shutdown(.drain)
    }

    /// The descriptors handed to a spawned supervisor do not run into each other, whatever their numbers are.
    func manyDescriptors() throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur >= 600 else { return }
        let held = (0..<(498 - Proc.openFiles.count)).map { _ in unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
        for extra in 0..<6 {
            try withPool(maxWorkers: 1) { pool in
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            }
            _ = extra
            _ = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        }
        for descriptor in held { close(descriptor) }
        for descriptor in Int32(490)..<510 { close(descriptor) }
    }

    /// A daemon has closed its standard descriptors; the pool's own must not take their places.
    func noStandardDescriptors() throws {
        let output = dup(1)
        for descriptor: Int32 in 0..<3 { close(descriptor) }
        defer {
            dup2(output, 1)
            dup2(output, 2)
            _ = unsafe open("/dev/null", O_RDONLY)
            close(output)
        }
        try withPool(maxWorkers: 2) { pool in
            for round in 0..<20 { checkEqual(try pool.submit(double, round).value(timeout: .seconds(20)), round * 2) }
            checkThrows(.workerCrashed) { try pool.submit(struckIn, Grenade(.sigkill, .never)).value() }
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            // Its workers have a standard input again, where the client has none.
            let numbers = try pool.share([1, 2, 3])
            checkEqual(try pool.submit(sumOfShared, numbers).value(timeout: .seconds(20)), 6)
        }
    }

    func methodIsKept() throws {
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        checkEqual(pool.startedBy, method)
        pool.shutdown(.drain)
        let automatic = try ProcessPool(maxWorkers: 1, arenaLimit: 64 << 20)
        checkEqual(automatic.startedBy, .fork, "the method of a process with one thread")
        automatic.shutdown(.drain)
    }

    /// A pool that cannot start has made some of its parts by then.
    func refusedForkLeavesNothing() throws {
        let release = DispatchSemaphore(value: 0)
        let hasEnded = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            release.wait()
            hasEnded.signal()
        }
        func refuse() {
            checkThrows(.unsafeFork) {
                try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20, finalizer: { double(1) })
            }
        }
        refuse()
        let descriptors = Proc.openFiles.count
        for _ in 0..<20 { refuse() }
        checkEqual(Proc.openFiles.count, descriptors, "the open descriptors")
        release.signal()
        hasEnded.wait()
    }

    /// A pool that nobody holds any more has a thread that waits for its tasks, and ends at any moment: here during one
    /// of the next forks.
    func forkWhileADroppedPoolDrains() throws {
        for milliseconds in [300, 0, 1, 2, 3, 5, 8, 13, 0, 20] + Array(30..<70) {
            do { _ = try pool(maxWorkers: 1).submit(nap, milliseconds) }
            let next = try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20)
            checkEqual(try next.submit(double, 21).value(timeout: .seconds(20)), 42)
            next.shutdown(.drain)
        }
    }

    /// The caller, who waits for a future, and the thread that drains find the dead supervisor at the same moment, and
    /// either of them makes another one. Neither may keep the other from it.
    func forkWhileADroppedPoolIsMended() throws {
        for round in 0..<10 {
            let (future, supervisor) = try {
                let dropped = try pool(maxWorkers: 1)
                // The supervisor may not have made the worker by then.
                let options = TaskOptions(retries: .onCrash(1))
                let future = try dropped.submit(napAndDouble, options: options, 100 + 20 * round)
                return (future, dropped.supervisorProcessID)
            }()
            kill(supervisor, SIGKILL)
            checkEqual(try future.value(timeout: .seconds(20)), 200 + 40 * round)
            let next = try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 64 << 20)
            checkEqual(try next.submit(double, 21).value(timeout: .seconds(20)), 42)
            next.shutdown(.drain)
        }
    }

    private func pool(maxWorkers: Int) throws -> ProcessPool {
        try ProcessPool(maxWorkers: maxWorkers, startMethod: method, arenaLimit: 64 << 20)
    }
}
