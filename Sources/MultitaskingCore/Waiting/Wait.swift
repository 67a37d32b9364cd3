// Functions, not members: what is waited for may be of several pools.

/// Blocks until all, one, or some of several tasks have ended, or until the time limit passes.
///
/// ```swift
/// let (done, notDone) = try wait(for: futures, until: .count(2), timeout: .seconds(1), rest: .cancel)
/// ```
/// The tasks may be futures, including those of several pools, or named tasks of sessions. To suspend instead of
/// blocking, use `try await wait(for: …)`.
/// - Parameters:
///   - tasks: the tasks to wait for. A task that appears twice counts twice.
///   - condition: the condition that ends the wait. The wait always ends when every task has ended.
///   - timeout: the maximum time to wait; nil for no limit, zero to check without waiting.
///   - rest: what happens to the tasks that haven't ended when the condition is met. If the time limit passes, they
///     always continue. Tasks that are asked to stop may still run when this returns.
/// - Returns: the tasks that have ended and those that haven't, both in the given order.
/// - Throws: `invalidArgument` for a negative count; an error of a simulation in which waiting is no longer possible.
///   Errors of tasks aren't thrown, and neither is a timeout.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@discardableResult
public func wait<Tasks: Sequence>(
    for tasks: Tasks, until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RemainingTasks = .leaveRunning
) throws -> (done: [Tasks.Element], notDone: [Tasks.Element]) where Tasks.Element: Awaitable {
    let tasks = Array(tasks)
    _ = try waitUntil(condition, tasks, timeout, rest)
    return partition(tasks) { $0 }
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: `CancellationError` if the awaiting task is cancelled; `invalidArgument` for a negative count.
@discardableResult
public func wait<Tasks: Sequence>(
    for tasks: Tasks, until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RemainingTasks = .leaveRunning
) async throws -> (done: [Tasks.Element], notDone: [Tasks.Element]) where Tasks.Element: Awaitable {
    try await wait(for: tasks, until: condition, timeout: timeout, rest: rest, cancelling: .waitOnly)
}

/// Suspends where the blocking function of the same name blocks. Ends the tasks if the awaiting Swift task is cancelled
/// and `scope` is ``CancellationScope/withTask``.
///
/// - Throws: `CancellationError` if the awaiting task is cancelled; `invalidArgument` for a negative count.
@discardableResult
public func wait<Tasks: Sequence>(
    for tasks: Tasks, until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RemainingTasks = .leaveRunning,
    cancelling scope: CancellationScope
) async throws -> (done: [Tasks.Element], notDone: [Tasks.Element]) where Tasks.Element: Awaitable {
    let tasks = Array(tasks)
    _ = try await ending(tasks, with: scope) { try await waitUntil(condition, tasks, timeout, rest) }
    return partition(tasks) { $0 }
}

/// Blocks until all, one, or some of several tasks of different types have ended: `wait(for: [number, text])`.
@available(*, noasync, message: "this blocks the thread; await the asynchronous version")
@_disfavoredOverload
@discardableResult
public func wait(
    for tasks: [any Awaitable], until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RemainingTasks = .leaveRunning
) throws -> (done: [any Awaitable], notDone: [any Awaitable]) {
    _ = try waitUntil(condition, tasks, timeout, rest)
    return partition(tasks) { $0 }
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: `CancellationError` if the awaiting task is cancelled; `invalidArgument` for a negative count.
@_disfavoredOverload
@discardableResult
public func wait(
    for tasks: [any Awaitable], until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RemainingTasks = .leaveRunning
) async throws -> (done: [any Awaitable], notDone: [any Awaitable]) {
    _ = try await waitUntil(condition, tasks, timeout, rest)
    return partition(tasks) { $0 }
}

/// Waits, and deals with the rest. The place of the task that decided; nil if none did, or the time was up.
@available(*, noasync)
package func waitUntil(
    _ condition: WaitCondition, _ tasks: [any Awaitable], _ timeout: Duration?, _ rest: RemainingTasks
) throws -> Int? {
    try condition.validate()
    if condition == .all {
        let deadline = WaitDeadline(WaitLimit(timeout: timeout), timeline: timeline(of: tasks))
        for task in tasks { guard task.waitUntilDone(deadline.remaining) else { break } }
        return nil
    }
    let queue = CompletionQueue.blocking(tasks)
    let deadline = queue.deadline(WaitLimit(timeout: timeout))
    var progress = WaitProgress(condition, of: tasks.count)
    while !progress.isFulfilled {
        if let place = queue.take() {
            progress.note(tasks[place], at: place)
        } else if !(try queue.waitForNext(until: deadline)) {
            return nil
        }
    }
    rest.apply(to: tasks.filter { !$0.isOver })
    return progress.decisive
}

package func waitUntil(
    _ condition: WaitCondition, _ tasks: [any Awaitable], _ timeout: Duration?, _ rest: RemainingTasks
) async throws -> Int? {
    try condition.validate()
    if condition == .all {
        let deadline = WaitDeadline(WaitLimit(timeout: timeout), timeline: timeline(of: tasks))
        for task in tasks where !task.isOver {
            guard try await task.awaitEnd(deadline.remaining) else { break }
        }
        return nil
    }
    let queue = CompletionQueue.suspending(tasks)
    let deadline = queue.deadline(WaitLimit(timeout: timeout))
    var progress = WaitProgress(condition, of: tasks.count)
    while !progress.isFulfilled {
        if let place = queue.take() {
            progress.note(tasks[place], at: place)
        } else if !(try await queue.waitForNext(until: deadline)) {
            return nil
        }
    }
    rest.apply(to: tasks.filter { !$0.isOver })
    return progress.decisive
}

private func timeline(of tasks: [any Awaitable]) -> (any Timeline)? { tasks.lazy.compactMap(\.timeline).first }

/// The tasks that have ended and those that have not.
package func partition<Element>(
    _ tasks: [Element], as task: (Element) -> any Awaitable
) -> (done: [Element], notDone: [Element]) {
    var parts: (done: [Element], notDone: [Element]) = ([], [])
    for element in tasks {
        if task(element).isOver { parts.done.append(element) } else { parts.notDone.append(element) }
    }
    return parts
}
