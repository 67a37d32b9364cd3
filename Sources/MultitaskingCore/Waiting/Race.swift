/// The error of a race without a winner: why none of the tasks has a value.
///
/// ```swift
/// do { print(try race([first, second])) } catch let error as RaceError { print(error.errors) }
/// ```
public struct RaceError: Error, Sendable, CustomStringConvertible {
    /// The error of each task, in the order of the tasks.
    public let errors: [any Error]

    /// Creates the error of a race.
    public init(_ errors: [any Error]) { self.errors = errors }

    /// All errors, one per line.
    public var description: String {
        guard !errors.isEmpty else { return "the race had no tasks" }
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
/// - Throws: `timedOut`; ``RaceError`` with the errors of all tasks if none succeeds; an error of a simulation in which
///   waiting is no longer possible.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RemainingTasks = .cancel
) throws -> Value {
    let winner = try waitUntil(.firstSuccessful, futures, timeout, rest)
    return try value(ofWinner: winner, among: futures, timeout, rest)
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: whatever the blocking function throws; `CancellationError` if the awaiting task is cancelled.
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RemainingTasks = .cancel
) async throws -> Value {
    try await race(futures, timeout: timeout, rest: rest, cancelling: .waitOnly)
}

/// Suspends where the blocking function of the same name blocks. Ends the tasks if the awaiting Swift task is cancelled
/// and `scope` is ``CancellationScope/withTask``.
///
/// - Throws: whatever the blocking function throws; `CancellationError` if the awaiting task is cancelled.
public func race<Value>(
    _ futures: [Future<Value>], timeout: Duration? = nil, rest: RemainingTasks = .cancel,
    cancelling scope: CancellationScope
) async throws -> Value {
    let winner = try await ending(futures, with: scope) {
        try await waitUntil(.firstSuccessful, futures, timeout, rest)
    }
    return try value(ofWinner: winner, among: futures, timeout, rest)
}

private func value<Value>(
    ofWinner winner: Int?, among futures: [Future<Value>], _ timeout: Duration?, _ rest: RemainingTasks
) throws -> Value {
    // Counted before anybody is asked for a value, so that it is not 0 if nobody has one.
    let open = futures.count { !$0.isDone }
    if let winner = try winner ?? lateWinner(among: futures, rest), let outcome = futures[winner].outcome() {
        return try outcome.get()
    }
    throw MultitaskingError.notDone(count: open, of: futures.count, within: timeout)
}

/// The place of a task that has succeeded when the wait of a race is over, so late that the wait did not see it; nil if
/// there is none. Deals with the rest.
///
/// - Throws: ``RaceError`` if all tasks have ended without a value.
package func lateWinner(among tasks: [any Awaitable], _ rest: RemainingTasks) throws -> Int? {
    let errors = tasks.map { $0.isOver ? $0.failure : nil }
    if errors.allSatisfy({ $0 != nil }) { throw RaceError(errors.compactMap(\.self)) }
    guard let place = tasks.firstIndex(where: { $0.isOver && $0.failure == nil }) else { return nil }
    rest.apply(to: tasks.filter { !$0.isOver })
    return place
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
