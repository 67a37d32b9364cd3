import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let concurrencyScenarios: [String: Scenario] = [
    "concurrent-pools": { try $0.twoPools() },
    "concurrent-threads": { try $0.manyThreads() },
    "concurrent-nested": { try $0.nested() },
    "concurrent-nested-beside-a-watcher": { try $0.nestedBesideAWatcher() },
    "concurrent-callbacks": { try $0.callbacks() },
    "concurrent-many-callbacks": { try $0.manyCallbacks() },
    "concurrent-in-successors": { try $0.threadsOfSuccessors() },
    "concurrent-decoding": { try $0.askWhileDecoding() },
]

/// A result that asks about its own future while the client decodes it, and takes its time.
struct CuriousNumber: Codable, Sendable {
    static let asker = Mutex<(@Sendable () -> Void)?>(nil)
    let number: Int

    init(_ number: Int) { self.number = number }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        Self.asker.withLock { $0 }?()
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

private func makeCurious(_ number: Int) -> CuriousNumber { CuriousNumber(number) }

private func sumInPoolOfItsOwn(_ count: Int) throws -> Int {
    let pool = try ProcessPool(maxWorkers: 2, arenaLimit: 64 << 20)
    defer { pool.shutdown(.drain) }
    return try (0..<count).map { try pool.submit(double, $0) }.reduce(0) { try $0 + $1.value(timeout: .seconds(30)) }
}

/// Sends itself an element in a block, takes it, prints, tells its process id, and waits for its end.
private func holdUntilKilled(_ queue: Queue, _ reports: Queue) throws -> Int {
    _ = try queue.channel.send([UInt8](repeating: 1, count: 1000), wait: .forever)
    _ = try queue.channel.receive(as: [UInt8].self, wait: .forever)
    print("a last line")
    return try reportAndHang(reports)
}

/// Sends, receives and reports on four threads at once, one of them the task's own.
private func shareChannel(_ queue: Queue, _ rounds: Int) throws -> Int {
    let received = Counter()
    let work: @Sendable () -> Void = {
        for round in 0..<rounds {
            _ = try? queue.channel.send([UInt8](repeating: 1, count: 100 + round % 200), wait: .forever)
            guard (try? queue.channel.receive(as: [UInt8].self, wait: .forever)) != nil else { return }
            received.add()
            try? queue.channel.taskDone()
        }
    }
    let threads = (0..<3).map { _ in startThread(work) }
    work()
    for thread in threads { pthread_join(thread, nil) }
    return received.value
}

extension Harness {
    /// No lock of a future is held while its value is decoded: the value may ask the future, and other threads may.
    fileprivate func askWhileDecoding() throws {
        try withPool(maxWorkers: 1) { pool in
            let future = try pool.submit(makeCurious, 7)
            let next = try pool.submit(double, 4)
            check(future.waitUntilDone(.upTo(.seconds(30))), "the task has not ended")
            let decoded = Counter()
            CuriousNumber.asker.withLock {
                $0 = {
                    decoded.add()
                    checkEqual(future.state, .done)
                    check(future.outcome() == nil, "there is an outcome before it is decoded")
                    check(!future.cancel(force: true), "what has ended was cancelled")
                    check(future.output == nil, "there is output")
                    checkEqual(try? next.value(timeout: .seconds(30)), 8)
                    // The others come meanwhile, and wait.
                    usleep(100_000)
                }
            }
            let values = Counter()
            let threads = (0..<3).map { _ in
                startThread { if (try? future.value(timeout: .seconds(30)))?.number == 7 { values.add() } }
            }
            for thread in threads { pthread_join(thread, nil) }
            checkEqual(try future.value().number, 7)
            checkEqual(values.value, 3, "how many threads got the value")
            checkEqual(decoded.value, 1, "how often it was decoded")
            CuriousNumber.asker.withLock { $0 = nil }
        }
    }

    func twoPools() throws {
        try withPool { first in
            try withPool { second in
                let channel = try first.makeChannel(capacity: nil)
                let other = try second.makeChannel(capacity: nil)
                let a = try first.submit(produce, Queue(channel), 1, 500)
                let b = try second.submit(produce, Queue(other), 2, 500)
                checkEqual(try a.value(), 500)
                checkEqual(try b.value(), 500)
                channel.close(discarding: false)
                other.close(discarding: false)
                checkEqual(try consume(Queue(channel)), [1: Array(0..<500)])
                checkEqual(try consume(Queue(other)), [2: Array(0..<500)])
                checkThrows(.workerCrashed) { try first.submit(struckIn, Grenade(.sigkill, .never)).value() }
                checkEqual(try second.submit(double, 4).value(), 8)
            }
            checkEqual(try first.submit(double, 4).value(), 8)
        }
    }

    func manyThreads() throws {
        try withPool(maxWorkers: 2) { pool in
            onThreads(8) { thread in
                do {
                    for round in 0..<100 {
                        let futures = try (0..<10).map { try pool.submit(double, thread * 1000 + round + $0) }
                        if round % 10 == 0 { _ = try? pool.submit(struckIn, Grenade(.exit3, .never)).value() }
                        for (number, future) in futures.enumerated() {
                            let value = try future.value(timeout: .seconds(60))
                            checkEqual(value, (thread * 1000 + round + number) * 2)
                        }
                    }
                } catch { Checks.fail("\(error)") }
            }
            // One future, many who ask for its value.
            for _ in 0..<50 {
                let future = try pool.submit(makeBytes, 5000)
                onThreads(4) { _ in checkEqual((try? future.value(timeout: .seconds(30)))?.count, 5000) }
            }
        }
    }

    func nested() throws {
        try withPool { pool in
            checkEqual(try pool.submit(sumInPoolOfItsOwn, 50).value(timeout: .seconds(60)), 2450)
            let tasks = try (0..<4).map { _ in try pool.submit(sumInPoolOfItsOwn, 20) }
            for task in tasks { checkEqual(try task.value(timeout: .seconds(60)), 380) }
        }
    }

    /// A task makes a pool of its own where other pools of the process that was forked have threads: those that serve
    /// asynchronous callers, and that wait for the end of a pool that was dropped.
    func nestedBesideAWatcher() throws {
        let other = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        checkEqual(try other.submit(double, 1).then { $0 + 1 }.value(timeout: .seconds(20)), 3)
        do {
            let dropped = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
            _ = try dropped.submit(nap, 300)
        }
        try withPool { pool in
            checkEqual(try pool.submit(sumInPoolOfItsOwn, 50).value(timeout: .seconds(60)), 2450)
            checkEqual(try pool.submit(double, 1).then { $0 + 1 }.value(timeout: .seconds(20)), 3)
            kill(pool.supervisorProcessID, SIGKILL)
            let isMended = eventually {
                (try? pool.submit(sumInPoolOfItsOwn, 50).value(timeout: .seconds(60))) == 2450
            }
            check(isMended, "no task makes a pool after the supervisor was killed")
        }
        other.shutdown(.drain)
    }

    /// Threads contend for locks in workers that were forked after the supervisor had settled deaths of all kinds.
    func threadsOfSuccessors() throws {
        try withPool { pool in
            let reports = try pool.makeChannel(capacity: nil)
            for discards in [false, true] {
                let channel = try pool.makeChannel(ChannelOptions(redelivers: true))
                let holders = try (0..<2).map { _ in
                    try pool.submit(holdUntilKilled, Queue(channel), Queue(reports))
                }
                let workers = try (0..<2).map { _ in
                    try reports.receive(as: Int32.self, wait: .upTo(.seconds(30)))
                }
                channel.close(discarding: discards)
                for case let worker? in workers { kill(worker, SIGKILL) }
                for holder in holders { checkThrows(.workerCrashed) { try holder.value(timeout: .seconds(30)) } }
            }
            let channel = try pool.makeChannel(ChannelOptions(redelivers: true))
            let tasks = try (0..<4).map { _ in try pool.submit(shareChannel, Queue(channel), 2000) }
            for task in tasks { checkEqual(try task.value(timeout: .seconds(60)), 8000) }
        }
    }

    func callbacks() throws {
        try withPool { pool in
            let called = Counter()
            let futures = try (0..<500).map { try pool.submit(double, $0) }
            for future in futures { future.whenDone { called.add() } }
            check(eventually { called.value == 500 }, "\(called.value) of 500 callbacks came")
            for future in futures {
                _ = try future.value()
                future.whenDone { called.add() }
            }
            check(eventually { called.value == 1000 }, "\(called.value) of 1000 callbacks came")
            let crashed = try pool.submit(struckIn, Grenade(.sigkill, .never))
            crashed.whenDone { called.add() }
            check(eventually { called.value == 1001 }, "the callback of a task that crashed did not come")
        }
    }
    /// Callbacks of ten thousand futures, most of which have to wait long: each end costs a look at its own task, not
    /// at all of them.
    func manyCallbacks() throws {
        try withPool { pool in
            for _ in 0..<3 {
                let called = Counter()
                let gate = try pool.makeCancelSignal()
                let stops = try (0..<2).map { _ in try pool.submit(waitForGate, Flag(gate)) }
                let futures = try (0..<10_000).map { try pool.submit(double, $0) }
                for future in futures { future.whenDone { called.add() } }
                let start = processorTimeOfProcess()
                gate.set()
                check(eventually { called.value == 10_000 }, "\(called.value) of 10000 callbacks came")
                for stop in stops { try stop.value() }
                // To look at all of them at each end would take a hundred million looks.
                let took = processorTimeOfProcess() - start
                check(took < .seconds(3), "10000 callbacks took the client \(took)")
                for (number, future) in futures.enumerated() { checkEqual(try future.value(), 2 * number) }
            }
            // Slots serve one task after the other while callbacks of the former ones are under way.
            let called = Counter()
            for number in 0..<20_000 {
                let future = try pool.submit(double, number)
                future.whenDone { called.add() }
                if number % 2 == 0 { _ = try future.value() }
            }
            check(eventually { called.value == 20_000 }, "\(called.value) of 20000 callbacks came")
        }
    }
}

@Sendable private func waitForGate(_ gate: Flag) { _ = gate.signal.waitUntilSet(.forever) }

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add() { count.add(1, ordering: .acquiringAndReleasing) }
}
