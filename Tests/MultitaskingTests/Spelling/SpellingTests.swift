import Multitasking
import Testing

extension Facade {
    /// Everything as its documents spell it, by a program that imports nothing but the facade, on every pool.
    @Suite struct SpellingTests {}
}

struct Order: Codable, Sendable, Equatable { var number: Int }

private func parse(_ line: String) throws -> Int {
    guard let number = Int(line) else { throw Refused(reason: line) }
    return number
}

private func copyOrders(_ context: TaskContext) throws -> Int {
    var count = 0
    while let order = try context.readInput(as: Order.self, wait: .forever) {
        try context.writeOutput(order, wait: .forever)
        count += 1
    }
    try context.closeOutput()
    return count
}

extension Facade.SpellingTests {
    private static let lines = (0..<30).map(String.init)

    // MARK: Results as they come

    @Test(arguments: PoolKind.allCases)
    func streams(_ kind: PoolKind) throws {
        try kind.run { manager in
            let pool = manager.executor
            var offsets: [Int] = []
            for (offset, result) in try pool.stream(parse, Self.lines) {
                #expect(try result.get() == offset)
                offsets.append(offset)
            }
            #expect(offsets == Array(0..<30))
        }
    }

    @Test(arguments: PoolKind.allCases, [StreamOrder.input, .completion])
    func awaitedStreams(_ kind: PoolKind, _ order: StreamOrder) async throws {
        try await kind.run { manager in
            let pool = manager.executor
            var offsets: [Int] = []
            for try await (offset, result) in pool.stream(parse, Self.lines, ahead: 64, order: order) {
                #expect(try result.get() == offset)
                offsets.append(offset)
            }
            #expect((order == .input ? offsets : offsets.sorted()) == Array(0..<30))
            let (lines, feed) = AsyncStream.makeStream(of: String.self)
            for line in Self.lines { feed.yield(line) }
            feed.finish()
            var sum = 0
            for try await (_, result) in pool.stream(parse, lines, ahead: 64, order: order) { sum += try result.get() }
            #expect(sum == 435)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func awaitedCompletions(_ kind: PoolKind) async throws {
        try await kind.run { manager in
            let session = try manager.map("task-", double, 1...4)
            var names: Set<String> = []
            for try await task in session.completions(timeout: .seconds(10)) { names.insert(task.name) }
            #expect(names.count == 4)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func waits(_ kind: PoolKind) throws {
        try kind.run { manager in
            let pool = manager.executor
            let futures = try (0..<4).map { try pool.submit(double, $0) }
            let (done, notDone) = try wait(for: futures, until: .count(2), timeout: .seconds(10), rest: .cancel)
            #expect(done.count >= 2 && done.count + notDone.count == 4)
            for condition in [WaitCondition.any, .all, .firstFailed, .firstSuccessful] {
                let futures = try (0..<4).map { try pool.submit(double, $0) }
                #expect(try !wait(for: futures, until: condition).done.isEmpty)
            }
        }
    }

    // MARK: Channels and contexts

    private static let orders = (0..<50).map { Order(number: $0) }

    @Test(arguments: PoolKind.allCases)
    func channels(_ kind: PoolKind) throws {
        try kind.run { manager in
            let channel = try manager.executor.makeChannel(capacity: 100)
            #expect(try channel.send(contentsOf: Self.orders, wait: .forever) == 50)
            let some = try channel.receive(upTo: 128, as: Order.self, wait: .forever)
            #expect(some == Self.orders)
            #expect(try channel.send(Self.orders[3]))
            #expect(try channel.receive(as: Order.self) == Self.orders[3])
            #expect(try channel.receive(as: Order.self) == nil)
            for _ in 0..<51 { try channel.taskDone() }
            channel.join()
            try channel.send(contentsOf: Self.orders, wait: .forever)
            channel.close()
            var found: [Order] = []
            for order in channel.elements(as: Order.self) { found.append(order) }
            #expect(found == Self.orders)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func awaitedChannels(_ kind: PoolKind) async throws {
        try await kind.run { manager in
            let channel = try manager.executor.makeChannel(capacity: 100)
            #expect(try await channel.send(Self.orders[3]))
            #expect(try await channel.receive(as: Order.self) == Self.orders[3])
            try channel.taskDone()
            #expect(try await channel.join())
            _ = try await channel.send(contentsOf: Self.orders, wait: .forever)
            channel.close()
            var found: [Order] = []
            for try await order in channel.elements(as: Order.self) { found.append(order) }
            #expect(found == Self.orders)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func bothSidesClose(_ kind: PoolKind) throws {
        try kind.run { manager in
            let session = try manager.session().submit("copy", copyOrders, scopes: .session)
            for number in 0..<10 { try session.context.writeInput(Order(number: number), wait: .forever) }
            try session.context.closeInput()
            var count = 0
            while try session.context.readOutput(as: Order.self, wait: .forever) != nil { count += 1 }
            #expect(count == 10)
            #expect(try session.results()["copy"]?.get(as: Int.self) == 10)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func selects(_ kind: PoolKind) throws {
        try kind.run { manager in
            let pool = manager.executor
            let (a, b) = (try pool.makeChannel(), try pool.makeChannel())
            let signal = try pool.makeCancelSignal()
            #expect(try select(a, b, signal, wait: .upTo(.milliseconds(1))) == nil)
            #expect(try b.send(1, wait: .forever))
            let ready = try select(a, b, signal, wait: .upTo(.seconds(10)))
            #expect(ready == 1)
            #expect(try b.receive(as: Int.self, wait: .forever) == 1)
            signal.set()
            #expect(try select(a, b, signal, wait: .upTo(.seconds(10))) == 2)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func awaitedSelects(_ kind: PoolKind) async throws {
        try await kind.run { manager in
            let (a, signal) = (try manager.executor.makeChannel(), try manager.executor.makeCancelSignal())
            signal.set()
            let ready = try await select(a, signal, wait: .upTo(.seconds(10)))
            #expect(ready == 1)
        }
    }

    @Test(arguments: PoolKind.allCases)
    func rendezvous(_ kind: PoolKind) throws {
        try kind.run { manager in
            let channel = try manager.executor.makeChannel(capacity: 0)
            #expect(try !channel.send(1, wait: .never), "nobody is there to receive it")
        }
    }
}
