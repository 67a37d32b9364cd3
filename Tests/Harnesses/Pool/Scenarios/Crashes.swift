import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let crashScenarios: [String: Scenario] = [
    "crash-throw-in-coding": { try $0.throwInCoding() },
    "crash-others-go-on": { try $0.othersGoOn() },
    "crash-errors-are-cheap": { try $0.errorsAreCheap() },
    "crash-thread-ended": { try $0.endThreads() },
]

private func endThread(_ number: Int) -> Int {
    if number > 0 { pthread_exit(nil) }
    return number
}

extension Harness {
    /// A task that ends its thread has nobody left to say so.
    func endThreads() throws {
        try withPool { pool in
            for _ in 0..<4 {
                let error = checkThrows(.workerExited) {
                    try pool.submit(endThread, 1).value(timeout: .seconds(20))
                }
                check(error?.message.contains("end the thread") == true, "the error is \(error as Any)")
            }
            checkEqual(try pool.submit(endThread, 0).value(timeout: .seconds(20)), 0)
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

    /// What the client does to say what has befallen a task, of which a pool may have thousands.
    func errorsAreCheap() throws {
        try withPool { pool in
            let futures = try (0..<20).map { _ in try pool.submit(struckIn, Grenade(.sigkill, .never)) }
            for future in futures { check(future.waitUntilDone(.upTo(.seconds(30))), "a task does not end") }
            let time = processorTime {
                for future in futures {
                    let error = checkThrows(.workerCrashed) { try future.value() }
                    check(
                        error?.message.contains("top-level") == false,
                        "what cannot be the cause is named: \(error as Any)")
                }
            }
            check(time < .milliseconds(200), "20 errors took \(time) of processor time")
            let trap = checkThrows(.workerCrashed) {
                try pool.submit(makeGrenade, .trap, .encodingAway, getpid()).value()
            }
            check(trap?.message.contains("encode(to:)") == true, "the advice is for another phase: \(trap as Any)")
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
