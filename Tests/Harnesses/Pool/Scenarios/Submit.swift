import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let submitScenarios: [String: Scenario] = [
    "submit-shapes": { try $0.submitShapes() },
    "submit-errors": { try $0.submitErrors() },
    "submit-invalid-arguments": { try $0.invalidArguments() },
    "submit-order": { try $0.submitOrder() },
    "submit-many-leave-nothing": { try $0.submitMany() },
    "submit-dropped-futures": { try $0.droppedFutures() },
    "submit-dropped-results": { try $0.droppedResults() },
    "submit-async-futures": { try $0.asyncFutures() },
]

private func note(_ queue: Queue, _ text: String) throws { _ = try queue.channel.send(text, wait: .forever) }
private func noteLater(_ queue: Queue, _ text: String) async throws {
    try await Task.sleep(for: .milliseconds(1))
    _ = try await queue.channel.send(text, wait: .forever)
}
private func sum(_ a: Int, _ b: Double, _ c: String) -> String { "\(a) \(b) \(c)" }
private func nothing() -> Int { 17 }
private func generic<T: Codable & Sendable & Comparable>(_ values: [T]) -> T? { values.max() }
private func sumOfGroup(_ count: Int) async -> Int {
    await withTaskGroup(of: Int.self) { group in
        for number in 0..<count { group.addTask { number } }
        return await group.reduce(0, +)
    }
}
private enum Statics {
    static func triple(_ x: Int) -> Int { x * 3 }
}
private func throwing(_ kind: Int) throws -> Int {
    switch kind {
    case 0: throw CodableFailure(number: 11)
    case 1: throw PlainFailure(number: 12)
    case 2: throw MultitaskingError(.closed, "thrown by the task itself")
    case 3: throw GrenadeFailure(grenade: makeGrenade(.throwPlain, .encodingAtHome, getpid()))
    case 4: throw CancellationError()
    default: return kind
    }
}
private func throwingLater(_ kind: Int) async throws -> Int { try throwing(kind) }

extension Harness {
    func submitShapes() throws {
        try withPool { pool in
            checkEqual(try pool.submit(double, 21).value(), 42)
            checkEqual(try pool.submit(sum, 1, 2.5, "x").value(), "1 2.5 x")
            checkEqual(try pool.submit(nothing).value(), 17)
            checkEqual(try pool.submit(generic, [3, 9, 4]).value(), 9)
            checkEqual(try pool.submit(generic, ["a", "c"]).value(), "c")
            checkEqual(try pool.submit(Statics.triple, 5).value(), 15)
            checkEqual(try pool.submit(sumOfGroup, 100).value(), 4950)
            checkEqual(try pool.submit(5) { $0 + 1 }.value(), 6)
            checkEqual(try pool.submit(5, "b") { "\($0)\($1)" }.value(), "5b")
            checkEqual(
                try pool.submit(5) { (x: Int) async throws -> Int in
                    try await Task.sleep(for: .milliseconds(1))
                    return x + 2
                }.value(), 7)
            let channel = try pool.makeChannel(capacity: nil)
            let queue = Queue(channel)
            try pool.submit(note, queue, "named").value()
            try pool.submit(noteLater, queue, "named async").value()
            try pool.submit(queue) { (queue: Queue) throws -> Void in try note(queue, "literal") }.value()
            try pool.submit(queue) { (queue: Queue) async throws -> Void in try await noteLater(queue, "literal async")
            }
            .value()
            var notes: [String] = []
            while let note = try channel.receive(as: String.self, wait: .never) { notes.append(note) }
            checkEqual(notes, ["named", "named async", "literal", "literal async"])
        }
    }

    func submitErrors() throws {
        try withPool { pool in
            for body in [{ try pool.submit(throwing, $0) }, { try pool.submit(throwingLater, $0) }]
                as [(Int) throws -> Future<Int>]
            {
                do { Checks.fail("\(try body(0).value())") } catch let error as CodableFailure {
                    checkEqual(error, CodableFailure(number: 11))
                }
                do { Checks.fail("\(try body(1).value())") } catch let error as RemoteError {
                    check(error.typeName.hasSuffix("PlainFailure"), error.typeName)
                    check(error.message.contains("12"), error.message)
                }
                let own = checkThrows(.closed) { try body(2).value() }
                checkEqual(own?.message, "thrown by the task itself")
                do { Checks.fail("\(try body(3).value())") } catch let error as RemoteError {
                    check(error.typeName.hasSuffix("GrenadeFailure"), error.typeName)
                }
                do { Checks.fail("\(try body(4).value())") } catch let error as RemoteError {
                    check(error.typeName.hasSuffix("CancellationError"), error.typeName)
                }
                checkEqual(try body(9).value(), 9)
            }
            checkThrows(.encodeFailed) { try pool.submit(struckIn, Grenade(.throwPlain, .encodingAtHome)) }
            checkEqual(pool.memoryUsage.tasks, 0, "tasks after a failed encoding")
        }
    }

    func invalidArguments() throws {
        for workers in [0, -1, 513, .min, .max] {
            checkThrows(.invalidArgument) { try ProcessPool(maxWorkers: workers, startMethod: method) }
        }
        for limit in [0, -1, 1000, .max] {
            checkThrows(.invalidArgument) { try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: limit) }
        }
        try withPool(maxWorkers: 1) { pool in
            for capacity in [-1, .min, .max] {
                checkThrows(.invalidArgument) { try pool.makeChannel(capacity: capacity) }
            }
            checkEqual(pool.maxWorkers, 1)
        }
    }

    func submitOrder() throws {
        try withPool(maxWorkers: 1) { pool in
            let channel = try pool.makeChannel(capacity: nil)
            let futures = try (0..<500).map { number in
                try pool.submit(Queue(channel), number) { (queue: Queue, number: Int) throws -> Void in
                    _ = try queue.channel.send(number, wait: .forever)
                }
            }
            for future in futures { try future.value() }
            var order: [Int] = []
            while let number = try channel.receive(as: Int.self, wait: .never) { order.append(number) }
            checkEqual(order, Array(0..<500), "the order of starting")
        }
    }

    func submitMany() throws {
        try withPool { pool in
            checkEqual(try pool.submit(double, 1).value(), 2)
            check(eventually { pool.memoryUsage.tasks == 0 }, "\(pool.memoryUsage)")
            let descriptors = Proc.openFiles.count
            let threads = Proc.threads.count
            var sum = 0
            for round in 0..<20 {
                let futures = try (0..<5000).map { try pool.submit(double, round * 5000 + $0) }
                for future in futures { sum += try future.value() }
            }
            checkEqual(sum, 100_000 * 99_999)
            checkEqual(Proc.openFiles.count, descriptors, "the number of descriptors")
            checkEqual(Proc.threads.count, threads, "the number of threads")
            checkEqual(pool.memoryUsage.tasks, 0)
        }
    }

    func droppedFutures() throws {
        try withPool { pool in
            let channel = try pool.makeChannel(capacity: nil)
            for number in 0..<2000 {
                _ = try pool.submit(Queue(channel), [UInt8](repeating: 1, count: 1000), number) {
                    (queue: Queue, bytes: [UInt8], number: Int) throws -> [UInt8] in
                    _ = try queue.channel.send(number, wait: .forever)
                    return bytes
                }
            }
            var seen = Set<Int>()
            while seen.count < 2000, let number = try channel.receive(as: Int.self, wait: .upTo(.seconds(20))) {
                seen.insert(number)
            }
            checkEqual(seen.count, 2000, "the number of tasks that ran though nobody held their futures")
        }
    }

    /// What nobody will read doesn't take the room of others, which only ask for it where nobody submits.
    func droppedResults() throws {
        try withPool(arenaLimit: 128 << 20) { pool in
            // Dropped while they run or wait, and by a wait that gives up.
            for _ in 0..<12 { _ = try pool.submit(lateNumbers, 4 << 20) }
            for _ in 0..<4 {
                checkThrows(.timedOut) { try pool.submit(lateNumbers, 8 << 20).value(timeout: .milliseconds(1)) }
            }
            // Two at once, so that both workers are done with the others.
            let large = try pool.submit(lateNumbers, 40 << 20)
            let sender = try pool.submit(double, 4)
            checkEqual(try large.value(timeout: .seconds(60)).count, 5 << 20, "numbers of the large result")
            checkEqual(try sender.value(timeout: .seconds(60)), 8)
            let channel = try pool.makeChannel(capacity: nil)
            let message = lateNumbers(8 << 20)
            for number in 0..<10 { check(try channel.send(message, wait: .never), "message \(number) is not sent") }
        }
    }

    func asyncFutures() throws {
        try withPool { pool in
            runAsync {
                let value = try await pool.submit(double, 4).value()
                checkEqual(value, 8)
                let futures = try (0..<200).map { try pool.submit(nap, $0 % 3) }
                var sum = 0
                for future in futures { sum += try await future.value() }
                checkEqual(sum, (0..<200).reduce(0) { $0 + $1 % 3 })
                let slow = try pool.submit(nap, 500)
                do {
                    _ = try await slow.value(timeout: .milliseconds(5))
                    Checks.fail("the time-out did not show")
                } catch let error as MultitaskingError {
                    checkEqual(error.code, .timedOut)
                }
                let waiter = Task { try await slow.value() }
                waiter.cancel()
                do {
                    _ = try await waiter.value
                    Checks.fail("the wait went on after its cancellation")
                } catch {
                    check(error is CancellationError, "\(error)")
                }
                let late = try await slow.value()
                checkEqual(late, 500)
            }
        }
    }
}
