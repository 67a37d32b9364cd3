import Multitasking
import MultitaskingInMemory
import Testing

/// Streams over simulated pools, in many courses of events.
@Suite(.timeLimit(.minutes(2))) struct StreamSeedTests {
    /// Counts the inputs that a stream has taken.
    private final class Inputs: Sequence, IteratorProtocol {
        private let end: Int
        private(set) var taken = 0

        init(upTo end: Int) { self.end = end }

        func next() -> Int? {
            guard taken < end else { return nil }
            defer { taken += 1 }
            return taken
        }
    }

    @Test(arguments: [StreamOrder.input, .completion], [1, 3, nil] as [Int?])
    func eachElementHasItsResultOnceWhateverDies(_ order: StreamOrder, _ ahead: Int?) throws {
        let options = InMemoryOptions(maxWorkers: 3, faults: .chaotic)
        let tried = try InMemoryPool.explore(seeds: 0..<150, options: options) { pool in
            let inputs = Inputs(upTo: 12)
            var offsets: [Int] = []
            for (offset, result) in try pool.stream(double, inputs, ahead: ahead, order: order) {
                offsets.append(offset)
                if let ahead {
                    try Simulation.require(
                        inputs.taken <= offsets.count + ahead, "\(inputs.taken) taken, \(offsets.count) read")
                }
                switch result {
                case .success(let value): try Simulation.require(value == offset * 2, "\(offset): \(value)")
                case .failure(let error as MultitaskingError):
                    try Simulation.require(error.cause is WorkerFailure, "\(offset): \(error)")
                case .failure(let error): throw error
                }
            }
            let expected = Array(0..<12)
            try Simulation.require((order == .input ? offsets : offsets.sorted()) == expected, "\(offsets)")
        }
        #expect(tried.schedules == 150)
    }

    @Test(arguments: [StreamOrder.input, .completion])
    func retriesAreTheElements(_ order: StreamOrder) throws {
        let options = InMemoryOptions(maxWorkers: 2, faults: .chaotic)
        try InMemoryPool.explore(seeds: 0..<150, options: options) { pool in
            let task = TaskOptions(retries: .onCrash(20))
            var sum = 0
            for (_, result) in try pool.stream(double, 0..<8, ahead: 4, order: order, options: task) {
                sum += try result.get()
            }
            try Simulation.require(sum == 56, "the sum is \(sum)")
        }
    }

    /// Whoever leaves ends what runs, by force if it does not listen, and what waits never begins.
    @Test(arguments: [StreamOrder.input, .completion])
    func leavingEarlyEndsWhatRunsAndWhatWaits(_ order: StreamOrder) throws {
        let options = InMemoryOptions(maxWorkers: 2, faults: FaultPlan(chances: FaultChances(delay: 0.1)))
        try InMemoryPool.explore(seeds: 0..<200, options: options) { pool in
            let (begun, never) = (try pool.makeChannel(), try pool.makeChannel())
            let inputs = Inputs(upTo: 100)
            let task = TaskOptions(timeout: .seconds(3600), gracePeriod: .seconds(1))
            let calls = (0..<100).map { PipeCall(number: $0, begun: Pipe(begun), never: Pipe(never)) }
            var read = 0
            let numbers = inputs.lazy.map { calls[$0] }
            for (_, result) in try pool.stream(returnOrWait, numbers, ahead: 5, order: order, options: task) {
                _ = try result.get()
                read += 1
                if read == 2 { break }
            }
            try Simulation.require(inputs.taken <= 7, "\(inputs.taken) inputs were taken")
            let steps = pool.trace
            let cancelled = steps.indices.filter { steps[$0].contains("parent    cancels task") }
            let asked = steps.indices.filter { steps[$0].contains("parent    asks task") }
            let numbersOfCancelled = cancelled.compactMap { steps[$0].split(separator: " ").last.flatMap { Int($0) } }
            // What has not started goes first, from the last on, so that no worker takes it meanwhile.
            try Simulation.require(numbersOfCancelled == numbersOfCancelled.sorted(by: >), "\(numbersOfCancelled)")
            try Simulation.require((cancelled.last ?? -1) < (asked.first ?? .max), "what runs was asked too soon")
            // Only then can it come to an end: elements from the third on wait for ever.
            pool.shutdown(.drain)
            try Simulation.require(begun.status.count <= inputs.taken, "\(begun.status.count) elements have begun")
        }
    }

    /// Every input that was taken has its result, and no others are taken.
    @Test(arguments: [StreamOrder.input, .completion], [1, 3, nil] as [Int?])
    func endlessInputs_endWithThePool(_ order: StreamOrder, _ ahead: Int?) throws {
        for end in [0, 1, 7] {
            try InMemoryPool.explore(seeds: 0..<40, options: InMemoryOptions(maxWorkers: 2)) { pool in
                if end == 0 { pool.shutdown(.drain) }
                let inputs = Inputs(upTo: .max)
                var read = 0
                for (offset, result) in try pool.stream(double, inputs, ahead: ahead, order: order) {
                    read += 1
                    try Simulation.require(read < 20_000, "the stream goes on without end")
                    switch result {
                    case .success(let value): try Simulation.require(value == offset * 2, "\(offset): \(value)")
                    case .failure(let error as MultitaskingError):
                        try Simulation.require(error.code == .shutDown && read > end, "\(offset): \(error)")
                    case .failure(let error): throw error
                    }
                    if read == end { pool.shutdown(.drain) }
                }
                try Simulation.require(read > end && inputs.taken == read, "\(inputs.taken) taken, \(read) read")
            }
        }
    }

    @Test(arguments: [StreamOrder.input, .completion])
    func endlessInputs_endWithASimulationThatHasFailed(_ order: StreamOrder) throws {
        let pool = try InMemoryPool()
        let never = try pool.makeChannel()
        #expect(throws: MultitaskingError.self) { try never.receive(as: Int.self, wait: .forever) }
        let inputs = Inputs(upTo: 20_000)
        var read = 0
        for (_, result) in try pool.stream(double, inputs, order: order) {
            read += 1
            if case .failure(let error as MultitaskingError) = result, error.code == .deadlock { continue }
            Issue.record("\(result)")
        }
        #expect(read < 20_000 && inputs.taken == read)
        pool.shutdown()
    }

    /// A planted mistake: whoever waits inside the loop for an element that is not submitted before it goes on.
    @Test func aLoopThatWaitsForWhatItHoldsBackIsADeadlock() throws {
        #expect {
            try InMemoryPool.explore(seeds: 0..<20, isShrinking: false) { pool in
                let begun = try pool.makeChannel()
                let never = try pool.makeChannel()
                let calls = (0..<2).map { PipeCall(number: $0, begun: Pipe(begun), never: Pipe(never)) }
                for (offset, result) in try pool.stream(calls, ahead: 1, body: returnOrWait) {
                    _ = try result.get()
                    _ = try begun.receive(as: Int.self, wait: .forever)
                    if offset == 0 { _ = try begun.receive(as: Int.self, wait: .forever) }
                }
            }
        } throws: { (($0 as? ScheduleFailure)?.error as? MultitaskingError)?.code == .deadlock }
    }
}

/// What an element of a stream is called with.
struct PipeCall: Codable, Sendable {
    let number: Int
    let begun: Pipe
    let never: Pipe
}

/// Says that it has begun. The first two return; the others wait for what never comes.
private func returnOrWait(_ call: PipeCall) throws -> Int {
    _ = try call.begun.channel.send(call.number, wait: .forever)
    if call.number >= 2 { _ = try call.never.channel.receive(as: Int.self, wait: .forever) }
    return call.number
}
