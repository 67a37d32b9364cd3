import MultitaskingCore
import MultitaskingThreads
import Testing

private struct Odd: Error, Equatable {
    var number: Int
}

extension ThreadsTests {
    @Suite struct MapTests {
        @Test(arguments: [nil, 1, 3, 1000])
        func mappingGivesTheValuesInOrder(chunkSize: Int?) throws {
            let pool = try ThreadPool(maxWorkers: 3)
            defer { pool.shutdown(.drain) }
            let values = try pool.map({ $0 * 2 }, chunkSize: chunkSize, 0..<500).values()
            #expect(values == (0..<500).map { $0 * 2 })
        }

        @Test func anElementThatThrowsFailsAlone() throws {
            let pool = try ThreadPool(maxWorkers: 2)
            defer { pool.shutdown(.drain) }
            let mapping = try pool.map(chunkSize: 4, 0..<10) { (x: Int) throws -> Int in
                if x % 2 == 1 { throw Odd(number: x) }
                return x
            }
            for (x, result) in try mapping.results().enumerated() {
                if x % 2 == 0 {
                    #expect(try result.get() == x)
                } else {
                    #expect(throws: Odd(number: x)) { try result.get() }
                }
            }
            #expect(throws: Odd(number: 1)) { try mapping.values() }
        }

        @Test func mappingNothingIsDoneAtOnce() async throws {
            let pool = try ThreadPool(maxWorkers: 1)
            let mapping = try pool.map([Int]()) { $0 }
            #expect(mapping.isDone)
            #expect(try await mapping.values().isEmpty)
            await pool.shutdown(.drain)
        }
    }
}
