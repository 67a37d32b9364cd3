/// Tasks in the order in which they end; see ``completions(of:timeout:cancelling:)``.
///
/// ```swift
/// for try await future in completions(of: futures) { print(try await future.value()) }
/// ```
///
/// Each iteration returns all tasks again, and has its own time limit.
public struct AsyncCompletions<Item: Awaitable>: AsyncSequence, Sendable {
    /// A future or task.
    public typealias Element = Item

    private let items: @Sendable () throws -> [Item]
    private let timeout: Duration?
    private let scope: CancellationScope

    /// - Parameter items: gives what to wait for, when an iteration begins.
    package init(timeout: Duration?, _ scope: CancellationScope, _ items: @escaping @Sendable () throws -> [Item]) {
        self.items = items
        self.timeout = timeout
        self.scope = scope
    }

    /// Creates an iterator and starts the time limit.
    public func makeAsyncIterator() -> Iterator { Iterator(Result(catching: items), timeout, scope) }

    /// Returns the tasks one by one.
    public struct Iterator: AsyncIteratorProtocol {
        private let scope: CancellationScope
        private var progress: Result<CompletionProgress<Item>, any Error>

        init(_ items: Result<[Item], any Error>, _ timeout: Duration?, _ scope: CancellationScope) {
            self.scope = scope
            progress = items.map { CompletionProgress($0, timeout, .suspending($0)) }
        }

        /// Suspends until another task has ended; nil after the last one.
        ///
        /// - Throws: `timedOut` when the time limit passes; `CancellationError` if the awaiting task is cancelled.
        public mutating func next() async throws -> Item? {
            var progress = try progress.get()
            defer { self.progress = .success(progress) }
            while true {
                if let item = progress.take() { return item }
                if progress.isOver { return nil }
                let (queue, deadline) = (progress.queue, progress.deadline)
                let isInTime = try await ending(queue.tasks, with: scope) {
                    try await queue.waitForNext(until: deadline)
                }
                if isInTime { continue }
                // One may have ended at the last moment.
                if let item = progress.take() { return item }
                throw progress.timedOut
            }
        }
    }
}

/// Tasks in the order in which they end, for a caller that blocks while waiting; see ``completions(of:timeout:)``.
///
/// Iterating over a sequence can't throw, so when the time limit passes, the loop ends and ``timedOut`` holds an error.
/// It also holds the error of a simulation in which waiting is no longer possible.
///
/// ```swift
/// for future in completions(of: futures) { print(try future.value()) }
/// ```
///
/// To store one in a variable, specify its type; otherwise, the variable is an ``AsyncCompletions``:
///
/// ```swift
/// let ended: Completions = completions(of: futures, timeout: .seconds(10))
/// for future in ended { print(try future.value()) }
/// if let error = ended.timedOut { print(error) }
/// ```
public struct Completions<Item: Awaitable>: Sequence {
    private let items: [Item]
    private let timeout: Duration?
    /// The error of the last loop, if its time was up.
    private let failure = Keeper<MultitaskingError?>(nil)

    package init(timeout: Duration?, _ items: [Item]) {
        self.items = items
        self.timeout = timeout
    }

    /// An error with the code `timedOut` if the time limit ended the last loop, or if some tasks haven't ended, for
    /// example "2 of 4 tasks have not ended"; the error of a simulation if that ended the loop; otherwise nil.
    public var timedOut: MultitaskingError? {
        if let failure = failure.value { return failure }
        let count = items.count { !$0.isOver }
        return count == 0 ? nil : .notDone(count: count, of: items.count, within: timeout)
    }

    /// Creates an iterator and starts the time limit.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    public func makeIterator() -> Iterator {
        failure.value = nil
        return Iterator(CompletionProgress(items, timeout, .blocking(items)), failure)
    }

    /// Returns the tasks one by one.
    public struct Iterator: IteratorProtocol {
        private var progress: CompletionProgress<Item>
        private let failure: Keeper<MultitaskingError?>

        init(_ progress: CompletionProgress<Item>, _ failure: Keeper<MultitaskingError?>) {
            self.progress = progress
            self.failure = failure
        }

        /// Blocks until another task has ended; nil after the last one, and when the time limit passes.
        @available(*, noasync, message: "this blocks the thread; use `for try await`")
        public mutating func next() -> Item? {
            while true {
                if let item = progress.take() { return item }
                if progress.isOver { return nil }
                var reason = progress.timedOut
                do {
                    if try progress.queue.waitForNext(until: progress.deadline) { continue }
                } catch { reason = error as? MultitaskingError ?? reason }
                // One may have ended at the last moment.
                if let item = progress.take() { return item }
                failure.value = reason
                return nil
            }
        }
    }
}

/// How many of some tasks have ended and were given.
struct CompletionProgress<Item: Awaitable> {
    let queue: CompletionQueue
    let deadline: WaitDeadline
    private let items: [Item]
    private let timeout: Duration?
    private var left: Int

    init(_ items: [Item], _ timeout: Duration?, _ queue: CompletionQueue) {
        self.items = items
        self.timeout = timeout
        left = items.count
        self.queue = queue
        deadline = queue.deadline(WaitLimit(timeout: timeout))
    }

    var isOver: Bool { left == 0 }

    var timedOut: MultitaskingError { .notDone(count: left, of: items.count, within: timeout) }

    mutating func take() -> Item? {
        guard let place = queue.take() else { return nil }
        left -= 1
        return items[place]
    }
}

/// Returns the tasks in the order in which they end: `for try await future in completions(of: futures) { … }`.
///
/// The tasks may be futures, including those of several pools, or named tasks of sessions. Tasks that have already
/// ended come first, in the given order. Leaving the loop early cancels nothing.
/// - Parameters:
///   - tasks: the tasks to wait for. A task that appears twice counts twice.
///   - timeout: how long the whole loop may take; nil for no limit. If it passes, iterating throws `timedOut`, whose
///     message says how many tasks haven't ended. They continue.
///   - scope: whether to end the tasks if the awaiting Swift task is cancelled.
public func completions<Tasks: Sequence>(
    of tasks: Tasks, timeout: Duration? = nil, cancelling scope: CancellationScope = .waitOnly
) -> AsyncCompletions<Tasks.Element> where Tasks.Element: Awaitable {
    let items = Array(tasks)
    return AsyncCompletions(timeout: timeout, scope) { items }
}

/// Returns the tasks in the order in which they end, for a caller that blocks: `for future in completions(of: futures)
/// { … }`.
///
/// - Parameter timeout: how long the whole loop may take; nil for no limit. If it passes, the loop ends; see
///   ``Completions/timedOut``.
@available(*, noasync, message: "this blocks the thread; use `for try await`")
@_disfavoredOverload
public func completions<Tasks: Sequence>(
    of tasks: Tasks, timeout: Duration? = nil
) -> Completions<Tasks.Element> where Tasks.Element: Awaitable {
    Completions(timeout: timeout, Array(tasks))
}
