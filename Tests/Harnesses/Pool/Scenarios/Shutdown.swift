import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let shutdownScenarios: [String: Scenario] = [
    "shutdown-drain": { try $0.shutdownDrain() },
    "shutdown-cancel-queued": { try $0.shutdownCancelQueued() },
    "shutdown-kill": { try $0.shutdownKill() },
    "shutdown-kill-stopped-worker": { try $0.shutdownKillStopped() },
    "shutdown-concurrently": { try $0.shutdownConcurrently() },
    "shutdown-during-submits": { try $0.shutdownDuringSubmits() },
    "shutdown-during-replacement": { try $0.shutdownDuringReplacement() },
    "shutdown-others-still-wait": { try $0.othersStillWait() },
    "shutdown-by-dropping": { try $0.dropped() },
    "shutdown-by-dropping-with-dependents": { try $0.droppedWithDependents() },
    "shutdown-refuses-dependents": { try $0.dependentsRefused() },
    "shutdown-at-once": { try $0.shutdownAtOnce() },
    "shutdown-kill-initializing": { try $0.shutdownKillInitializing() },
    "shutdown-while-encoding": { try $0.shutdownWhileEncoding() },
    "shutdown-children-ignored": { try $0.childrenIgnored() },
]

private func initializeSlowly(_ path: String) {
    _ = countCall(path)
    sleep(10)
}

private func parent(_ x: Int) -> Int32 { getppid() }

/// Does something while it is encoded.
struct Hooked: Codable, Sendable {
    static let whileEncoding = Mutex<(@Sendable () -> Void)?>(nil)

    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws { Self.whileEncoding.withLock { $0 }?() }
}

func take(_ value: Hooked) -> Int { 1 }

extension Harness {
    /// A task whose arguments are being encoded while the pool ends is queued when all processes have left.
    func shutdownWhileEncoding() throws {
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        let supervisor = try pool.submit(parent, 1).value()
        Hooked.whileEncoding.withLock {
            $0 = {
                pool.beginShutdown(.drain)
                var info = unsafe siginfo_t()
                // Until it has ended; it is not reaped.
                _ = unsafe waitid(P_PID, id_t(supervisor), &info, WEXITED | WNOWAIT)
            }
        }
        do {
            let late = try pool.submit(take, Hooked())
            checkThrows(.cancelled) { try late.value(timeout: .seconds(20)) }
        } catch let error as MultitaskingError { checkEqual(error.code, .shutDown) }
        Hooked.whileEncoding.withLock { $0 = nil }
        pool.shutdown(.drain)
    }

    /// Workers that are killed with their pool have not failed to start.
    func shutdownKillInitializing() throws {
        try withCounter { path in
            let pool = try ProcessPool(
                maxWorkers: 4, startMethod: method, arenaLimit: 64 << 20, initializer: initializeSlowly, path)
            let queued = try pool.submit(double, 1)
            check(eventually { Proc.size(path) == 4 }, "\(Proc.size(path)) initializers of 4 have begun")
            pool.shutdown(.kill)
            check(queued.isCancelled, "the task that was queued is \(queued.state)")
            checkThrows(.shutDown) { try pool.submit(double, 1) }
            checkThrows(.shutDown) { try pool.makeChannel() }
        }
    }

    func shutdownDrain() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        let futures = try (0..<200).map { try pool.submit(double, $0) } + [pool.submit(nap, 50), pool.submit(nap, 50)]
        let bytes = try pool.submit(makeBytes, 100_000)
        pool.shutdown(.drain)
        check(futures.allSatisfy(\.isDone), "a future is not done after shutdown")
        checkEqual(try futures.map { try $0.value() }, (0..<200).map { $0 * 2 } + [50, 50])
        checkEqual(try bytes.value().count, 100_000)
        pool.shutdown(.drain)
        pool.shutdown(.kill)
        checkThrows(.shutDown) { try pool.submit(double, 1) }
        checkThrows(.shutDown) { try pool.makeChannel(capacity: 1) }
        checkThrows(.shutDown) { try pool.makeCancelSignal() }
    }

    func shutdownCancelQueued() throws {
        try withPool(maxWorkers: 1, shutdown: .cancelQueued) { pool in
            let flag = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let running = try pool.submit(waitForFlag, Queue(started), Flag(flag))
            _ = try started.receive(as: Int32.self, wait: .forever)
            let queued = try (0..<50).map { try pool.submit(double, $0) }
            let setter = startThread {
                check(eventually { queued.allSatisfy(\.isDone) }, "queued tasks are not cancelled by the shutdown")
                flag.set()
            }
            pool.shutdown(.cancelQueued)
            pthread_join(setter, nil)
            check(try running.value() > 0, "the running task did not finish")
            check(queued.allSatisfy(\.isCancelled), "queued tasks were not cancelled")
        }
    }

    func shutdownKill() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        let started = try pool.makeChannel(capacity: nil)
        let hanging = try (0..<2).map { _ in try pool.submit(reportAndHang, Queue(started)) }
        for _ in 0..<2 { _ = try started.receive(as: Int32.self, wait: .forever) }
        let queued = try (0..<100).map { _ in try pool.submit(nap, 1000) }
        let time = ContinuousClock().measure { pool.shutdown(.kill) }
        check(time < .seconds(20), "100 seconds of work were not killed but waited for: \(time)")
        for future in hanging {
            let error = checkThrows(.workerCrashed) { try future.value() }
            checkEqual((error?.cause as? WorkerFailure)?.signalName, "SIGKILL")
            let isNamed = error?.message.contains("this program ended the pool") == true
            check(isNamed, "who did it is not said: \(error as Any)")
        }
        check(queued.allSatisfy(\.isCancelled), "queued tasks are not cancelled")
    }

    func shutdownKillStopped() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        check(eventually { pool.workerProcessIDs.count == 2 }, "the workers did not start")
        checkEqual(try pool.submit(double, 1).value(), 2)
        for pid in pool.workerProcessIDs { kill(pid, SIGSTOP) }
        let future = try pool.submit(double, 4)
        pool.shutdown(.kill)
        check(future.isDone, "the future is not done")
    }

    func shutdownConcurrently() throws {
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            let futures = try (0..<20).map { try pool.submit(nap, $0) }
            onThreads(4) { _ in
                pool.shutdown(mode)
                check(futures.allSatisfy(\.isDone), "a shutdown returned before everything was done")
            }
        }
    }

    /// Submits while the pool shuts down: every task that was accepted ends.
    func shutdownDuringSubmits() throws {
        for round in 0..<30 {
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            let bytes = [UInt8](repeating: 1, count: round % 2 == 0 ? 10 : 4 << 20)
            let submitters = (0..<2).map { _ in
                startThread {
                    while true {
                        do {
                            let future = try pool.submit(bytes) { $0.count }
                            do { _ = try future.value(timeout: .seconds(20)) } catch let error as MultitaskingError {
                                check([.cancelled, .workerCrashed].contains(error.code), "\(error)")
                            }
                        } catch let error as MultitaskingError {
                            checkEqual(error.code, .shutDown)
                            return
                        } catch { return Checks.fail("\(error)") }
                    }
                }
            }
            usleep(useconds_t(round * 300))
            pool.shutdown([.drain, .cancelQueued, .kill][round % 3])
            for thread in submitters { pthread_join(thread, nil) }
        }
    }

    /// Ends pools whose workers were all killed just before, and are being replaced.
    func shutdownDuringReplacement() throws {
        for round in 0..<18 {
            let mode = [ShutdownMode.drain, .cancelQueued, .kill][round % 3]
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20)
            checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
            for pid in pool.workerProcessIDs { kill(pid, SIGKILL) }
            let queued = try (0..<10).map { try pool.submit(double, $0) }
            usleep(useconds_t(round / 3 * 400))
            pool.shutdown(mode)
            check(queued.allSatisfy(\.isDone), "a task is not over after shutdown(\(mode))")
            // A worker that was killed may have just taken one.
            let failed = queued.count { if case .success = $0.outcome() { false } else { true } }
            check(mode != .drain || failed <= 2, "\(failed) tasks failed")
        }
    }

    /// A wait with a limit keeps its limit while another thread shuts the pool down.
    func othersStillWait() throws {
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        let flag = try pool.makeCancelSignal()
        let started = try pool.makeChannel(capacity: nil)
        let running = try pool.submit(waitForFlag, Queue(started), Flag(flag))
        _ = try started.receive(as: Int32.self, wait: .forever)
        let other = startThread { pool.shutdown(.drain) }
        check(
            eventually { (try? pool.submit(double, 1)) == nil }, "the shutdown does not begin")
        checkThrows(.timedOut) { try running.value(timeout: .milliseconds(100)) }
        check(pool.supervisorProcessID > 0, "there is no supervisor")
        flag.set()
        check(try running.value() > 0, "the task did not end")
        pthread_join(other, nil)
    }

    func dropped() throws {
        var futures: [Future<Int>] = []
        do {
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            futures = try (0..<50).map { try pool.submit(nap, $0 % 5) }
        }
        for (number, future) in futures.enumerated() { checkEqual(try future.value(timeout: .seconds(30)), number % 5) }
    }

    func droppedWithDependents() throws {
        let dependents: [Future<Int>]
        do {
            let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
            let slow = try pool.submit(nap, 200)
            let first = try pool.submit(double, resultsOf: slow)
            dependents = [first, try pool.submit(double, resultsOf: first)]
        }
        checkEqual(try dependents.map { try $0.value(timeout: .seconds(30)) }, [400, 800])
    }

    func dependentsRefused() throws {
        let promise = Promise<Int>()
        let options = TaskOptions(resources: ResourceRequest(cpus: 2))
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        checkThrows(.invalidArgument) { try pool.submit(double, options: options, 1) }
        checkThrows(.invalidArgument) { try pool.submit(double, options: options, resultsOf: promise.future) }
        pool.shutdown(.drain)
        checkThrows(.shutDown) { try pool.submit(double, resultsOf: promise.future) }
    }

    func shutdownAtOnce() throws {
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            for _ in 0..<10 {
                let pool = try ProcessPool(maxWorkers: 3, startMethod: method, arenaLimit: 64 << 20)
                pool.shutdown(mode)
            }
        }
    }

    /// A program that ignores SIGCHLD never gets to know how its children ended.
    func childrenIgnored() throws {
        signal(SIGCHLD, SIG_IGN)
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20, captures: .copiesOnly)
        checkEqual(try pool.submit(double, 4).value(), 8)
        checkThrows(.workerCrashed) { try pool.submit(struckIn, Grenade(.sigkill, .never)).value() }
        checkEqual(try pool.submit(double, 4).value(), 8)
        if method == .fork {
            // What nobody else knows, a copy may have noted itself.
            let number = Unsent(1)
            for (signal, words) in [(SIGKILL, "ended in an unknown way"), (SIGSEGV, "SIGSEGV")] {
                let error = checkThrows(.workerCrashed) {
                    try pool.submit(signal) { (signal: Int32) -> Int in
                        kill(getpid(), signal)
                        return number.value
                    }.value()
                }
                check(error?.message.contains(words) ?? false, "\(String(describing: error))")
            }
        }
        pool.shutdown(.drain)
    }
}

/// What only a copy of this process has.
private final class Unsent: Sendable {
    let value: Int
    init(_ value: Int) { self.value = value }
}
