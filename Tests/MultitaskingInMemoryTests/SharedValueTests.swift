import MultitaskingCore
import MultitaskingInMemory
import Multitasking
import Testing

/// Shared values in simulated pools, in many courses of events.
@Suite struct SharedValueTests {
    /// Two tasks are given what the parent has dropped by the time they begin; their workers may die at any step.
    @Test func everyCourseOfEventsFindsWhatIsSharedAndLeavesNothing() throws {
        let options = InMemoryOptions(maxWorkers: 2, faults: .chaotic)
        let tried = try InMemoryPool.explore(seeds: 0..<300, options: options) { pool in
            do {
                let tables = try (1...2).map { try pool.share(Array(0..<$0 * 100)) as SharedArray<Int> }
                var task = TaskOptions.default
                task.retries = .onCrash(20)
                let futures = try tables.map { try pool.submit(doubled, options: task, $0) }
                for (number, future) in zip(1..., futures) {
                    let result = try? future.value()
                    try Simulation.require(
                        result.map { $0 == (0..<number * 100).reduce(0, +) * 2 } ?? true, "\(number): \(result as Any)")
                }
            }
            try Simulation.require(pool.sharedValueCount == 0, "\(pool.sharedValueCount) values are left")
        }
        #expect(tried.schedules == 300)
    }

    @Test func aValueThatCannotBeEncodedIsRefusedHereToo() throws {
        let pool = try InMemoryPool(.seed(1))
        defer { pool.shutdown(.drain) }
        #expect { try pool.share(Opaque()) as Shared<Opaque> } throws: {
            ($0 as? MultitaskingError)?.code == .encodeFailed
        }
        #expect(pool.sharedValueCount == 0)
    }
}

private func doubled(_ table: SharedArray<Int>) -> Int { table.reduce(0) { $0 + 2 * $1 } }

struct Opaque: Codable, Sendable {
    init() {}
    init(from decoder: any Decoder) throws { self.init() }
    func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "it is opaque"))
    }
}
