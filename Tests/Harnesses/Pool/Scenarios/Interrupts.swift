import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingSystem

let interruptScenarios: [String: Scenario] = [
    "interrupt-graceful": { try $0.interruptGracefully() },
    "interrupt-deadline": { try $0.interruptAtDeadline() },
    "interrupt-races": { try $0.interruptRaces() },
    "interrupt-ignored": { try $0.interruptIgnored() },
    "interrupt-supervisor-killed": { try $0.interruptWithSupervisorKilled() },
    "interrupt-default": { try $0.waitToBeInterrupted(isHandled: false) },
    "interrupt-twice": { try $0.waitToBeInterrupted(isHandled: true) },
]

extension Harness {
    /// What a terminal does at Ctrl-C.
    private func interruptGroup() {
        setpgid(0, 0)
        kill(0, SIGINT)
    }

    private var handlesInterrupts: Bool {
        var action = sigaction()
        unsafe sigaction(SIGINT, nil, &action)
        return unsafe action.__sigaction_handler.sa_handler != nil
    }

    func interruptGracefully() throws {
        try withPool { pool in
            let before = handlesInterrupts
            let watch = try pool.shutDownOnInterrupt(within: .seconds(100))
            check(handlesInterrupts, "no handler is installed")
            let flag = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let running = try (0..<2).map { _ in try pool.submit(waitForFlag, Queue(started), Flag(flag)) }
            for _ in running { _ = try started.receive(as: Int32.self, wait: .forever) }
            let queued = try (0..<50).map { try pool.submit(double, $0) }
            interruptGroup()
            check(eventually { queued.allSatisfy(\.isDone) }, "a queued task does not end")
            check(queued.allSatisfy(\.isCancelled), "a queued task was not cancelled")
            checkThrows(.shutDown) { try pool.submit(double, 1) }
            // The workers are in groups of their own, and see nothing of it.
            flag.set()
            for task in running { check(try task.value(timeout: .seconds(20)) > 0, "a running task failed") }
            checkEqual(try started.receive(as: Int32.self, wait: .forever), nil, "the end of the channel")
            check(started.status.isClosed, "the channel is not closed")
            pool.shutdown(.drain)
            check(watch.end(), "the interrupt was not noticed")
            checkEqual(handlesInterrupts, before, "whether there is a handler")
        }
    }

    func interruptAtDeadline() throws {
        try withPool { pool in
            let watch = try pool.shutDownOnInterrupt(within: .milliseconds(200))
            let started = try pool.makeChannel(capacity: nil)
            let running = try (0..<2).map { _ in try pool.submit(reportAndHang, Queue(started)) }
            for _ in running { _ = try started.receive(as: Int32.self, wait: .forever) }
            let time = try ContinuousClock().measure {
                interruptGroup()
                // Nobody will ever send: whoever waits for it must not wait for ever.
                checkEqual(try started.receive(as: Int32.self, wait: .forever), nil, "the end of the channel")
            }
            check(time >= .milliseconds(190), "tasks were killed after \(time), before their time was up")
            for task in running {
                let error = checkThrows(.workerCrashed) { try task.value(timeout: .seconds(20)) }
                checkEqual((error?.cause as? WorkerFailure)?.signalName, "SIGKILL")
            }
            pool.shutdown(.drain)
            check(watch.end(), "the interrupt was not noticed")
        }
    }

    /// Every task that was accepted ends, at whatever moment the interrupt comes.
    func interruptRaces() throws {
        var random = SplitMix64(seed: number)
        for _ in 0..<30 {
            let pool = try ProcessPool(
                maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20,
                limits: WorkerLimits(minimumWorkers: Int.random(in: 0...2, using: &random), idleTime: .milliseconds(1)))
            let watch = try pool.shutDownOnInterrupt(within: .seconds(20))
            let microseconds = UInt32.random(in: 0..<6000, using: &random)
            let interrupter = startThread {
                usleep(microseconds)
                kill(getpid(), SIGINT)
            }
            var futures: [Future<Int>] = []
            while let future = try? pool.submit(double, futures.count) { futures.append(future) }
            for (index, future) in futures.enumerated() {
                do { checkEqual(try future.value(timeout: .seconds(20)), index * 2) } catch let error
                    as MultitaskingError
                {
                    checkEqual(error.code, .cancelled, "\(error)")
                }
            }
            pthread_join(interrupter, nil)
            pool.shutdown(.drain)
            check(watch.end(), "the interrupt was not noticed")
        }
    }

    /// A job in the background of a shell stays deaf.
    func interruptIgnored() throws {
        signal(SIGINT, SIG_IGN)
        try withPool { pool in
            let watch = try pool.shutDownOnInterrupt(within: .zero)
            kill(getpid(), SIGINT)
            checkEqual(try pool.submit(double, 2).value(timeout: .seconds(20)), 4)
            check(!watch.end(), "an ignored interrupt was noticed")
            kill(getpid(), SIGINT)
        }
    }

    func interruptWithSupervisorKilled() throws {
        try withPool { pool in
            let watch = try pool.shutDownOnInterrupt(within: .milliseconds(100))
            let started = try pool.makeChannel(capacity: nil)
            let running = try (0..<2).map { _ in try pool.submit(reportAndHang, Queue(started)) }
            for _ in running { _ = try started.receive(as: Int32.self, wait: .forever) }
            let queued = try (0..<20).map { try pool.submit(double, $0) }
            interruptGroup()
            kill(pool.supervisorProcessID, SIGKILL)
            for task in running {
                do { _ = try task.value(timeout: .seconds(20)) } catch let error as MultitaskingError {
                    check([.workerCrashed, .supervisorLost].contains(error.code), "\(error)")
                }
            }
            for (index, task) in queued.enumerated() {
                do { checkEqual(try task.value(timeout: .seconds(20)), index * 2) } catch let error as MultitaskingError
                {
                    check([.cancelled, .supervisorLost].contains(error.code), "\(error)")
                }
            }
            pool.shutdown(.drain)
            check(watch.end(), "the interrupt was not noticed")
        }
    }

    /// Keeps a pool busy until the test interrupts this process, once or twice.
    func waitToBeInterrupted(isHandled: Bool) throws {
        setpgid(0, 0)
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20)
        let watch = isHandled ? try pool.shutDownOnInterrupt(within: .seconds(1000)) : nil
        let started = try pool.makeChannel(capacity: nil)
        let hang = try pool.submit(reportAndHang, Queue(started))
        _ = try started.receive(as: Int32.self, wait: .forever)
        let other = try pool.submit(reportAndHang, Queue(started))
        _ = try started.receive(as: Int32.self, wait: .forever)
        let queued = try pool.submit(double, 1)
        report("ready")
        check(eventually(within: .seconds(60)) { queued.isDone }, "the first interrupt does nothing")
        report("interrupted")
        _ = eventually(within: .seconds(60)) { other.isDone }
        Checks.fail("the program goes on: \(hang.state) \(String(describing: watch?.end()))")
    }
}
