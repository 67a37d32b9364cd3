/// The error of a race without a winner: why none of the tasks has a value.
///
/// ```swift
/// do { print(try race(first, second)) } catch let error as RaceError { print(error.errors) }
/// ```
public struct RaceError: Error, Sendable, CustomStringConvertible {
    /// The error of each task, in the order of the tasks.
    public let errors: [any Error]

    /// Creates the error of a race.
    public init(_ errors: [any Error]) { self.errors = errors }

    /// All errors, one per line.
    public var description: String {
        guard !errors.isEmpty else { return "there was no task that could win" }
        return "none of \(errors.count) tasks has a value:" + errors.map { "\n    \(brief($0, limit: 200))" }.joined()
    }
}

/// Blocks until the first of several futures succeeds, and by default cancels the others.
///
/// ```swift
/// let answer = try race(mirrors.map { try pool.submit(download, $0) }, timeout: .seconds(5))
/// ```
/// - Parameters:
///   - futures: the futures, which may belong to different pools.
///   - timeout: the maximum time to wait; nil for no limit. If it passes, all tasks continue.
///   - rest: what happens to the other tasks when one has succeeded.
/// - Returns: the value of the winner.
/// - Throws: `timedOut`; ``RaceError`` with the errors of all tasks if none succeeds.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RestPolicy = .cancel
) throws -> Value {
    let winner = try waitUntil(.firstSuccessful, futures, timeout, rest)
    return try value(ofWinner: winner, among: futures, timeout)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws; `CancellationError` if the awaiting task is cancelled.
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RestPolicy = .cancel
) async throws -> Value {
    try await race(futures, timeout: timeout, rest: rest, cancelling: .waitOnly)
}

/// Suspends where the blocking function of the same name blocks. Ends the tasks if the awaiting Swift task is cancelled
/// and `scope` is ``CancellationScope/withTask``.
///
/// - Throws: whatever the blocking function throws; `CancellationError` if the awaiting task is cancelled.
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RestPolicy = .cancel,
    cancelling scope: CancellationScope
) async throws -> Value {
    let winner = try await ending(futures, with: scope) {
        try await waitUntil(.firstSuccessful, futures, timeout, rest)
    }
    return try value(ofWinner: winner, among: futures, timeout)
}

private func value<Value>(
    ofWinner winner: Int?, among futures: [Future<Value>], _ timeout: Duration?
) throws -> Value {
    if let winner, let outcome = futures[winner].outcome() { return try outcome.get() }
    if let error = raceError(of: futures) { throw error }
    throw MultitaskingError.notDone(count: futures.count { !$0.isDone }, of: futures.count, within: timeout)
}

/// The error of a race whose tasks have all ended without a value; nil if one goes on.
package func raceError(of tasks: [any Awaitable]) -> RaceError? {
    tasks.allSatisfy(\.isOver) ? RaceError(tasks.compactMap(\.failure)) : nil
}

extension MultitaskingError {
    /// Returns the error of a wait for several tasks that haven't all ended in time: "2 of 4 tasks have not ended".
    public static func notDone(count: Int, of total: Int, within timeout: Duration?) -> Self {
        Self(
            .timedOut,
            "\(count) of \(total) tasks have not ended within \(timeout.map(String.init(describing:)) ?? "the limit"); "
                + "they continue: wait again, or cancel them")
    }
}
