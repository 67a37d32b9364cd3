import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let lossScenarios: [String: Scenario] = [
    "loss-supervisor": { try $0.supervisorLost() },
    "loss-supervisor-idle": { try $0.supervisorLostIdle() },
    "loss-supervisor-again-and-again": { try $0.supervisorStorm() },
    "loss-supervisor-watched": { try $0.supervisorLostBesideCallbacks() },
    "loss-supervisor-newborn": { try $0.newbornSupervisorsKilled() },
    "loss-supervisor-glances": { try $0.supervisorLostWhileGlancing() },
    "loss-supervisor-grandchild": { try $0.grandchildOfLostSupervisor() },
    "loss-idle-workers": { try $0.idleWorkersKilled() },
    "loss-busy-workers": { try $0.busyWorkersKilled() },
    "loss-parent": { try $0.waitToBeKilled() },
]

extension Harness {
    func supervisorLost() throws {
        try withPool(maxWorkers: 2) { pool in
            let gate = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let running = try (0..<2).map { _ in try pool.submit(reportAndHang, Queue(started)) }
            for _ in 0..<2 { _ = try started.receive(as: Int32.self, wait: .forever) }
            let queued = try (0..<20).map { try pool.submit(double, $0) }
            let old = pool.supervisorProcessID
            kill(old, SIGKILL)
            for future in running {
                let error = checkThrows(.supervisorLost) { try future.value(timeout: .seconds(20)) }
                check(error?.cause is WorkerFailure, "\(String(describing: error))")
            }
            for (number, future) in queued.enumerated() {
                checkEqual(try future.value(timeout: .seconds(20)), number * 2)
            }
            check(pool.supervisorProcessID != old, "the supervisor was not replaced")
            check(gate.isSet == false, "a signal changed")
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        }
    }

    /// The thread that makes callbacks and the one that waits both find the supervisor dead, and one of them forks the
    /// next one, for which the other has to hold still.
    func supervisorLostBesideCallbacks() throws {
        try withPool(maxWorkers: 2) { pool in
            for round in 0..<25 {
                let calls = Atomic<Int>(0)
                let futures = try (0..<40).map { try pool.submit(double, $0) }
                for future in futures {
                    future.whenDone {
                        // To ask for the state of a task is to look after the supervisor as well.
                        for other in futures { _ = other.state }
                        calls.add(1, ordering: .relaxed)
                    }
                }
                usleep(UInt32(round * 60))
                kill(pool.supervisorProcessID, SIGKILL)
                // By turns, only the callbacks' thread looks after the supervisor, or this one does as well.
                if round.isMultiple(of: 2) { _ = futures[39].waitUntilDone(.upTo(.seconds(20))) }
                check(eventually { calls.load(ordering: .relaxed) == 40 }, "callbacks of round \(round) are missing")
            }
        }
    }

    func supervisorLostIdle() throws {
        try withPool(maxWorkers: 2) { pool in
            for round in 0..<5 {
                kill(pool.supervisorProcessID, SIGKILL)
                let future = try pool.submit(double, round)
                // Looking now and then must be enough, nobody has to block.
                check(eventually { future.isDone }, "a supervisor's death is not noticed by looking at a future")
                // A worker may have begun it in its last moments.
                do { checkEqual(try future.value(timeout: .seconds(20)), round * 2) } catch let error
                    as MultitaskingError
                { checkEqual(error.code, .supervisorLost) }
            }
            // Asynchronous callers, of the last round's dead supervisor, and of another one.
            for round in 1...2 {
                runAsync {
                    do {
                        let value = try await pool.submit(double, round).value(timeout: .seconds(20))
                        checkEqual(value, round * 2)
                    } catch let error as MultitaskingError { checkEqual(error.code, .supervisorLost) }
                }
                kill(pool.supervisorProcessID, SIGKILL)
            }
        }
    }

    /// Supervisors killed as soon as there is one, more often than a pool would let them die by themselves.
    func newbornSupervisorsKilled() throws {
        try withPool(maxWorkers: 2) { pool in
            var victims: Set<pid_t> = []
            while victims.count < 80 {
                let victim = pool.supervisorProcessID
                kill(victim, SIGKILL)
                victims.insert(victim)
                // If a worker does it in its last moments, the next one finds no worker.
                let waiting = try pool.submit(double, 1)
                let isReplaced = eventually { waiting.isDone || pool.supervisorProcessID != victim }
                guard isReplaced else { return Checks.fail("the supervisor is not replaced") }
            }
            checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        }
    }

    func supervisorStorm() throws {
        var random = SplitMix64(seed: number)
        try withPool(maxWorkers: 2) { pool in
            for _ in 0..<10 {
                let futures = try (0..<100).map { try pool.submit(echoBytes, [UInt8](repeating: 1, count: $0 * 20)) }
                usleep(UInt32.random(in: 0..<20_000, using: &random))
                kill(pool.supervisorProcessID, SIGKILL)
                var lost = 0
                for (number, future) in futures.enumerated() {
                    do { checkEqual(try future.value(timeout: .seconds(20)).count, number * 20) } catch let error
                        as MultitaskingError
                    {
                        checkEqual(error.code, .supervisorLost, "\(error)")
                        lost += 1
                    }
                }
                check(lost <= 2, "\(lost) tasks were lost with two workers")
            }
        }
    }

    /// Whoever never waits for longer than a moment notices the supervisor's death all the same.
    func supervisorLostWhileGlancing() throws {
        try withPool(maxWorkers: 1) { pool in
            let channel = try pool.makeChannel(capacity: nil)
            var future = try pool.submit(double, 1)
            let receive = { (wait: WaitLimit) throws -> Bool in
                guard try channel.receive(as: Int32.self, wait: wait) != nil else { return false }
                try channel.taskDone()
                return true
            }
            let glances: [(String, () throws -> Bool)] = [
                ("outcome", { future.outcome() != nil }),
                ("waitUntilDone(.never)", { future.waitUntilDone(.never) }),
                ("receive(.never)", { try receive(.never) }),
                ("receive(.upTo)", { try receive(.upTo(.milliseconds(1))) }),
                ("join(.never)", { channel.join(wait: .never) }),
            ]
            for (name, glance) in glances {
                _ = future.waitUntilDone()
                while try receive(.never) {}
                check(eventually { pool.workerProcessIDs.count == 1 }, "no worker")
                if name.hasPrefix("join") { _ = try channel.send(Int32(0), wait: .never) }
                let workers = pool.workerProcessIDs
                kill(pool.supervisorProcessID, SIGKILL)
                // A worker that dies after it has taken the task takes it along, and nothing is ever sent.
                check(eventually { !workers.contains(where: isRunning) }, "the worker outlives its supervisor")
                future = try pool.submit(name.hasPrefix("join") ? receiveAndReport : sendAndReturn, Queue(channel))
                check(try eventually(glance), "\(name) never sees the end of a task whose supervisor died before")
            }
        }
    }

    /// What a task has started ends with its worker, also if that dies with the supervisor.
    func grandchildOfLostSupervisor() throws {
        try withPool(maxWorkers: 1) { pool in
            let started = try pool.makeChannel(capacity: nil)
            let task = try pool.submit(startSleeperAndHang, Queue(started))
            let sleeper = try started.receive(as: Int32.self, wait: .upTo(.seconds(20))) ?? 0
            check(sleeper > 0 && Proc.exists(sleeper), "no process was started")
            kill(pool.supervisorProcessID, SIGKILL)
            checkThrows(.supervisorLost) { try task.value(timeout: .seconds(20)) }
            let isGone = eventually { Proc.status(sleeper).map { $0.state == "Z" } ?? true }
            check(isGone, "the task's process outlives it: \(Proc.status(sleeper).map { "\($0)" } ?? "")")
        }
    }

    func idleWorkersKilled() throws {
        try withPool(maxWorkers: 2) { pool in
            for round in 0..<20 {
                check(eventually { pool.workerProcessIDs.count == 2 }, "the workers did not start")
                for pid in pool.workerProcessIDs { kill(pid, SIGKILL) }
                // A task that a dying worker takes may die with it, or go back into the queue; it ends in any case.
                let futures = try (0..<4).map { try pool.submit(double, round + $0) }
                for (number, future) in futures.enumerated() {
                    do { checkEqual(try future.value(timeout: .seconds(20)), (round + number) * 2) } catch let error
                        as MultitaskingError
                    { checkEqual(error.code, .workerCrashed) }
                }
            }
        }
    }

    func busyWorkersKilled() throws {
        try withPool(maxWorkers: 2) { pool in
            let started = try pool.makeChannel(capacity: nil)
            for _ in 0..<10 {
                let futures = try (0..<2).map { _ in try pool.submit(reportAndHang, Queue(started)) }
                for _ in 0..<2 {
                    let pid = try started.receive(as: Int32.self, wait: .upTo(.seconds(20))) ?? 0
                    check(pid > 0, "a task did not start")
                    if pid > 0 { kill(pid, SIGKILL) }
                }
                for future in futures {
                    let error = checkThrows(.workerCrashed) { try future.value(timeout: .seconds(20)) }
                    checkEqual((error?.cause as? WorkerFailure)?.phase, .running)
                }
            }
        }
    }

    /// Keeps a pool busy until the test kills this process.
    func waitToBeKilled() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        let channel = try pool.makeChannel(capacity: 10)
        let hang = try pool.submit(reportAndHang, Queue(channel))
        if method == .fork {
            let milliseconds = 100_000
            _ = try pool.submit(1) { nap(milliseconds + $0) }
            _ = try pool.submit(1) { nap(milliseconds + $0) }
        }
        let pid = try channel.receive(as: Int32.self, wait: .forever) ?? 0
        report("ready \(pool.supervisorProcessID) \(pid)")
        var count = 0
        while !hang.isDone {
            let futures = try (0..<20).map { try pool.submit(echoBytes, [UInt8](repeating: 1, count: $0 * 100)) }
            if number == 0 { for future in futures { _ = try future.value() } } else { sleep(100) }
            count += 1
        }
    }
}
