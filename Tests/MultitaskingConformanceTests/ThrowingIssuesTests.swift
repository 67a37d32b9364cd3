import MultitaskingConformance
import MultitaskingCore
import MultitaskingProcesses
import Testing

private func doubled(_ x: Int) throws -> Int {
    try throwingIssues {
        #expect(x > 0, "it must be positive")
        #expect(x < 10)
        return x * 2
    }
}

private func required(_ x: Int) async throws -> Int {
    try await throwingIssues {
        await Task.yield()
        let number = try #require(x > 0 ? x : nil)
        if number == 7 { throw RecordedElsewhere(number: number) }
        return number
    }
}

/// Not private: the worker must find it by its name.
struct RecordedElsewhere: Error, Codable, Equatable { var number: Int }

@Suite(.serialized) struct ThrowingIssuesTests {
    @Test func expectationThatFailsInAProcess_isTheErrorOfItsTask() throws {
        let pool = try ProcessPool(maxWorkers: 1)
        defer { pool.shutdown() }
        #expect(try pool.submit(doubled, 4).value() == 8)
        let error = #expect(throws: RecordedIssues.self) { try pool.submit(doubled, -1).value() }
        #expect(error?.issues.count == 1)
        #expect(error?.description.contains("it must be positive") == true && "\(error as Any)".contains("-1"))
        #expect(throws: RecordedIssues.self) { try pool.submit(doubled, 11).value() }
        #expect(try pool.submit(required, 3).value() == 3)
        #expect(throws: RecordedIssues.self) { try pool.submit(required, -3).value() }
        #expect(throws: RecordedElsewhere(number: 7)) { try pool.submit(required, 7).value() }
    }
}
