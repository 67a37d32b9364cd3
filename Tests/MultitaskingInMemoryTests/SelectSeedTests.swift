import Multitasking
import MultitaskingInMemory
import Testing

/// Waiting for several things at once in simulated pools, in many courses of events.
@Suite(.timeLimit(.minutes(2))) struct SelectSeedTests {
    /// Everything but deaths: what a dead task had taken is gone.
    private let disturbed = InMemoryOptions(
        maxWorkers: 3, faults: FaultPlan(chances: FaultChances(crashBeforeStart: 0.05, delay: 0.1, fullQueue: 0.1)))

    @Test(arguments: [1, 2, nil] as [Int?])
    func twoThatSelectTakeEachElementOnce(_ capacity: Int?) throws {
        let tried = try InMemoryPool.explore(seeds: 0..<150, options: disturbed) { pool in
            let channels = try (0..<2).map { _ in Pipe(try pool.makeChannel(capacity: capacity)) }
            let stop = Bell(try pool.makeCancelSignal())
            let takers = try (0..<2).map { _ in try pool.submit(takeUntilSet, channels, stop) }
            for number in 0..<6 {
                // Whichever has room.
                let sides = channels.map(\.channel.sending)
                guard let index = try select(sides, wait: .forever) else { throw RequirementFailure("no limit") }
                try Simulation.require(try channels[index].channel.send(number, wait: .upTo(.seconds(1))), "\(number)")
            }
            stop.signal.set()
            let taken = try withExtendedLifetime((channels, stop)) {
                try takers.map { try $0.value() }.joined().sorted()
            }
            try Simulation.require(taken == Array(0..<6), "\(taken)")
        }
        #expect(tried.schedules == 150)
    }

    @Test func whatIsFoundIsReadyAndNothingIsFoundBeforeTheLimit() throws {
        try InMemoryPool.explore(seeds: 0..<200, options: disturbed) { pool in
            let channel = try pool.makeChannel()
            let signal = try pool.makeCancelSignal()
            let futures = try [pool.submit(sendLater, Pipe(channel), 7), pool.submit(setLater, Bell(signal))]
            var left = Set(0..<4)
            while !left.isEmpty {
                let sources: [any Selectable] = [channel, signal, futures[0], futures[1]]
                let order = left.sorted()
                guard let index = try select(order.map { sources[$0] }, wait: .forever).map({ order[$0] }) else {
                    throw RequirementFailure("there was no limit")
                }
                switch index {
                case 0: try Simulation.require(try channel.receive(as: Int.self, wait: .never) == 7, "no element")
                case 1: try Simulation.require(signal.isSet, "the signal is not set")
                default: try Simulation.require(futures[index - 2].isDone, "task \(index - 2) has not ended")
                }
                left.remove(index)
            }
            let start = pool.timeline.clock.now
            try Simulation.require(try select(channel, wait: .upTo(.seconds(600))) == nil, "found something")
            let waited = pool.timeline.clock.now - start
            // Each step takes a moment of simulated time.
            try Simulation.require(waited >= .seconds(600) && waited < .seconds(601), "waited for \(waited)")
        }
    }

    @Test func allCoursesOfTwoSendersAndOneSelectAreRight() throws {
        let tried = try InMemoryPool.exploreAll(preemptions: 2, limit: 3_000) { pool in
            let channels = try (0..<2).map { _ in try pool.makeChannel(capacity: 0) }
            let senders = try channels.map { try pool.submit(offer, Pipe($0), 1) }
            var sum = 0
            for _ in 0..<2 {
                guard let index = try select(channels, wait: .forever) else { throw RequirementFailure("no limit") }
                sum += try channels[index].receive(as: Int.self, wait: .never) ?? 0
            }
            try Simulation.require(sum == 2, "the sum is \(sum)")
            for sender in senders { try Simulation.require(try sender.value(), "an element was not taken") }
        }
        #expect(tried.schedules > 20)
    }

    /// A planted mistake: that one is ready says nothing about who takes it.
    @Test func whoeverWaitsForWhatSelectHasFoundIsCaught() throws {
        var failure: ScheduleFailure?
        do {
            try InMemoryPool.explore(seeds: 0..<300) { pool in
                let channels = try (0..<2).map { _ in Pipe(try pool.makeChannel()) }
                let takers = try (0..<2).map { _ in try pool.submit(takeWhatWasFound, channels) }
                _ = try channels[0].channel.send(1, wait: .never)
                _ = try channels[1].channel.send(2, wait: .never)
                let sum = try withExtendedLifetime(channels) { try takers.reduce(0) { try $0 + $1.value() } }
                try Simulation.require(sum == 3, "the sum is \(sum)")
            }
        } catch let found as ScheduleFailure { failure = found }
        let found = try #require(failure)
        #expect((found.error as? MultitaskingError)?.code == .deadlock)
    }
}

/// Takes numbers from whichever channel has one, until the signal is set and they are empty.
private func takeUntilSet(_ channels: [Pipe], _ stop: Bell) throws -> [Int] {
    var taken: [Int] = []
    while true {
        let isOver = stop.signal.isSet
        let sources: [any Selectable] = isOver ? channels.map(\.channel) : channels.map(\.channel) + [stop.signal]
        guard let index = try select(sources, wait: isOver ? .never : .forever) else { return taken }
        guard index < channels.count else { continue }
        if let number = try channels[index].channel.receive(as: Int.self, wait: .never) { taken.append(number) }
    }
}

private func sendLater(_ pipe: Pipe, _ number: Int) throws -> Bool { try pipe.channel.send(number, wait: .forever) }

private func setLater(_ bell: Bell) -> Bool {
    bell.signal.set()
    return true
}

private func offer(_ pipe: Pipe, _ number: Int) throws -> Bool { try pipe.channel.send(number, wait: .forever) }

/// Waits for an element in the channel that was ready, which may be gone.
private func takeWhatWasFound(_ channels: [Pipe]) throws -> Int {
    guard let index = try select(channels.map(\.channel), wait: .forever) else { return 0 }
    return try channels[index].channel.receive(as: Int.self, wait: .forever) ?? 0
}
