/// The error of a race that nobody has won: why each of the tasks has no value.
///
/// ```swift
/// do { print(try race(first, second)) } catch let error as RaceError { print(error.errors) }
/// ```
public struct RaceError: Error, Sendable, CustomStringConvertible {
    /// The error of each task, in the order of the tasks.
    public let errors: [any Error]

    /// Makes an error of a race.
    public init(_ errors: [any Error]) { self.errors = errors }

    /// All errors, a line each.
    public var description: String {
        guard !errors.isEmpty else { return "there was no task that could win" }
        return "none of \(errors.count) tasks has a value:" + errors.map { "\n    \(brief($0, limit: 200))" }.joined()
    }
}

/// Blocks until one of several futures has a value, and by default cancels the others: the first success wins.
///
/// ```swift
/// let answer = try race(mirrors.map { try pool.submit(download, $0) }, timeout: .seconds(5))
/// ```
/// - Parameters:
///   - futures: may be of several pools.
///   - timeout: how long to wait at most; nil for as long as it takes. When it is up, all tasks go on.
///   - rest: what becomes of the others when one has won.
/// - Returns: the value of the winner.
/// - Throws: `timedOut`; ``RaceError`` with the errors of all if none has a value.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RestPolicy = .cancel
) throws -> Value {
    let winner = try waitUntil(.firstSuccessful, futures, timeout, rest)
    return try value(ofWinner: winner, among: futures, timeout)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: as the blocking function does; `CancellationError` when the awaiting task is cancelled.
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RestPolicy = .cancel
) async throws -> Value {
    try await race(futures, timeout: timeout, rest: rest, cancelling: .waitOnly)
}

/// Suspends where the blocking function of the same name blocks; ends the tasks if the awaiting Swift task is
/// cancelled, where `scope` says so.
///
/// - Throws: as the blocking function does; `CancellationError` when the awaiting task is cancelled.
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
    /// The error of a wait for several tasks that have not all ended in time: "2 of 4 tasks have not ended".
    public static func notDone(count: Int, of total: Int, within timeout: Duration?) -> Self {
        Self(
            .timedOut,
            "\(count) of \(total) tasks have not ended within \(timeout.map(String.init(describing:)) ?? "the limit"); "
                + "they go on: wait again, or cancel them")
    }
}
