import Glibc
import MultitaskingCore
import MultitaskingProcesses
import ParallelSequences
import Synchronization

let captureScenarios: [String: Scenario] = [
    "capture-values": { try $0.captureValues() },
    "capture-beside-threads": { try $0.captureBesideThreads() },
    "capture-refused": { try $0.captureRefused() },
    "capture-policies": { try $0.capturePolicies() },
    "capture-wrapped": { try $0.captureWrapped() },
    "capture-crashes": { try $0.captureCrashes() },
    "capture-initializer": { try $0.captureInitializer() },
    "capture-many": { try $0.captureMany() },
]

struct Rectangle: Codable, Sendable, Equatable {
    var width: Int
    var height: Int
    func area(times factor: Int) -> Int { width * height * factor }
}

class Animal: Codable, @unchecked Sendable {
    let name: String
    init(name: String) { self.name = name }
    func greeting(_ number: Int) -> String { "\(name) \(number)" }
}

final class Dog: Animal, @unchecked Sendable {
    override func greeting(_ number: Int) -> String { "dog \(name) \(number)" }
}

/// An object that is shared, and so cannot be copied.
final class Tally: Codable, @unchecked Sendable {
    var count = 0
}

/// Counts those that live in this process.
final class Lamp: Codable, Sendable {
    static let count = Atomic<Int>(0)
    let number: Int

    init(_ number: Int) {
        self.number = number
        Self.count.add(1, ordering: .relaxed)
    }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        Self.count.add(1, ordering: .relaxed)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    deinit { Self.count.subtract(1, ordering: .relaxed) }
}

private func litLamps(_ x: Int) -> Int { Lamp.count.load(ordering: .relaxed) }
private func describeArea(_ rectangle: Rectangle) -> String { "area \(rectangle.width * rectangle.height)" }

@inline(never) private func someNumber() -> Int { Int.random(in: 100...200) }

extension Harness {
    private func checkCaptures(_ pool: ProcessPool) throws {
        let limit = someNumber()
        let words = ["a", "word that is longer than fifteen bytes \(limit)"]
        let rectangle = Rectangle(width: limit, height: 3)
        let animal: Animal = limit > 0 ? Dog(name: "Rex") : Animal(name: "none")
        let scale: @Sendable (Int) -> Int = { $0 * limit }
        let isWorker: @Sendable (Int32) -> Bool = { process in pool.workerProcessIDs.contains(process) }
        checkEqual(try pool.submit(1) { $0 + limit }.value(), 1 + limit)
        checkEqual(
            try pool.submit(1) { "\(words[$0]) \(rectangle.area(times: $0)) \(limit)" }.value(),
            "\(words[1]) \(rectangle.area(times: 1)) \(limit)")
        checkEqual(try pool.submit(rectangle.area, 2).value(), 6 * limit)
        checkEqual(try pool.submit(2) { scale($0) + scale(1) }.value(), 3 * limit)
        checkEqual(try pool.submit(2) { animal.greeting($0 + limit) }.value(), animal.greeting(2 + limit))
        checkEqual(try pool.submit(2) { animal.greeting($0) }.value(), animal.greeting(2))
        checkEqual(try pool.map(0..<300) { $0 < limit }.values(), (0..<300).map { $0 < limit })
        checkEqual(
            try pool.submit(2) { (number: Int) async throws -> Int in
                await Task.yield()
                return scale(number)
            }.value(), 2 * limit)
        try pool.submit(2) { (number: Int) throws -> Void in guard number < limit else { throw PlainFailure(number: 1) }
        }
        .value()
        do {
            _ = try pool.submit(5) { (number: Int) throws -> Int in throw CodableFailure(number: limit + number) }
                .value()
            Checks.fail("the error got lost")
        } catch let error as CodableFailure { checkEqual(error.number, limit + 5) }
        // What is captured is a snapshot, and the function runs in a worker, not in a copy of this process.
        checkEqual(
            isWorker(try pool.submit(1) { (number: Int) -> Int32 in limit + number > 0 ? getpid() : 0 }.value()), true)
        let large = (0..<1_000_000).map { $0 ^ limit }
        checkEqual(try pool.submit(999) { large[$0] }.value(), 999 ^ limit)
    }

    func captureValues() throws { try withPool { try checkCaptures($0) } }

    /// The same functions work whether or not this process has other threads.
    func captureBesideThreads() throws {
        let isOver = FlagBox()
        let thread = startThread { while !isOver.isSet { usleep(1000) } }
        let pool = try ProcessPool(maxWorkers: 2, startMethod: .automatic, arenaLimit: 64 << 20)
        checkEqual(pool.startedBy, .spawn)
        try checkCaptures(pool)
        try checkRefusals(pool)
        pool.shutdown(.drain)
        isOver.set()
        pthread_join(thread, nil)
    }

    private func checkRefusals(_ pool: ProcessPool) throws {
        let limit = someNumber()
        let tally = Tally()
        let error = checkThrows(.capturesState) { try pool.submit(5) { $0 + limit + tally.count } }
        for words in ["`Tally`", "`count`", "of 2", "arguments"] {
            check(error?.message.contains(words) ?? false, "\(words): \(String(describing: error))")
        }
        checkThrows(.capturesState) { try pool.map(0..<10) { $0 + tally.count } }
    }

    func captureRefused() throws { try withPool { try checkRefusals($0) } }

    func capturePolicies() throws {
        let limit = someNumber()
        let tally = Tally()
        tally.count = 7
        for policy in CapturePolicy.allCases {
            try withPool(captures: policy) { pool in
                func outcome(_ body: () throws -> Future<Int>) throws -> Int? {
                    do { return try body().value() } catch let error as MultitaskingError
                        where error.code == .capturesState
                    { return nil }
                }
                let value = try outcome { try pool.submit(5) { $0 + limit } }
                let shared = try outcome { try pool.submit(5) { $0 + limit + tally.count } }
                checkEqual(value != nil, policy != .refused, "\(policy): a value")
                checkEqual(shared != nil, policy == .byValueOrCopies || policy == .copiesOnly, "\(policy): an object")
                checkEqual(value ?? limit + 5, limit + 5)
                checkEqual(shared ?? limit + 12, limit + 12)
                checkEqual(try pool.submit(double, 4).value(), 8)
            }
        }
    }

    /// Functions that a library takes and hands on, in a process with threads.
    func captureWrapped() throws {
        let isOver = FlagBox()
        let thread = startThread { while !isOver.isSet { usleep(1000) } }
        let pool = try ProcessPool(maxWorkers: 2, startMethod: .automatic, arenaLimit: 64 << 20)
        checkEqual(pool.startedBy, .spawn)
        let limit = someNumber()
        let rectangle = Rectangle(width: limit, height: 2)
        let stored: @Sendable (Int) -> Int = { $0 * 2 }
        let list = [1, 2, 3]
        checkEqual(try list.parallelMap(on: pool, double), [2, 4, 6])
        checkEqual(try list.parallelMap(on: pool) { $0 * 2 }, [2, 4, 6])
        checkEqual(try list.parallelMap(on: pool) { $0 * limit }, list.map { $0 * limit })
        checkEqual(try list.parallelMap(on: pool, rectangle.area), list.map(rectangle.area))
        checkEqual(try list.parallelMap(on: pool) { [rectangle] in rectangle.width + $0 }, list.map { limit + $0 })
        checkEqual(try list.parallelMap(on: pool, stored), [2, 4, 6])
        checkEqual(try list.parallelFilter(on: pool) { $0 * 100 < limit }, list.filter { $0 * 100 < limit })
        checkEqual(try (1...100).parallelReduce(on: pool, 0) { $0 + $1 }, 5050)
        checkEqual(try (1...100).parallelReduce(on: pool, limit) { max($0, $1) }, limit)
        checkEqual(try [rectangle].parallelMap(on: pool, describeArea), [describeArea(rectangle)])
        checkEqual(try pool.submit(rectangle.area, 3).value(), rectangle.area(times: 3))
        checkEqual(try sorted([["b", "a"], ["c"]], on: pool), [["a", "b"], ["c"]])
        checkEqual(try scaled([[1, 2], [3]], by: limit, on: pool), [[limit, 2 * limit], [3 * limit]])
        checkEqual(try handedOn(on: pool, 4) { $0 + limit }, 4 + limit)
        pool.shutdown(.drain)
        isOver.set()
        pthread_join(thread, nil)
    }

    private func sorted<Value: Codable & Sendable & Comparable>(
        _ chunks: [[Value]], on pool: ProcessPool
    ) throws -> [[Value]] {
        try chunks.parallelMap(on: pool) { $0.sorted() }
    }

    private func scaled<Value: Codable & Sendable & Numeric>(
        _ chunks: [[Value]], by factor: Value, on pool: ProcessPool
    ) throws -> [[Value]] {
        try chunks.parallelMap(on: pool) { $0.map { $0 * factor } }
    }

    private func handedOn<Input: Codable & Sendable, Output: Codable & Sendable>(
        on pool: ProcessPool, _ input: Input, _ function: @escaping @Sendable (Input) throws -> Output
    ) throws -> Output {
        try pool.submit(function, input).value()
    }

    func captureCrashes() throws {
        try withPool { pool in
            let limit = someNumber()
            for blow in [Blow.sigkill, .quickExit] {
                checkThrows(blow.signals.isEmpty ? .workerExited : .workerCrashed) {
                    try pool.submit(blow) { (blow: Blow) throws -> Int in
                        try blow.strike()
                        return limit
                    }.value(timeout: .seconds(20))
                }
            }
            // Runs again in another worker, of what is in shared memory.
            let attempts = try pool.makeChannel(capacity: nil)
            let queue = Queue(attempts)
            let again = try pool.submit(options: TaskOptions(retries: .onCrash(1)), 3) { (number: Int) throws -> Int in
                _ = try queue.channel.send(number, wait: .forever)
                if queue.channel.status.count < 2 { kill(getpid(), SIGKILL) }
                return number + limit
            }
            checkEqual(try again.value(timeout: .seconds(20)), 3 + limit)
            let calls = try (0..<50).map { try pool.submit($0) { $0 + limit } }
            kill(pool.supervisorProcessID, SIGKILL)
            for (number, call) in calls.enumerated() {
                do { checkEqual(try call.value(timeout: .seconds(20)), number + limit) } catch let error
                    as MultitaskingError where error.code == .supervisorLost
                {}
            }
            // The last of the old workers may have taken the next task as well.
            let goesOn = eventually {
                (try? pool.submit(7) { $0 + limit }.value(timeout: .seconds(20))) == 7 + limit
            }
            check(goesOn, "no task is run after the loss of the supervisor")
        }
    }

    func captureInitializer() throws {
        let number = someNumber()
        try withPool(initializer: { Lamp.count.store(number, ordering: .relaxed) }) { pool in
            for _ in 0..<20 { checkEqual(try pool.submit(litLamps, 1).value(), number) }
        }
    }

    /// Nothing that closures have captured is left, neither in shared memory nor in a worker.
    func captureMany() throws {
        try withPool(maxWorkers: 1) { pool in
            for round in 0..<300 {
                let lamp = Lamp(round)
                let bytes = [UInt8](repeating: 1, count: 3000)
                let inner: @Sendable (Int) -> Int = { $0 + lamp.number }
                checkEqual(try pool.submit(round) { inner($0) + bytes.count }.value(), 2 * round + 3000)
            }
            checkEqual(try pool.submit(litLamps, 1).value(), 0, "objects that are left in the worker")
        }
    }
}
