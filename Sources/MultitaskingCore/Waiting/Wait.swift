// Functions, not members: what is waited for may be of several pools.

/// Blocks until of several tasks all, one or some have ended, or the time is up.
///
/// ```swift
/// let (done, notDone) = try wait(for: futures, until: .count(2), timeout: .seconds(1), rest: .cancel)
/// ```
/// The tasks may be futures, also of several pools, or named tasks of sessions. Not blocking: `try await wait(for: …)`.
/// - Parameters:
///   - tasks: what to wait for; each place counts, also if a task is there twice.
///   - condition: when the wait ends; in any case when every task has ended.
///   - timeout: how long to wait at most; nil for as long as it takes. Zero looks without waiting.
///   - rest: what becomes of the tasks that have not ended when the condition is fulfilled. When the time is up they go
///     on in any case. Those that are told to stop may still run when this returns.
/// - Returns: the tasks that have ended and those that have not, both in the order given.
/// - Throws: `invalidArgument` for a count below zero. Not what tasks throw, and not when the time is up.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@discardableResult
public func wait<Tasks: Sequence>(
    for tasks: Tasks, until condition: WaitCondition = .all, timeout: Duration? = nil, rest: RestPolicy = .goOn
) throws -> (done: [Tasks.Element], notDone: [Tasks.Element]) where Tasks.Element: Awaitable {
    let tasks = Array(tasks)
    _ = try waitUntil(condition, tasks, timeout, rest)
    return partition(tasks) { $0 }
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: `CancellationError` when the awaiting task is cancelled; `invalidArgument` for a count below zero.
@discardableResult
public func wait<Tasks: Sequence>(
    for tasks: Tasks, until condition: WaitCondition = .all, timeout: Duration? = nil, rest: RestPolicy = .goOn
) async throws -> (done: [Tasks.Element], notDone: [Tasks.Element]) where Tasks.Element: Awaitable {
    try await wait(for: tasks, until: condition, timeout: timeout, rest: rest, cancelling: .waitOnly)
}

/// Suspends where the blocking function of the same name blocks; ends the tasks if the awaiting Swift task is
/// cancelled, where `scope` says so.
///
/// - Throws: `CancellationError` when the awaiting task is cancelled; `invalidArgument` for a count below zero.
@discardableResult
public func wait<Tasks: Sequence>(
    for tasks: Tasks, until condition: WaitCondition = .all, timeout: Duration? = nil, rest: RestPolicy = .goOn,
    cancelling scope: CancellationScope
) async throws -> (done: [Tasks.Element], notDone: [Tasks.Element]) where Tasks.Element: Awaitable {
    let tasks = Array(tasks)
    _ = try await ending(tasks, with: scope) { try await waitUntil(condition, tasks, timeout, rest) }
    return partition(tasks) { $0 }
}

/// Blocks until of several tasks of different types all, one or some have ended: `wait(for: [number, text])`.
///
/// As the other form.
@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
@_disfavoredOverload
@discardableResult
public func wait(
    for tasks: [any Awaitable], until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RestPolicy = .goOn
) throws -> (done: [any Awaitable], notDone: [any Awaitable]) {
    _ = try waitUntil(condition, tasks, timeout, rest)
    return partition(tasks) { $0 }
}

/// Suspends where the blocking function of the same name blocks.
///
/// - Throws: `CancellationError` when the awaiting task is cancelled; `invalidArgument` for a count below zero.
@_disfavoredOverload
@discardableResult
public func wait(
    for tasks: [any Awaitable], until condition: WaitCondition = .all, timeout: Duration? = nil,
    rest: RestPolicy = .goOn
) async throws -> (done: [any Awaitable], notDone: [any Awaitable]) {
    _ = try await waitUntil(condition, tasks, timeout, rest)
    return partition(tasks) { $0 }
}

/// Waits, and deals with the rest. The place of the task that decided; nil if none did, or the time was up.
@available(*, noasync)
package func waitUntil(
    _ condition: WaitCondition, _ tasks: [any Awaitable], _ timeout: Duration?, _ rest: RestPolicy
) throws -> Int? {
    try condition.validate()
    if condition == .all {
        let deadline = WaitDeadline(WaitLimit(timeout: timeout), timeline: timeline(of: tasks))
        for task in tasks { guard task.waitUntilDone(deadline.remaining) else { break } }
        return nil
    }
    let queue = CompletionQueue(tasks)
    let deadline = queue.deadline(WaitLimit(timeout: timeout))
    var progress = WaitProgress(condition, of: tasks.count)
    while !progress.isFulfilled {
        if let place = queue.take() {
            progress.note(tasks[place], at: place)
        } else if !queue.waitForNext(until: deadline) {
            return nil
        }
    }
    rest.apply(to: tasks.filter { !$0.isOver })
    return progress.decisive
}

package func waitUntil(
    _ condition: WaitCondition, _ tasks: [any Awaitable], _ timeout: Duration?, _ rest: RestPolicy
) async throws -> Int? {
    try condition.validate()
    if condition == .all {
        let deadline = WaitDeadline(WaitLimit(timeout: timeout), timeline: timeline(of: tasks))
        for task in tasks where !task.isOver {
            let isInTime = try await awaitCallback(deadline.remaining, in: task.timeline, register: task.whenDone)
            guard isInTime else { break }
        }
        return nil
    }
    let queue = CompletionQueue(tasks)
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
