/// Tasks as they end, each once; see ``completions(of:timeout:cancelling:)``.
///
/// ```swift
/// for try await future in completions(of: futures) { print(try future.value(timeout: .zero)) }
/// ```
public struct AsyncCompletions<Item: Awaitable>: AsyncSequence {
    /// What ends: a future, or a task.
    public typealias Element = Item

    private let items: () throws -> [Item]
    private let timeout: Duration?
    private let scope: CancellationScope

    /// - Parameter items: gives what to wait for, when an iteration begins.
    package init(timeout: Duration?, _ scope: CancellationScope, _ items: @escaping () throws -> [Item]) {
        self.items = items
        self.timeout = timeout
        self.scope = scope
    }

    /// Begins to wait; the time begins to run.
    public func makeAsyncIterator() -> Iterator { Iterator(Result(catching: items), timeout, scope) }

    /// Gives one task after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private let scope: CancellationScope
        private var progress: Result<CompletionProgress<Item>, any Error>

        init(_ items: Result<[Item], any Error>, _ timeout: Duration?, _ scope: CancellationScope) {
            self.scope = scope
            progress = items.map { CompletionProgress($0, timeout) }
        }

        /// Suspends until a further task has ended; nil after the last one.
        ///
        /// - Throws: `timedOut` when the time is up; `CancellationError` when the awaiting task is cancelled.
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
                if !isInTime { throw progress.timedOut }
            }
        }
    }
}

/// Tasks as they end, each once, for a caller that blocks while it waits; see ``completions(of:timeout:)``.
///
/// A `for` loop over a sequence cannot throw, so when the time is up it ends, and ``timedOut`` says so.
///
/// ```swift
/// for task in completions(of: tasks) { print(try task.value()) }
/// ```
public struct Completions<Item: Awaitable>: Sequence {
    private let items: [Item]
    private let timeout: Duration?

    package init(timeout: Duration?, _ items: [Item]) {
        self.items = items
        self.timeout = timeout
    }

    /// An error of the code `timedOut` if there are tasks that have not ended, for example "2 of 4 tasks have not
    /// ended"; else nil.
    public var timedOut: MultitaskingError? {
        let count = items.count { !$0.isOver }
        return count == 0 ? nil : .notDone(count: count, of: items.count, within: timeout)
    }

    /// Begins to wait; the time begins to run.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    public func makeIterator() -> Iterator { Iterator(CompletionProgress(items, timeout)) }

    /// Gives one task after the other.
    public struct Iterator: IteratorProtocol {
        private var progress: CompletionProgress<Item>

        init(_ progress: CompletionProgress<Item>) { self.progress = progress }

        /// Blocks until a further task has ended; nil after the last one, and when the time is up.
        @available(*, noasync, message: "this blocks the thread; use `for try await`")
        public mutating func next() -> Item? {
            while true {
                if let item = progress.take() { return item }
                if progress.isOver || !progress.queue.waitForNext(until: progress.deadline) { return nil }
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

    init(_ items: [Item], _ timeout: Duration?) {
        self.items = items
        self.timeout = timeout
        left = items.count
        queue = CompletionQueue(items)
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

/// The tasks as they end, each once: `for try await future in completions(of: futures) { … }`.
///
/// The tasks may be futures, also of several pools, or named tasks of sessions. Those that have ended come first, in
/// their order. Leaving the loop early cancels nothing.
/// - Parameters:
///   - tasks: what to wait for; each place counts, also if a task is there twice.
///   - timeout: how long the whole loop may take, from its beginning; nil for as long as it takes. When it is up,
///     iterating throws `timedOut`, which says how many of the tasks have not ended; they go on.
///   - scope: whether the tasks are ended when the awaiting Swift task is cancelled.
public func completions<Tasks: Sequence>(
    of tasks: Tasks, timeout: Duration? = nil, cancelling scope: CancellationScope = .waitOnly
) -> AsyncCompletions<Tasks.Element> where Tasks.Element: Awaitable {
    let items = Array(tasks)
    return AsyncCompletions(timeout: timeout, scope) { items }
}

/// The tasks as they end, each once, for a caller that blocks: `for future in completions(of: futures) { … }`.
///
/// - Parameter timeout: how long the whole loop may take, from its beginning; nil for as long as it takes. When it is
///   up, the loop ends; see ``Completions/timedOut``.
@available(*, noasync, message: "this blocks the thread; use `for try await`")
@_disfavoredOverload
public func completions<Tasks: Sequence>(
    of tasks: Tasks, timeout: Duration? = nil
) -> Completions<Tasks.Element> where Tasks.Element: Awaitable {
    Completions(timeout: timeout, Array(tasks))
}
