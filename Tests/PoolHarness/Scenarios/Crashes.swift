import Glibc
import MultitaskingCore
import MultitaskingProcesses

let crashScenarios: [String: Scenario] = [
    "crash-decoding": { try $0.crashMatrix(.decoding) },
    "crash-running": { try $0.crashMatrix(.running) },
    "crash-encoding": { try $0.crashMatrix(.encoding) },
    "crash-throw-in-coding": { try $0.throwInCoding() },
    "crash-others-go-on": { try $0.othersGoOn() },
]

extension Harness {
    /// Submits a task that ends its worker by `blow` in `phase`.
    private func strike(_ pool: ProcessPool, _ blow: Blow, _ phase: WorkerFailure.Phase) throws {
        switch phase {
        case .decoding: _ = try pool.submit(struckIn, Grenade(blow, .decodingAway)).value()
        case .running: _ = try pool.submit(struckIn, Grenade(blow, .never)).value()
        default: _ = try pool.submit(makeGrenade, blow, .encodingAway, getpid()).value()
        }
    }

    func crashMatrix(_ phase: WorkerFailure.Phase) throws {
        try withPool { pool in
            for blow in Blow.deadly {
                let code: MultitaskingError.Code = blow.signals.isEmpty ? .workerExited : .workerCrashed
                let error = checkThrows(code) { try strike(pool, blow, phase) }
                guard let failure = error?.cause as? WorkerFailure else {
                    Checks.fail("\(blow): no WorkerFailure in \(String(describing: error))")
                    continue
                }
                checkEqual(failure.phase, phase, "\(blow): the phase")
                checkEqual(failure.exitCode, blow.exitCode, "\(blow): the exit code")
                check(
                    failure.signal.map(blow.signals.contains) ?? blow.signals.isEmpty, "\(blow): signal of \(failure)")
                check(failure.pid > 0 && (0..<2).contains(failure.worker), "\(failure)")
                check(failure.peakMemory > 0, "\(failure)")
                checkEqual(try pool.submit(double, 4).value(), 8)
            }
            check(eventually { pool.workerProcessIDs.count == 2 }, "workers are \(pool.workerProcessIDs)")
        }
    }

    func throwInCoding() throws {
        try withPool { pool in
            for blow in [Blow.throwCodable, .throwPlain] {
                checkThrows(.decodeFailed) { try pool.submit(struckIn, Grenade(blow, .decodingAway)).value() }
                checkThrows(.resultEncodeFailed) {
                    try pool.submit(makeGrenade, blow, .encodingAway, getpid()).value()
                }
                checkThrows(.encodeFailed) { try pool.submit(struckIn, Grenade(blow, .encodingAtHome)) }
                let others = try (0..<10).map { try pool.submit(double, $0) }
                let future = try pool.submit(makeGrenade, blow, .decodingAtHome, getpid())
                checkThrows(.decodeFailed) { try future.value() }
                checkThrows(.decodeFailed) { try future.value() }
                checkEqual(try others.map { try $0.value() }, (0..<10).map { $0 * 2 })
            }
        }
    }

    func othersGoOn() throws {
        try withPool(maxWorkers: 3) { pool in
            var expected: [(Future<Int>, Int?)] = []
            for number in 0..<150 {
                let isDeadly = number % 10 == 3
                let blow = Blow.deadly[number / 10 % Blow.deadly.count]
                expected.append(
                    isDeadly
                        ? (try pool.submit(struckIn, Grenade(blow, .never)), nil)
                        : (try pool.submit(double, number), number * 2))
            }
            for (future, value) in expected {
                if let value {
                    checkEqual(try future.value(timeout: .seconds(30)), value)
                } else {
                    check((try? future.value(timeout: .seconds(30))) == nil, "a deadly task returned")
                    if case .failure(let error as MultitaskingError)? = future.outcome() {
                        check(error.code == .workerCrashed || error.code == .workerExited, "\(error)")
                    }
                }
            }
        }
    }
}
