import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let backtraceScenarios: [String: Scenario] = [
    "backtrace-sent": { try $0.everySentSignalEndsTheWorker() },
    "backtrace-raised": { try $0.everyRaisedSignalEndsTheWorker() },
    "backtrace-of-traps": { try $0.whereItTrappedIsInTheError() },
    "backtrace-at-every-stage": { try $0.crashesOutsideOfTheFunctionHaveStacks() },
    "backtrace-on-threads": { try $0.crashesOnOtherThreadsHaveStacks() },
    "backtrace-of-copies": { try $0.copiesHaveStacks() },
    "backtrace-damaged-stack": { try $0.aDamagedStackEndsTheWorkerAllTheSame() },
    "backtrace-in-time": { try $0.aTrapIsNoTimeout() },
    "backtrace-own-handler": { try $0.ownHandlersStay() },
    "backtrace-of-forked-child": { try $0.aChildOfATaskIsNotTheWorker() },
    "backtrace-options": { try $0.optionsAreKept() },
    "backtrace-supervisor-sent": { try $0.theSupervisorDiesOfSentSignals() },
    "backtrace-printed": { try $0.crashWith(.printed) },
    "backtrace-both": { try $0.crashWith(.both) },
    "backtrace-late": { try $0.printersThatTakeTooLongEnd() },
    "backtrace-neither": { try $0.crashWith(.off) },
]

/// The signals whose default action is a core dump, which Swift's runtime handles.
private let fatalSignals = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

@inline(never)
private func elementFarBehind(_ index: Int) -> Int { [1, 2, 3][index] }

@inline(never)
func trapDeepDown(_ index: Int) -> Int { elementFarBehind(index) &+ 1 }

@inline(never)
private func abortDeepDown(_ x: Int) -> Int { abort() }

@inline(never)
private func jumpToNowhere(_ address: Int) -> Int {
    // SAFETY: none; the jump is meant to fault.
    let nowhere = unsafe unsafeBitCast(address, to: (@convention(c) (Int) -> Int).self)
    return nowhere(1) &+ 1
}

// An optimized program makes a loop of it, or nothing, if it can.
@inline(never)
private func overflow(_ depth: Int) -> Int { depth == .max ? 0 : overflow(depth + 1) / 3 &+ depth }

/// Where an optimizer that knows `malloc` does not follow.
private let lastAddress = Atomic<Int>(0)

@inline(never)
private func corruptHeap(_ count: Int) -> Int {
    lastAddress.store(unsafe Int(bitPattern: malloc(count)), ordering: .relaxed)
    for _ in 0..<2 { unsafe free(UnsafeMutableRawPointer(bitPattern: lastAddress.load(ordering: .relaxed))) }
    return 1
}

private func raiseHere(_ signal: Int32) -> Int {
    raise(signal)
    return 1
}

private func sendToSelf(_ signal: Int32) -> Int {
    kill(getpid(), signal)
    while true { pause() }
}

private func waitHere(_ queue: Queue) throws -> Int {
    _ = try queue.channel.send(getpid(), wait: .forever)
    while true { pause() }
}

private func trapOnThread(_ count: Int) -> Int {
    // More than one at once: only one of them can be reported.
    let threads = (0..<count).map { _ in startThread { _ = trapDeepDown(7) } }
    for thread in threads { pthread_join(thread, nil) }
    return 1
}

private func trapAsync(_ index: Int) async throws -> Int {
    try await Task.sleep(for: .milliseconds(1))
    return trapDeepDown(index)
}

/// Leads the frame pointers to where nothing is, and then traps.
@inline(never)
private func trapWithDamagedStack(_ words: Int) -> Int {
    unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: 1) { memory in
        guard let base = memory.baseAddress else { return 0 }
        // SAFETY: none; it writes over the frames of its callers.
        for index in 1...words { unsafe base[index] = 0x1000 }
        return trapDeepDown(words)
    }
}

private func useOwnHandler(_ code: Int32) -> Int {
    ownCode.store(code, ordering: .relaxed)
    signal(SIGSEGV) { _ in _exit(ownCode.load(ordering: .relaxed)) }
    unsafe UnsafeMutablePointer<Int>(bitPattern: 64)?.pointee = 1
    return 1
}
private let ownCode = Atomic<Int32>(0)

private func crashInChild(_ signal: Int32) -> Int32 {
    let child = fork()
    if child == 0 {
        raise(signal)
        _exit(0)
    }
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
    return status & 0x7f
}

private func abortInInitializer() { abort() }

extension Harness {
    /// The failure of a task that a signal has ended.
    @discardableResult
    private func failure(
        of future: Future<Int>, line: Int = #line
    ) -> WorkerFailure? {
        let error = checkThrows(.workerCrashed, line: line) { try future.value(timeout: .seconds(30)) }
        return error?.cause as? WorkerFailure
    }

    /// Checks that one of the frames is in a function of that name.
    private func checkStack(_ failure: WorkerFailure?, names name: String, line: Int = #line) {
        guard let backtrace = failure?.backtrace else {
            return Checks.fail("there is no backtrace in \(String(describing: failure))", line)
        }
        check(
            backtrace.frames.contains { $0.symbol?.contains(name) ?? false },
            "\(name) is not in the backtrace:\n\(backtrace)", line: line)
        check(failure?.description.contains("its stack:") ?? false, "the description has no stack", line: line)
        check(backtrace.frames.count <= 64, "\(backtrace.frames.count) frames", line: line)
    }

    fileprivate func everySentSignalEndsTheWorker() throws {
        for ways in 0..<2 {
            try withPool(maxWorkers: 1) { pool in
                let queue = Queue(try pool.makeChannel(.init()))
                for signal in fatalSignals {
                    let future =
                        ways == 0 ? try pool.submit(waitHere, queue) : try pool.submit(sendToSelf, signal)
                    if ways == 0 {
                        guard let pid = try queue.channel.receive(as: Int32.self, wait: .forever) else {
                            return Checks.fail("the task does not begin")
                        }
                        kill(pid, signal)
                    }
                    let failure = failure(of: future)
                    checkEqual(failure?.signal, signal, "signal")
                    checkStack(failure, names: ways == 0 ? "waitHere" : "sendToSelf")
                }
                // Between two tasks it is nobody's failure.
                check(eventually { !pool.workerProcessIDs.isEmpty }, "there is no worker")
                let idle = pool.workerProcessIDs.first ?? 0
                kill(idle, SIGABRT)
                check(eventually { !Proc.exists(idle) }, "an idle worker survives SIGABRT")
                checkEqual(try pool.submit(double, 4).value(timeout: .seconds(30)), 8)
            }
        }
    }

    fileprivate func everyRaisedSignalEndsTheWorker() throws {
        try withPool { pool in
            for signal in fatalSignals {
                let failure = failure(of: try pool.submit(raiseHere, signal))
                checkEqual(failure?.signal, signal, "signal")
                checkStack(failure, names: "raiseHere")
            }
        }
    }

    fileprivate func whereItTrappedIsInTheError() throws {
        try withPool { pool in
            let trap = failure(of: try pool.submit(trapDeepDown, 7))
            checkStack(trap, names: "trapDeepDown")
            checkStack(trap, names: "elementFarBehind")
            // An optimized program traps without a word.
            #if DEBUG
                check(
                    trap?.lastLines.contains { $0.contains("Index out of range") } ?? false,
                    "the message is lost: \(String(describing: trap))")
            #endif
            checkStack(failure(of: try pool.submit(abortDeepDown, 7)), names: "abortDeepDown")
            checkStack(failure(of: try pool.submit(jumpToNowhere, 64)), names: "jumpToNowhere")
            checkStack(failure(of: try pool.submit(corruptHeap, 64)), names: "corruptHeap")
            let deep = failure(of: try pool.submit(overflow, 0))
            checkEqual(deep?.signal, SIGSEGV, "signal of a stack overflow")
            checkStack(deep, names: "overflow")
            let killed = failure(of: try pool.submit(raiseHere, SIGKILL))
            check(killed != nil && killed?.backtrace == nil, "SIGKILL has left a backtrace")
        }
    }

    fileprivate func crashesOutsideOfTheFunctionHaveStacks() throws {
        try withPool { pool in
            let decoding = failure(of: try pool.submit(struckIn, Grenade(.trap, .decodingAway)))
            checkEqual(decoding?.phase, .decoding, "phase")
            checkStack(decoding, names: "strike")
            let error = checkThrows(.workerCrashed) {
                try pool.submit(makeGrenade, .sigsegv, .encodingAway, getpid()).value(timeout: .seconds(30))
            }
            let encoding = error?.cause as? WorkerFailure
            checkEqual(encoding?.phase, .encoding, "phase")
            checkStack(encoding, names: "strike")
        }
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, initializer: abortInInitializer)
        checkThrows(.initializerFailed) { try pool.submit(double, 1).value(timeout: .seconds(30)) }
        pool.shutdown(.kill)
    }

    fileprivate func crashesOnOtherThreadsHaveStacks() throws {
        try withPool { pool in
            for count in [1, 2, 8] {
                checkStack(failure(of: try pool.submit(trapOnThread, count)), names: "trapDeepDown")
            }
            checkStack(failure(of: try pool.submit(trapAsync, 7)), names: "trapDeepDown")
        }
    }

    fileprivate func copiesHaveStacks() throws {
        guard method == .fork else { return }
        try withPool(captures: .copiesOnly) { pool in
            let index = number + 7
            checkStack(failure(of: try pool.submit { trapDeepDown(index) }), names: "trapDeepDown")
            let future = try pool.submit { overflow(index) }
            checkStack(failure(of: future), names: "overflow")
        }
    }

    fileprivate func aDamagedStackEndsTheWorkerAllTheSame() throws {
        try withPool { pool in
            for words in [8, 64, 400] {
                let failure = failure(of: try pool.submit(trapWithDamagedStack, words))
                check(failure?.signal != nil, "no signal in \(String(describing: failure))")
            }
        }
    }

    /// The time of a task ends at its trap, however long the rest takes.
    fileprivate func aTrapIsNoTimeout() throws {
        try withPool { pool in
            for _ in 0..<10 {
                let options = TaskOptions(timeout: .milliseconds(100), gracePeriod: .milliseconds(50))
                checkEqual(failure(of: try pool.submit(trapDeepDown, options: options, 7))?.phase, .running, "phase")
            }
            // Swift's backtracer takes a second or so for each; and each is looked at again at its next attempt.
            let begin = ContinuousClock.now
            for _ in 0..<10 { failure(of: try pool.submit(trapDeepDown, 7)) }
            let time = ContinuousClock.now - begin
            check(time < .seconds(3), "ten traps take \(time)")
        }
    }

    /// A handler that a task installs is the program's, and so is one that was there before.
    fileprivate func ownHandlersStay() throws {
        func code(_ future: Future<Int>) -> Int32? {
            let error = checkThrows(.workerExited) { try future.value(timeout: .seconds(30)) }
            return (error?.cause as? WorkerFailure)?.exitCode
        }
        try withPool { pool in
            checkEqual(code(try pool.submit(useOwnHandler, 41)), 41, "exit code of the task's handler")
        }
        guard method == .fork else { return }
        signal(SIGBUS) { _ in _exit(42) }
        try withPool { pool in
            checkEqual(code(try pool.submit(raiseHere, SIGBUS)), 42, "exit code of the program's handler")
        }
        signal(SIGBUS, SIG_DFL)
    }

    fileprivate func aChildOfATaskIsNotTheWorker() throws {
        try withPool(maxWorkers: 1) { pool in
            let worker = try pool.submit(processID, 0).value()
            checkEqual(try pool.submit(crashInChild, SIGKILL).value(timeout: .seconds(30)), SIGKILL)
            checkEqual(try pool.submit(processID, 0).value(), worker, "the worker")
        }
    }

    /// Kills the supervisor; it must end, and another one take its place.
    private func replaceSupervisor(of pool: ProcessPool, by signal: Int32 = SIGKILL) {
        let supervisor = pool.supervisorProcessID
        kill(supervisor, signal)
        let isReplaced = eventually {
            (try? pool.submit(double, 1).value(timeout: .seconds(30))) == 2 && pool.supervisorProcessID != supervisor
        }
        check(isReplaced, "the supervisor survives signal \(signal)")
    }

    /// In copies and respawned workers, and after the supervisor was lost.
    fileprivate func optionsAreKept() throws {
        for backtraces in [Backtraces.inError, .off] {
            let pool = try ProcessPool(
                maxWorkers: 1, startMethod: method, captures: .copiesOnly, backtraces: backtraces)
            for round in 0..<4 {
                if round == 2 { replaceSupervisor(of: pool) }
                let future =
                    round == 3 && method == .fork
                    ? try pool.submit { trapDeepDown(round + 4) } : try pool.submit(trapDeepDown, 7)
                let error = checkThrows(.workerCrashed) { try future.value(timeout: .seconds(30)) }
                let hasStack = (error?.cause as? WorkerFailure)?.backtrace != nil
                checkEqual(hasStack, backtraces == .inError, "whether there is a backtrace, in round \(round)")
            }
            pool.shutdown(.drain)
        }
    }

    fileprivate func theSupervisorDiesOfSentSignals() throws {
        try withPool(maxWorkers: 1) { pool in
            for signal in fatalSignals { replaceSupervisor(of: pool, by: signal) }
        }
    }

    /// What Swift prints of it goes to this process's output, at which the test looks.
    fileprivate func crashWith(_ backtraces: Backtraces) throws {
        let pool = try ProcessPool(
            maxWorkers: 1, startMethod: method, captures: .copiesOnly, backtraces: backtraces)
        let begin = ContinuousClock.now
        let failures = try (0..<2).map { _ in failure(of: try pool.submit(trapDeepDown, 7)) }
        let time = ContinuousClock.now - begin
        for failure in failures {
            checkEqual(failure?.backtrace != nil, backtraces == .both, "whether there is a backtrace")
        }
        if method == .fork {
            let failure = failure(of: try pool.submit { trapDeepDown(failures.count + 5) })
            checkEqual(failure?.backtrace != nil, backtraces == .both, "whether there is a backtrace of a copy")
        }
        // The tasks have their errors while the backtraces are printed, and the pool does not end before that.
        report("reported after \((time / 2).components.attoseconds / 1_000_000_000_000_000) ms")
        pool.shutdown(.drain)
    }

    /// What prints a backtrace doesn't get on: it ends, with the program that Swift's runtime has started for that.
    fileprivate func printersThatTakeTooLongEnd() throws {
        let pool = try ProcessPool(
            maxWorkers: 1, startMethod: method, captures: .copiesOnly, backtraces: .printed)
        let output = Proc.link("/proc/self/fd/1")
        func printers() -> [pid_t] {
            Proc.processes.filter {
                Proc.name($0) == "swift-backtrace" && Proc.isAlive($0) && Proc.link("/proc/\($0)/fd/1") == output
            }
        }
        var stopped: Set<pid_t> = []
        func stopPrinter(_ name: String) {
            let isFound = eventually {
                for pid in printers() where stopped.insert(pid).inserted {
                    kill(pid, SIGSTOP)
                    return true
                }
                return false
            }
            check(isFound, "nothing prints the backtrace of a \(name)")
        }
        failure(of: try pool.submit(trapDeepDown, 7))
        stopPrinter("worker")
        if method == .fork {
            let number = 5 + stopped.count
            failure(of: try pool.submit { trapDeepDown(number) })
            stopPrinter("copy")
        }
        pool.shutdown(.drain)
        check(eventually { printers().isEmpty }, "after the shutdown, \(printers()) still print")
        for pid in printers() { kill(pid, SIGKILL) }
    }
}
