import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let mapScenarios: [String: Scenario] = [
    "map-values": { try $0.mapValues() },
    "map-errors": { try $0.mapErrors() },
    "map-crash": { try $0.mapCrash() },
    "map-crash-unknown": { try $0.mapCrashWhileCoding() },
    "map-cancel": { try $0.mapCancel() },
    "map-async": { try $0.mapAsync() },
    "map-holds-no-pool": { try $0.mapHoldsNoPool() },
]

private func throwAtThirds(_ x: Int) throws -> Int {
    if x % 3 == 0 { throw CodableFailure(number: x) }
    if x % 5 == 0 { throw PlainFailure(number: x) }
    if x == 7 { throw MultitaskingError(.closed, "seven") }
    return x
}
private func killAtSeven(_ x: Int) -> Int {
    if x == 7 || x == 77 { kill(getpid(), SIGKILL) }
    return -x
}
private func halfLater(_ x: Int) async throws -> Int {
    try await Task.sleep(for: .microseconds(10))
    if x == 5 { throw CodableFailure(number: 5) }
    return x / 2
}
private func hang(_ x: Int) -> Int {
    while true { sleep(100) }
}

extension Harness {
    /// Results outlive the pool, whether somebody has waited for them or not.
    func mapHoldsNoPool() throws {
        var pool: ProcessPool? = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20)
        let workers = eventually { pool?.workerProcessIDs.count == 2 } ? pool?.workerProcessIDs ?? [] : []
        let results = try pool?.map(double, 0..<100)
        checkEqual(try results?.values(), (0..<100).map { $0 * 2 })
        let unread = try pool?.map(double, 0..<100)
        let broken = try pool?.map(killAtSeven, chunkSize: 10, 0..<20)
        pool = nil
        let areGone = eventually { workers.allSatisfy { kill($0, 0) != 0 } && Proc.children.isEmpty }
        check(!workers.isEmpty && areGone, "the processes live as long as the results")
        checkEqual(try unread?.values(), (0..<100).map { $0 * 2 })
        checkEqual(try results?.values().count, 100)
        for (index, result) in try (broken?.results() ?? []).enumerated() {
            switch result {
            case .success(let value): checkEqual(value, -index)
            case .failure(let error as MultitaskingError):
                checkEqual(error.code, index == 7 ? .workerCrashed : .shutDown, "element \(index)")
            case .failure(let error): Checks.fail("\(error)")
            }
        }
    }

    func mapValues() throws {
        try withPool { pool in
            for count in [0, 1, 2, 31, 32, 33, 1000, 100_000] {
                checkEqual(try pool.map(double, 0..<count).values(), (0..<count).map { $0 * 2 })
            }
            for size in [1, 2, 7, 100, 1000, .max] {
                checkEqual(
                    try pool.map(double, chunkSize: size, 0..<100).values(), (0..<100).map { $0 * 2 },
                    "values of chunks of \(size)")
            }
            checkEqual(try pool.map(["a", "bc"]) { $0.count }.values(), [1, 2])
            let blocks = try pool.map(chunkSize: 2, [3, 100_000, 0]) { [UInt8](repeating: 9, count: $0) }
            checkEqual(try blocks.values().map(\.count), [3, 100_000, 0])
            checkEqual(blocks.count, 3)
            checkThrows(.invalidArgument) { try pool.map(double, chunkSize: 0, 0..<3) }
            checkThrows(.invalidArgument) {
                try pool.map(
                    double, options: TaskOptions(retries: .onErrors(CodableFailure.self, limit: 1)), 0..<3)
            }
        }
    }

    func mapErrors() throws {
        try withPool { pool in
            for size in [nil, 1, 4, 100] {
                let mapping = try pool.map(throwAtThirds, chunkSize: size, 0..<40)
                let results = try mapping.results()
                checkEqual(results.count, 40)
                for (x, result) in results.enumerated() {
                    switch result {
                    case .success(let value):
                        check(x % 3 != 0 && x % 5 != 0 && x != 7 && value == x, "\(x) gave \(value)")
                    case .failure(let error as CodableFailure):
                        check(x % 3 == 0 && error == CodableFailure(number: x), "\(x) threw \(error)")
                    case .failure(let error as RemoteError):
                        check(error.typeName.hasSuffix("PlainFailure") && error.message.contains("\(x)"), "\(error)")
                    case .failure(let error as MultitaskingError): check(x == 7 && error.code == .closed, "\(error)")
                    case .failure(let error): Checks.fail("\(x) threw \(error)")
                    }
                }
                do { Checks.fail("\(try mapping.values())") } catch let error as CodableFailure {
                    checkEqual(error, CodableFailure(number: 0))
                }
            }
        }
    }

    /// One element's crash is that element's alone, wherever it is in its chunk, and all others have their values.
    func mapCrash() throws {
        try withPool { pool in
            for size in [nil, 1, 8, 80, 200] {
                let results = try pool.map(killAtSeven, chunkSize: size, 0..<80).results()
                checkEqual(results.count, 80)
                for (x, result) in results.enumerated() {
                    switch result {
                    case .success(let value): check(value == -x && x != 7 && x != 77, "\(x) gave \(value)")
                    case .failure(let error as MultitaskingError):
                        check((x == 7 || x == 77) && error.code == .workerCrashed, "\(x): \(error)")
                    case .failure(let error): Checks.fail("\(x) threw \(error)")
                    }
                }
            }
            let options = TaskOptions(timeout: .milliseconds(200), gracePeriod: .milliseconds(10))
            let results = try pool.map(options: options, [1, 2]) { $0 == 2 ? hang($0) : $0 }.results()
            checkEqual(try results[0].get(), 1)
            checkThrows(.taskTimedOut) { try results[1].get() }
            // Together they take longer than one may: none is to blame, and alone each has its time.
            let longer = TaskOptions(timeout: .seconds(1), gracePeriod: .milliseconds(10))
            let slow = try pool.map(chunkSize: 10, options: longer, 0..<10) { (number: Int) -> Int in
                usleep(150_000)
                return number
            }
            checkEqual(try slow.values(), Array(0..<10))
            // The same where the task leaves by itself when it is asked to.
            let leaving = TaskOptions(timeout: .milliseconds(500), gracePeriod: .seconds(600))
            let asynchronous = try pool.map(chunkSize: 10, options: leaving, 0..<10) {
                (number: Int) async throws -> Int in
                try await Task.sleep(for: number == 7 ? .seconds(600) : .milliseconds(80))
                return number
            }
            for (number, result) in try asynchronous.results().enumerated() {
                if number == 7 {
                    checkThrows(.taskTimedOut) { try result.get() }
                } else {
                    checkEqual(try result.get(), number)
                }
            }
        }
    }

    /// Where nobody knows which element was at work, each is tried alone.
    func mapCrashWhileCoding() throws {
        try withPool { pool in
            var grenades = [Grenade](repeating: Grenade(.sigkill, .encodingAway), count: 6)
            grenades[3] = Grenade(.sigkill, .decodingAway)
            let results = try pool.map(chunkSize: 6, grenades) { _ in 1 }.results()
            for (index, result) in results.enumerated() {
                switch result {
                case .success(let value): check(index != 3 && value == 1, "\(index) gave \(value)")
                case .failure(let error as MultitaskingError):
                    check(index == 3 && error.code == .workerCrashed, "\(index): \(error)")
                case .failure(let error): Checks.fail("\(index) threw \(error)")
                }
            }
        }
    }

    func mapCancel() throws {
        try withPool(maxWorkers: 1) { pool in
            let channel = try pool.makeChannel(capacity: nil)
            let first = try pool.submit(reportAndHang, Queue(channel))
            _ = try channel.receive(as: Int32.self, wait: .forever)
            let mapping = try pool.map(double, chunkSize: 2, 0..<10)
            check(!mapping.isDone, "done behind a task that hangs")
            check(!mapping.waitUntilDone(.upTo(.milliseconds(5))), "done behind a task that hangs")
            checkThrows(.timedOut) { try mapping.values(timeout: .milliseconds(5)) }
            mapping.cancel()
            for result in try mapping.results() { checkThrows(.cancelled) { try result.get() } }
            check(mapping.isDone, "not done after its results were there")
            first.cancel(force: true)
            _ = first.waitUntilDone()
        }
    }

    func mapAsync() throws {
        try withPool { pool in
            let results = try pool.map(halfLater, 0..<20).results()
            checkEqual(results.compactMap { try? $0.get() }, (0..<20).filter { $0 != 5 }.map { $0 / 2 })
            checkEqual(
                try pool.map(0..<20) { (x: Int) async -> Int in
                    await Task.yield()
                    return x + 1
                }.values(), Array(1...20))
            runAsync {
                let values = try await pool.map(double, 0..<1000).values()
                checkEqual(values, (0..<1000).map { $0 * 2 })
                let results = try await pool.map(killAtSeven, 0..<20).results()
                checkEqual(results.compactMap { try? $0.get() }, (0..<20).filter { $0 != 7 }.map { -$0 })
            }
        }
    }
}
