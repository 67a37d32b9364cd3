internal import Synchronization
internal import Testing

/// Expectations that failed in a task, as the task's error.
///
/// ```swift
/// do { try task.value() } catch let error as RecordedIssues { print(error.issues) }
/// ```
public struct RecordedIssues: Error, Codable, Sendable, Hashable, CustomStringConvertible {
    /// Swift Testing's description of each issue, in the order in which they were recorded.
    public let issues: [String]

    /// All issues, one per line.
    public var description: String { issues.joined(separator: "\n") }
}

/// Runs `body`, and throws if an expectation in it fails.
///
/// Use it in tasks of a process pool. A worker is a separate process, in which recorded issues don't reach the test:
/// without this function, a failed `#expect` there is lost. With it, the task fails, and so does the test that reads
/// its value:
/// ```swift
/// func double(_ x: Int) throws -> Int {
///     try throwingIssues {
///         #expect(x > 0)
///         return x * 2
///     }
/// }
/// let value = try pool.submit(double, -1).value()     // throws: Expectation failed: (x → -1) > 0
/// ```
/// `body` continues after an `#expect` that fails, as in a test. Warnings and issues recorded by other threads
/// are ignored. In the test's own process, such an issue becomes a known issue of the test.
///
/// - Returns: the result of `body`.
/// - Throws: ``RecordedIssues``; if no issue was recorded, whatever `body` throws.
public func throwingIssues<Value>(_ body: () throws -> Value) throws -> Value {
    let collector = IssueCollector()
    var result: Result<Value, any Error>?
    withKnownIssue(isIntermittent: true) {
        result = Result { try body() }
    } matching: {
        collector.take($0)
    }
    return try collector.outcome(of: result)
}

/// Runs the asynchronous `body`, and throws if an expectation in it fails.
public func throwingIssues<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    let collector = IssueCollector()
    var result: Result<Value, any Error>?
    await withKnownIssue(isIntermittent: true, isolation: isolation) {
        do { result = .success(try await body()) } catch { result = .failure(error) }
    } matching: {
        collector.take($0)
    }
    return try collector.outcome(of: result)
}

private final class IssueCollector: Sendable {
    private let issues = Mutex<[String]>([])

    /// Whether the issue is one that fails the task.
    func take(_ issue: Issue) -> Bool {
        guard issue.severity >= .error else { return false }
        issues.withLock { $0.append(String(describing: issue)) }
        return true
    }

    func outcome<Value>(of result: Result<Value, any Error>?) throws -> Value {
        let issues = issues.withLock { $0 }
        guard issues.isEmpty, let result else { throw RecordedIssues(issues: issues) }
        return try result.get()
    }
}
