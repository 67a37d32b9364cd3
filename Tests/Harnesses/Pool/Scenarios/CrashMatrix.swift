import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let crashMatrixScenarios: [String: Scenario] = [
    "matrix-decoding-arguments": { try $0.crashMatrix(.decodingArguments) },
    "matrix-running": { try $0.crashMatrix(.running) },
    "matrix-encoding-result": { try $0.crashMatrix(.encodingResult) },
    "matrix-after-result": { try $0.crashMatrix(.afterResult) },
    "matrix-in-client": { try $0.clientMatrix() },
    "matrix-one-client": { try $0.client(CrashCell.inClient[$0.number]) },
    "matrix-large-at-once": { try $0.largeCrashesAtOnce() },
    "matrix-races": { try $0.crashRaces() },
]

/// One case of the crash matrix: what happens at which stage of a task's life, and on which way it was submitted.
struct CrashCell: CustomStringConvertible {
    enum Stage: CaseIterable {
        case encodingArguments, decodingArguments, running, encodingResult, decodingResult, afterResult

        /// Whether the stage is passed in the client itself.
        var isInClient: Bool { self == .encodingArguments || self == .decodingResult }

        /// What the worker is doing then.
        var phase: WorkerFailure.Phase? {
            switch self {
            case .decodingArguments: .decoding
            case .running: .running
            case .encodingResult: .encoding
            case .encodingArguments, .decodingResult, .afterResult: nil
            }
        }
    }

    enum Way: CaseIterable {
        case plain
        /// From inside another task's `whenDone`.
        case insideCallback
        /// With more bytes than any pipe holds.
        case large
    }

    /// What the cell must end in.
    enum Expectation {
        /// `submit` or `value` throws the pool's error.
        case failure(MultitaskingError.Code)
        /// `value` throws what the function threw.
        case thrown
        /// The worker's death, seen with all its circumstances.
        case death(WorkerFailure.Phase)
        /// The result; the worker dies afterwards.
        case resultThenDeath
        /// The process that submitted goes, with all of its pool.
        case endOfClient
    }

    let stage: Stage
    let blow: Blow
    let way: Way

    var description: String { "\(blow) \(stage) \(way)" }

    /// All cells there are. Letting go of a result cannot throw.
    static let all: [CrashCell] = Stage.allCases.flatMap { stage in
        Blow.allCases.filter { stage != .afterResult || $0.isDeadly }.flatMap { blow in
            Way.allCases.map { CrashCell(stage: stage, blow: blow, way: $0) }
        }
    }

    /// The cells that end the client itself.
    static let inClient = all.filter { $0.stage.isInClient && $0.blow.isDeadly }

    var expectation: Expectation {
        switch (stage, blow.isDeadly) {
        case (.encodingArguments, false): .failure(.encodeFailed)
        case (.decodingArguments, false), (.decodingResult, false): .failure(.decodeFailed)
        case (.running, false): .thrown
        case (.encodingResult, false): .failure(.resultEncodeFailed)
        case (.decodingArguments, true): .death(.decoding)
        case (.running, true): .death(.running)
        case (.encodingResult, true): .death(.encoding)
        case (.afterResult, _): .resultThenDeath
        case (.encodingArguments, true), (.decodingResult, true): .endOfClient
        }
    }

    private var padding: Int { way == .large ? 3 << 20 : 0 }

    /// Submits the task; whether it returned, or what it threw.
    private func submit(_ pool: ProcessPool) throws -> Submitted {
        switch stage {
        case .encodingArguments: .number(try pool.submit(struckIn, Grenade(blow, .encodingAtHome, padding: padding)))
        case .decodingArguments: .number(try pool.submit(struckIn, Grenade(blow, .decodingAway, padding: padding)))
        case .running: .number(try pool.submit(struckIn, Grenade(blow, .never, padding: padding)))
        case .encodingResult: .grenade(try pool.submit(makeLargeGrenade, blow, .encodingAway, getpid(), padding))
        case .decodingResult: .grenade(try pool.submit(makeLargeGrenade, blow, .decodingAtHome, getpid(), padding))
        case .afterResult: .grenade(try pool.submit(makeLargeGrenade, blow, .releasedAway, getpid(), padding))
        }
    }

    /// Submits the task on its way and waits for it.
    func run(_ pool: ProcessPool) throws {
        guard way == .insideCallback else { return try submit(pool).value() }
        let inner = Mutex<Result<Submitted, any Error>?>(nil)
        let outer = try pool.submit(double, 1)
        outer.whenDone {
            let result = Result { try submit(pool) }
            inner.withLock { $0 = result }
        }
        guard eventually({ inner.withLock { $0 != nil } }), let result = inner.withLock({ $0 }) else {
            return Checks.fail("\(self): the callback did not submit")
        }
        try result.get().value()
    }

    private enum Submitted: Sendable {
        case number(Future<Int>)
        case grenade(Future<Grenade>)

        func value() throws {
            switch self {
            case .number(let future): _ = try future.value(timeout: .seconds(30))
            case .grenade(let future): _ = try future.value(timeout: .seconds(30))
            }
        }
    }
}

extension Blow {
    fileprivate var isDeadly: Bool { Blow.deadly.contains(self) }
}

extension Harness {
    /// Every kind of end at one stage: exactly the outcome that is promised, then a pool that works, that shuts down at
    /// once, and that leaves no child.
    fileprivate func crashMatrix(_ stage: CrashCell.Stage) throws {
        for cell in CrashCell.all where cell.stage == stage { try verify(cell) }
    }

    private func verify(_ cell: CrashCell) throws {
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        let others = try (0..<4).map { try pool.submit(double, $0) }
        let before = try pool.submit(processID, 0).value(timeout: .seconds(30))
        checkOutcome(of: cell, pool)
        checkEqual(try others.map { try $0.value(timeout: .seconds(30)) }, [0, 2, 4, 6], "\(cell): the tasks before")
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(30)), 8, "\(cell): the task after")
        let after = try pool.submit(processID, 0).value(timeout: .seconds(30))
        checkEqual(after != before, cell.blow.isDeadly, "\(cell): whether the worker was replaced")
        let isClean = eventually { pool.memoryUsage.blocks == 0 && pool.memoryUsage.tasks == 0 }
        check(isClean, "\(cell): the pool holds \(pool.memoryUsage)")
        let start = ContinuousClock.now
        pool.shutdown(.drain)
        // Two seconds are promised; this machine may be busy with something else.
        let time = ContinuousClock.now - start
        check(time < .seconds(5), "\(cell): the shutdown took \(time)")
        check(eventually { Proc.children.isEmpty }, "\(cell): children \(Proc.children) are left")
    }

    private func checkOutcome(of cell: CrashCell, _ pool: ProcessPool) {
        do {
            try cell.run(pool)
            guard case .resultThenDeath = cell.expectation else { return Checks.fail("\(cell): returned") }
        } catch {
            switch cell.expectation {
            case .failure(let code):
                checkEqual((error as? MultitaskingError)?.code, code, "\(cell): the code of \(error)")
            case .thrown where cell.blow == .throwCodable:
                checkEqual(error as? CodableFailure, CodableFailure(number: 5), "\(cell): \(error)")
            case .thrown:
                let expected = RemoteError(PlainFailure(number: 7))
                checkEqual(error as? RemoteError, expected, "\(cell): \(error)")
            case .death(let phase): checkDeath(error, phase, cell)
            case .resultThenDeath, .endOfClient: Checks.fail("\(cell): threw \(error)")
            }
        }
    }

    private func checkDeath(_ error: any Error, _ phase: WorkerFailure.Phase, _ cell: CrashCell) {
        let blow = cell.blow
        guard let error = error as? MultitaskingError, let failure = error.cause as? WorkerFailure else {
            return Checks.fail("\(cell): no WorkerFailure in \(error)")
        }
        checkEqual(error.code, blow.signals.isEmpty ? .workerExited : .workerCrashed, "\(cell): the code")
        checkEqual(failure.phase, phase, "\(cell): the phase")
        checkEqual(failure.exitCode, blow.exitCode, "\(cell): the exit code")
        let isSignal = failure.signal.map(blow.signals.contains) ?? blow.signals.isEmpty
        check(isSignal, "\(cell): the signal of \(failure)")
        check(failure.pid > 0 && failure.worker == 0, "\(cell): \(failure)")
        check(failure.peakMemory > 0, "\(cell): \(failure)")
        checkEqual(failure.attempt, 1, "\(cell): the attempt")
    }

    // MARK: In the client

    /// What ends the client itself, each in a client of its own: nothing of its pool may be left.
    fileprivate func clientMatrix() throws {
        for cell in CrashCell.all where cell.stage.isInClient && !cell.blow.isDeadly { try verify(cell) }
        for (number, cell) in CrashCell.inClient.enumerated() {
            // How Swift ends a client is not the subject, and takes it a second each: one in six does it as users have
            // it.
            if number % 6 != 0 { unsafe setenv("SWIFT_BACKTRACE", "enable=no", 1) }
            let pid = try launchHarness("matrix-one-client", method, number)
            unsafe unsetenv("SWIFT_BACKTRACE")
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            checkEqual(signal == 0 ? status >> 8 & 0xff : nil, cell.blow.exitCode, "\(cell): the client's exit code")
            let isExpected = signal == 0 ? cell.blow.signals.isEmpty : cell.blow.signals.contains(signal)
            check(isExpected, "\(cell): the client's signal is \(signal)")
            check(eventually { Proc.family.isEmpty }, "\(cell): \(Proc.family) outlive their client")
        }
    }

    /// The client that a cell ends.
    fileprivate func client(_ cell: CrashCell) throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        checkEqual(try pool.submit(double, 4).value(), 8)
        do { try cell.run(pool) } catch { report("\(cell): threw \(error)") }
        _exit(99)
    }

    // MARK: Many at once

    /// Tasks that die with more in hand than any pipe holds: each fails by itself.
    fileprivate func largeCrashesAtOnce() throws {
        try withPool(maxWorkers: 3) { pool in
            for moment in [Grenade.Moment.decodingAway, .never] {
                let futures = try (0..<10).map { _ in
                    try pool.submit(struckIn, Grenade(.sigsegv, moment, padding: 4 << 20))
                }
                for future in futures { checkThrows(.workerCrashed) { try future.value(timeout: .seconds(30)) } }
            }
            let futures = try (0..<10).map { _ in
                try pool.submit(makeLargeGrenade, .sigsegv, .encodingAway, getpid(), 4 << 20)
            }
            for future in futures { checkThrows(.workerCrashed) { try future.value(timeout: .seconds(30)) } }
            checkEqual(try pool.submit(makeBytes, 4 << 20).value().count, 4 << 20)
        }
    }

    /// Workers that kill each other, and then themselves, all at once: every task has one outcome.
    fileprivate func crashRaces() throws {
        for workers in [1, 2, 5, 13] {
            try withPool(maxWorkers: workers) { pool in
                for _ in 0..<3 {
                    let started = try pool.makeChannel(capacity: nil)
                    let victims = try pool.makeChannel(capacity: nil)
                    let killers = try (0..<workers).map { _ in
                        try pool.submit(killOneAnother, Queue(started), Queue(victims))
                    }
                    let others = try (0..<workers).map { try pool.submit(double, $0) }
                    var pids: [Int32] = []
                    while pids.count < workers, let pid = try started.receive(as: Int32.self, wait: .forever) {
                        pids.append(pid)
                    }
                    for _ in killers { _ = try victims.send(pids, wait: .forever) }
                    for future in killers {
                        let error = checkThrows(.workerCrashed) { try future.value(timeout: .seconds(30)) }
                        checkEqual((error?.cause as? WorkerFailure)?.signal, SIGKILL, "the signal")
                    }
                    for (number, future) in others.enumerated() {
                        checkEqual(try future.value(timeout: .seconds(30)), number * 2)
                    }
                }
            }
        }
    }
}

/// Waits until it is told all workers' process ids, then kills them, itself last.
private func killOneAnother(_ started: Queue, _ victims: Queue) throws -> Int {
    _ = try started.channel.send(getpid(), wait: .forever)
    let pids = try victims.channel.receive(as: [Int32].self, wait: .forever) ?? []
    for pid in pids where pid != getpid() { kill(pid, SIGKILL) }
    kill(getpid(), SIGKILL)
    return 0
}
