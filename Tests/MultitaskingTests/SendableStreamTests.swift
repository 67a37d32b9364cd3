import Multitasking
import Testing

/// What a library for servers asks of the body of a response, which it reads in a task of its own.
private func countTwice(_ body: some AsyncSequence & Sendable) async throws -> [Int] {
    var counts: [Int] = []
    for _ in 0..<2 {
        counts.append(
            try await Task.detached {
                var count = 0
                for try await _ in body { count += 1 }
                return count
            }.value)
    }
    return counts
}

private struct Countdown: AsyncSequence, Sendable {
    let start: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        var left: Int
        mutating func next() async -> Int? {
            left -= 1
            return left < 0 ? nil : left
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(left: start) }
}

@Suite(.timeLimit(.minutes(1))) struct SendableStreamTests {
    @Test func streamOfSendableInputs_readInAnotherTask_startsAgainEachTime() async throws {
        let pool = try ThreadPool(maxWorkers: 2)
        #expect(try await countTwice(pool.stream(double, 0..<40)) == [40, 40])
        #expect(try await countTwice(pool.stream(double, Countdown(start: 30))) == [30, 30])
        #expect(try await countTwice(pool.stream(0..<20, order: .completion) { 2 * $0 }) == [20, 20])
        #expect(try await countTwice(pool.stream(double, 0..<10, showing: .nothing)) == [10, 10])
        await pool.shutdown(.drain)
    }

    @Test func completions_readInAnotherTask_areAllTasksEachTime() async throws {
        let pool = try ThreadPool(maxWorkers: 2)
        let futures = try (0..<20).map { try pool.submit(double, $0) }
        #expect(try await countTwice(completions(of: futures)) == [20, 20])
        await pool.shutdown(.drain)
        try await withThreadPoolExecutor(maxWorkers: 2) { manager in
            let session = try manager.session().submit("a", double, 1).submit("b", double, 2)
            #expect(try await countTwice(session.completions()) == [2, 2])
        }
    }
}
