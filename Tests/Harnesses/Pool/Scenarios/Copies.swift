import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let copyScenarios: [String: Scenario] = [
    "copy-amid-callbacks": { try $0.copiesAmidCallbacks() },
    "copy-captures": { try $0.copyCaptures() },
    "copy-crashes": { try $0.copyCrashes() },
    "copy-many": { try $0.copyMany() },
    "copy-dropped-crashes": { try $0.copyDroppedCrashes() },
    "copy-cancel": { try $0.copyCancel() },
    "copy-limit": { try $0.copyLimit() },
    "copy-shutdown": { try $0.copyShutdown() },
    "copy-kill-storm": { try $0.copyKillStorm() },
    "copy-killed-newborn": { try $0.copyKilledNewborn() },
    "copy-slot-reused": { try $0.copySlotReused() },
    "copy-cancelled-running": { try $0.copyCancelledRunning() },
    "copy-begun-is-not-late": { try $0.copyBegunIsNotLate() },
    "copy-late": { try $0.copyLate() },
    "copy-refused": { try $0.copyRefused() },
    "copy-refused-after-a-wait": { try $0.copyRefusedAfterAWait() },
    "copy-ended-alone": { try $0.copyEndedAlone() },
    "copy-ends-beside-the-next-task": { try $0.copyEndsBesideTheNextTask() },
    "copy-ends-when-asked": { try $0.copyEndsWhenAsked() },
]

/// How often this process was sent SIGTERM.
private let terminations = Atomic<Int>(0)

/// A type that no worker can find by its name.
private struct Hidden: Codable, Sendable, Equatable {
    var number: Int
}

/// A value that cannot be encoded: copies need no encoding of what they capture.
private final class Box: Sendable {
    let number: Int
    init(_ number: Int) { self.number = number }
}

extension Harness {
    /// A pool that does not copy what functions capture one by one, but forks.
    private func withCopyingPool(
        maxWorkers: Int = 2, limits: WorkerLimits = .none, _ body: (ProcessPool) throws -> Void
    ) throws {
        try withPool(maxWorkers: maxWorkers, limits: limits, captures: .copiesOnly, body)
    }

    /// The thread that calls back is now and then awake when a copy is to be forked; it sleeps again in a moment.
    func copiesAmidCallbacks() throws {
        guard method == .fork else { return }
        try withCopyingPool(maxWorkers: 2) { pool in
            for round in 0..<150 {
                let calls = try (0..<20).map { try pool.submit(double, $0) }
                for call in calls { call.whenDone {} }
                checkEqual(try pool.submit(1) { $0 + round }.value(timeout: .seconds(20)), round + 1)
            }
        }
    }

    /// While a copy whose time is up is given its grace period, its worker runs the next task, whose time limit holds.
    func copyEndsBesideTheNextTask() throws {
        guard method == .fork else { return }
        try withCopyingPool(maxWorkers: 1) { pool in
            let box = Box(1)
            let stubborn = try pool.submit(
                options: TaskOptions(timeout: .milliseconds(100), gracePeriod: .seconds(2)), 1
            ) { (number: Int) -> Int in
                signal(SIGTERM, SIG_IGN)
                while box.number > 0 { usleep(1_000) }
                return number
            }
            let short = TaskOptions(timeout: .milliseconds(100), gracePeriod: .milliseconds(10))
            let next = try pool.submit(nap, options: short, 60_000)
            checkThrows(.taskTimedOut) { try next.value(timeout: .seconds(30)) }
            check(!stubborn.isDone, "the next task was not ended before the one that does not end by itself")
            checkThrows(.taskTimedOut) { try stubborn.value(timeout: .seconds(30)) }
        }
    }

    func copyCaptures() throws {
        try withCopyingPool { pool in
            let box = Box(100)
            checkEqual(try pool.submit(5) { $0 + box.number }.value(), 105)
            for retries in [RetryPolicy.onErrors(CancellationError.self, limit: 1), .onCrash(1)] {
                let options = TaskOptions(retries: retries)
                let refusal = checkThrows(.invalidArgument) { try pool.submit(options: options, 5) { $0 + box.number } }
                check(refusal?.message.contains("pass them as arguments") ?? false, "\(String(describing: refusal))")
                let hidden = checkThrows(.invalidArgument) {
                    try pool.submit(options: options, Hidden(number: 3)) { $0.number }
                }
                check(hidden?.message.contains("make it internal") ?? false, "\(String(describing: hidden))")
                checkEqual(try pool.submit(double, options: options, 4).value(), 8)
            }
            let once = TaskOptions(timeout: .seconds(60), retries: .onCrash(0))
            checkEqual(try pool.submit(options: once, 5) { $0 + box.number }.value(), 105)
            checkEqual(try pool.submit(Hidden(number: 3)) { Hidden(number: $0.number + 1) }.value(), Hidden(number: 4))
            let large = (0..<1_000_000).map { $0 }
            checkEqual(try pool.submit(999) { large[$0] }.value(), 999)
            checkEqual(
                try pool.submit(1) { _ in [UInt8](repeating: 1, count: 2_000_000 + box.number) }.value().count,
                2_000_100)
            let channel = try pool.makeChannel(capacity: nil)
            try pool.submit(7) { (number: Int) throws -> Void in
                _ = try channel.send(number + box.number, wait: .forever)
                _ = try channel.send([UInt8](repeating: 1, count: 10_000), wait: .forever)
            }.value()
            checkEqual(try channel.receive(as: Int.self, wait: .never), 107)
            checkEqual(try channel.receive(as: [UInt8].self, wait: .never)?.count, 10_000)
            do {
                _ = try pool.submit(5) { (number: Int) throws -> Int in
                    throw CodableFailure(number: box.number + number)
                }
                .value()
                Checks.fail("the error got lost")
            } catch let error as CodableFailure { checkEqual(error.number, 105) }
            checkThrows(.shutDown) {
                try pool.submit(5) { (x: Int) throws -> Int in try pool.submit(double, x).value() }.value()
            }
        }
    }

    func copyCrashes() throws {
        try withCopyingPool { pool in
            let box = Box(1)
            for blow in Blow.deadly {
                let error = checkThrows(blow.signals.isEmpty ? .workerExited : .workerCrashed) {
                    try pool.submit(blow) { (blow: Blow) throws -> Int in
                        try blow.strike()
                        return box.number
                    }.value(timeout: .seconds(20))
                }
                let failure = error?.cause as? WorkerFailure
                checkEqual(failure?.phase, .running)
                checkEqual(failure?.exitCode, blow.exitCode, "\(blow): the exit code")
                check(
                    failure?.signal.map(blow.signals.contains) ?? blow.signals.isEmpty,
                    "\(blow): \(String(describing: failure))")
                checkEqual(try pool.submit(5) { $0 + box.number }.value(timeout: .seconds(20)), 6)
            }
            check(eventually { pool.workerProcessIDs.count == 2 }, "workers are \(pool.workerProcessIDs)")
        }
    }

    func copyMany() throws {
        try withCopyingPool { pool in
            let box = Box(1000)
            for _ in 0..<4 {
                let futures = try (0..<50).map { try pool.submit($0) { $0 + box.number } }
                checkEqual(try futures.map { try $0.value(timeout: .seconds(30)) }, (1000..<1050).map { $0 })
            }
            // More than there can be at once: `submit` waits for room.
            let more = try (0..<150).map { try pool.submit($0) { $0 + box.number } }
            checkEqual(try more.map { try $0.value(timeout: .seconds(30)) }, (1000..<1150).map { $0 })
            check(Proc.children.count <= 70, "\(Proc.children.count) children")
        }
    }

    func copyDroppedCrashes() throws {
        try withCopyingPool { pool in
            let box = Box(1)
            for _ in 0..<150 {
                _ = try pool.submit(Blow.quickExit) { (blow: Blow) throws -> Int in
                    try blow.strike()
                    return box.number
                }
            }
            checkEqual(try pool.submit(5) { $0 + box.number }.value(timeout: .seconds(20)), 6)
        }
    }

    func copyCancel() throws {
        try withCopyingPool(maxWorkers: 1) { pool in
            let gate = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            let ran = try pool.makeChannel(capacity: nil)
            let blocker = try pool.submit(waitForFlag, Queue(started), Flag(gate))
            _ = try started.receive(as: Int32.self, wait: .forever)
            let copies = try (0..<20).map { number in
                try pool.submit(number) { (number: Int) throws -> Void in _ = try ran.send(number, wait: .forever) }
            }
            for copy in copies.prefix(15) { check(copy.cancel(), "a queued copy was not cancelled") }
            gate.set()
            for copy in copies.suffix(5) { try copy.value(timeout: .seconds(20)) }
            for copy in copies.prefix(15) { checkThrows(.cancelled) { try copy.value() } }
            _ = try blocker.value()
            var numbers: [Int] = []
            while let number = try ran.receive(as: Int.self, wait: .never) { numbers.append(number) }
            checkEqual(numbers, [15, 16, 17, 18, 19], "the copies that ran")
        }
    }

    /// Copies obey the limit of workers: never more than that many run at once.
    func copyLimit() throws {
        try withCopyingPool(maxWorkers: 2) { pool in
            let events = try pool.makeChannel(capacity: nil)
            let copies = try (0..<12).map { number in
                try pool.submit(number) { (number: Int) throws -> Void in
                    _ = try events.send(1, wait: .forever)
                    usleep(3000)
                    _ = try events.send(-1, wait: .forever)
                }
            }
            for copy in copies { try copy.value(timeout: .seconds(20)) }
            var running = 0
            while let change = try events.receive(as: Int.self, wait: .never) {
                running += change
                check((0...2).contains(running), "\(running) copies ran at once in a pool of two workers")
            }
        }
    }

    func copyShutdown() throws {
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            for round in 0..<6 {
                let pool = try ProcessPool(
                    maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20, captures: .copiesOnly)
                let duration = mode == .kill ? 30_000 : 20
                let copies = try (0..<6).map { try pool.submit($0) { nap(duration + $0) } }
                usleep(useconds_t(round * 1200))
                let time = ContinuousClock().measure { pool.shutdown(mode) }
                check(time < .seconds(15), "the shutdown \(mode) waited for copies: \(time)")
                check(copies.allSatisfy(\.isDone), "a copy's future is not done")
                for (number, copy) in copies.enumerated() {
                    switch copy.outcome() {
                    case .success(let value): checkEqual(value, duration + number)
                    case .failure(let error as MultitaskingError): checkEqual(error.code, .workerCrashed, "\(error)")
                    case .cancelled: check(mode != .drain, "drain cancelled a copy")
                    default: Checks.fail("\(String(describing: copy.outcome()))")
                    }
                }
            }
        }
    }

    func copyKillStorm() throws {
        var random = SplitMix64(seed: number)
        try withCopyingPool(maxWorkers: 2) { pool in
            let box = Box(10)
            for _ in 0..<15 {
                let copies = try (0..<10).map { try pool.submit($0) { nap($0 % 3) + box.number } }
                usleep(UInt32.random(in: 0..<4000, using: &random))
                let victims = pool.workerProcessIDs + pool.copies
                if let victim = victims.randomElement(using: &random) { kill(victim, SIGKILL) }
                for (number, copy) in copies.enumerated() {
                    do { checkEqual(try copy.value(timeout: .seconds(20)), number % 3 + 10) } catch let error
                        as MultitaskingError
                    {
                        checkEqual(error.code, .workerCrashed, "\(error)")
                        checkEqual((error.cause as? WorkerFailure)?.signal, SIGKILL)
                    }
                }
            }
        }
    }

    /// Copies that die while their task is being queued or claimed.
    func copyKilledNewborn() throws {
        try withCopyingPool(maxWorkers: 2) { pool in
            let isOver = try pool.makeCancelSignal()
            let killer = try pool.submit(killNewborn, getpid(), pool.supervisorProcessID, Flag(isOver))
            let box = Box(10)
            var crashes = 0
            try forRounds(1500) { number in
                let copy = try pool.submit(number) { $0 + box.number }
                do { checkEqual(try copy.value(timeout: .seconds(10)), number + 10) } catch let error
                    as MultitaskingError where error.code == .workerCrashed
                { crashes += 1 }
            }
            isOver.set()
            try killer.value(timeout: .seconds(10))
            check(crashes > 0, "no copy was killed")
        }
    }

    /// A worker that is held up just as it has claimed a copy's task comes back when the copy is dead and the task's
    /// slot serves another one: it must not take that for its own.
    func copySlotReused() throws {
        var random = SplitMix64(seed: number)
        try withCopyingPool(maxWorkers: 1, limits: WorkerLimits(spinTime: .zero)) { pool in
            let box = Box(10)
            // In nanoseconds, from when the worker goes on until it claims the task, or a little less.
            var delay = 10_000
            try forRounds(400) { round in
                guard let worker = pool.onlyWorker else { return }
                kill(worker, SIGSTOP)
                let copy = try pool.submit(round) { $0 + box.number }
                // Takes long enough for the copy to fall asleep.
                let copies = pool.copies
                kill(worker, SIGCONT)
                keepBusy(for: .nanoseconds(Int.random(in: delay / 2...delay, using: &random)))
                // Again, if the supervisor, which lets no worker stay stopped alone, was quicker.
                let isStopped = eventually {
                    kill(worker, SIGSTOP)
                    return Proc.status(worker)?.state == "T"
                }
                check(isStopped, "the worker does not stop")
                if copy.state == .queued { delay += delay / 8 } else { delay = max(1000, delay - delay / 8) }
                for copy in copies { kill(copy, SIGKILL) }
                do { checkEqual(try copy.value(timeout: .seconds(20)), round + 10) } catch let error
                    as MultitaskingError where error.code == .workerCrashed
                {}
                let others = try (0..<3).map { try pool.submit(echoBytes, [UInt8](repeating: UInt8($0), count: 1000)) }
                kill(worker, SIGCONT)
                for (number, other) in others.enumerated() {
                    checkEqual(
                        try other.value(timeout: .seconds(20)), [UInt8](repeating: UInt8(number), count: 1000),
                        "round \(round)")
                }
            }
        }
    }

    /// A copy that runs is queued again when its stand-in dies, and can be cancelled then. It is gone before its task's
    /// slot serves another one.
    func copyCancelledRunning() throws {
        try withCopyingPool(maxWorkers: 1) { pool in
            let started = try pool.makeChannel(capacity: nil)
            var cancelled = 0
            for round in 0..<40 {
                guard let worker = pool.onlyWorker else { return }
                var copy: Future<Int>? = try pool.submit(round) { (number: Int) throws -> Int in
                    _ = try started.send(getpid(), wait: .forever)
                    return spin(5) + number
                }
                let process = try started.receive(as: pid_t.self, wait: .upTo(.seconds(20))) ?? 0
                kill(worker, SIGKILL)
                let isCancelled = eventually(within: .milliseconds(20)) { copy?.cancel() ?? false }
                if isCancelled { cancelled += 1 } else { checkEqual(try copy?.value(timeout: .seconds(20)), round + 5) }
                copy = nil
                check(!isCancelled || Proc.status(process)?.state ?? "Z" == "Z", "the cancelled copy runs")
                checkEqual(try pool.submit(echoBytes, [1, 2]).value(timeout: .seconds(20)), [1, 2])
            }
            check(cancelled > 0, "no copy was cancelled")
        }
    }

    /// A task that has begun does not wait any more, even if its stand-in dies after the limit for waiting.
    func copyBegunIsNotLate() throws {
        let options = TaskOptions(queueTimeout: .milliseconds(300))
        try withCopyingPool(maxWorkers: 1) { pool in
            let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
            let copy = try pool.submit(options: options, 1) { (number: Int) throws -> Int in
                _ = try started.send(number, wait: .forever)
                while !gate.isSet { usleep(1000) }
                return number + 1
            }
            checkEqual(try started.receive(as: Int.self, wait: .upTo(.seconds(20))), 1)
            usleep(400_000)
            guard let worker = pool.onlyWorker else { return }
            kill(worker, SIGKILL)
            check(eventually { pool.onlyWorker.map { $0 != worker } ?? false }, "no other worker stands in")
            usleep(100_000)
            gate.set()
            checkEqual(try copy.value(timeout: .seconds(20)), 2)
        }
    }

    /// A task whose copy waits too long for a worker never begins.
    func copyLate() throws {
        try withCopyingPool(maxWorkers: 1) { pool in
            let (gate, begun) = (try pool.makeCancelSignal(), try pool.makeChannel())
            let blocker = try pool.submit(0) { (number: Int) in
                while !gate.isSet { usleep(1000) }
                return number
            }
            let options = TaskOptions(queueTimeout: .milliseconds(100))
            let copies = try (0..<4).map { number in
                try pool.submit(options: options, number) { (number: Int) throws -> Int in
                    _ = try begun.send(number, wait: .forever)
                    return number
                }
            }
            for copy in copies { checkThrows(.queueTimedOut) { try copy.value(timeout: .seconds(20)) } }
            gate.set()
            checkEqual(try blocker.value(timeout: .seconds(20)), 0)
            checkEqual(begun.status.count, 0)
        }
    }

    /// A copy that is being ended and takes no notice is killed in time, also if its stand-in or the supervisor dies
    /// meanwhile.
    func copyEndedAlone() throws {
        for (isCancelled, isSupervisorKilled) in [(false, false), (false, true), (true, false), (true, true)] {
            try withCopyingPool(maxWorkers: 1) { pool in
                let notes = try pool.makeChannel()
                let options = TaskOptions(
                    timeout: isCancelled ? nil : .milliseconds(100), gracePeriod: .milliseconds(500))
                let future = try pool.submit(options: options, 0) { (number: Int) throws -> Int in
                    signal(SIGTERM) { _ in terminations.add(1, ordering: .relaxed) }
                    _ = try notes.send(getpid(), wait: .forever)
                    while terminations.load(ordering: .relaxed) == 0 { usleep(1000) }
                    _ = try notes.send(getpid(), wait: .forever)
                    while true { sleep(100) }
                }
                let copy = try notes.receive(as: pid_t.self, wait: .upTo(.seconds(20)))
                if isCancelled { check(future.cancel(force: true), "a running copy cannot be cancelled by force") }
                let terminated = try notes.receive(as: pid_t.self, wait: .upTo(.seconds(20)))
                checkEqual(terminated, copy, "the copy that got SIGTERM")
                if let victim = isSupervisorKilled ? pool.supervisorProcessID : pool.onlyWorker {
                    kill(victim, SIGKILL)
                }
                checkThrows(isCancelled ? .cancelled : .taskTimedOut) { try future.value(timeout: .seconds(5)) }
                let isGone = eventually(within: .seconds(5)) { copy.map { !Proc.isAlive($0) } ?? true }
                check(isGone, "the copy is not killed")
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
            }
        }
    }

    /// An asynchronous copy that is asked to end is cancelled, and ends long before it would be killed.
    func copyEndsWhenAsked() throws {
        try withCopyingPool(maxWorkers: 1) { pool in
            for isCancelled in [false, true] {
                let begun = try pool.makeChannel()
                let options = TaskOptions(
                    timeout: isCancelled ? nil : .milliseconds(100), gracePeriod: .seconds(600))
                let future = try pool.submit(options: options, 0) { (number: Int) async throws -> Int in
                    _ = try await begun.send(number, wait: .forever)
                    try await Task.sleep(for: .seconds(600))
                    return number
                }
                _ = try begun.receive(as: Int.self, wait: .upTo(.seconds(20)))
                if isCancelled { check(future.cancel(force: true), "a running copy cannot be cancelled by force") }
                checkThrows(isCancelled ? .cancelled : .taskTimedOut) { try future.value(timeout: .seconds(20)) }
                checkEqual(future.isCancelled, isCancelled, "isCancelled")
            }
        }
    }

    /// Where forking is not safe, `submit` says so and says what to do.
    func copyRefused() throws {
        let isOver = FlagBox()
        let thread = startThread { while !isOver.isSet { usleep(1000) } }
        if method == .fork {
            let error = checkThrows(.unsafeFork) { try ProcessPool(maxWorkers: 1, startMethod: .fork) }
            check(error?.message.contains(".spawn") ?? false, "\(String(describing: error))")
        }
        let pool = try ProcessPool(maxWorkers: 1, startMethod: .automatic, arenaLimit: 64 << 20, captures: .copiesOnly)
        checkEqual(pool.startedBy, .spawn)
        let box = Box(1)
        let captures = checkThrows(.capturesState) { try pool.submit(5) { $0 + box.number } }
        check(captures?.message.contains("arguments") ?? false, "\(String(describing: captures))")
        let hidden = checkThrows(.capturesState) { try pool.submit(Hidden(number: 3)) { $0.number } }
        check(hidden?.message.contains("internal") ?? false, "\(String(describing: hidden))")
        checkEqual(try pool.submit(double, 4).value(), 8)
        isOver.set()
        pthread_join(thread, nil)
        pool.shutdown(.drain)
    }

    /// A thread that starts while a copy's task waits for room would not be in the copy, nor would what it has locked.
    func copyRefusedAfterAWait() throws {
        let pool = try ProcessPool(
            maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20, queueLimit: 1, captures: .copiesOnly)
        let other = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        let (mayEnd, hasStarted) = (FlagBox(), FlagBox())
        let running = try pool.submit(nap, 800)
        check(eventually { running.state == .running }, "the first task does not run")
        let queued = try pool.submit(double, 1)
        try other.submit(nap, 100).whenDone {
            pthread_detach(startThread { while !mayEnd.isSet { usleep(1000) } })
            hasStarted.set()
        }
        let box = Box(1)
        let refusal = checkThrows(.capturesState) { try pool.submit(5) { $0 + box.number } }
        check(hasStarted.isSet, "the thread has not started in time")
        check(refusal?.message.contains("other thread") ?? false, "\(String(describing: refusal))")
        checkEqual(try queued.value(timeout: .seconds(20)), 2)
        mayEnd.set()
        pool.shutdown(.drain)
        other.shutdown(.drain)
    }
}

/// Kills all children of a process but one as soon as they are seen, until the flag is set.
private func killNewborn(_ parent: Int32, _ spared: Int32, _ isOver: Flag) {
    while !isOver.signal.isSet {
        for child in Proc.read("/proc/\(parent)/task/\(parent)/children").split(separator: " ").compactMap({ pid_t($0) }
        )
        where child != spared { kill(child, SIGKILL) }
    }
}

extension ProcessPool {
    /// The processes that were forked for one task each, also those that wait to be reaped.
    fileprivate var copies: [pid_t] { Proc.children.filter { $0 != supervisorProcessID } }

    /// The worker of a pool of one, when there is one again.
    fileprivate var onlyWorker: pid_t? {
        check(eventually { workerProcessIDs.count == 1 }, "there is no worker")
        return workerProcessIDs.first
    }
}
