/// The task's side of a context, which reads the input queue, writes to the output queue, and checks the cancel event.
///
/// ```swift
/// while !context.isCancelled {
///     guard let number = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(100))) else { continue }
///     try context.writeOutput(number * 2)
/// }
/// ```
///
/// Only ``TaskContext`` and ``CombinedContext`` conform to it. Use it to write a function that takes either.
public protocol TaskSideContext: QueueContext {}

extension TaskSideContext {
    /// Whether the parent asks the task to stop by setting the cancel event; false if there is no event.
    ///
    /// Reading it costs at most one load, so you can check it in every iteration of a loop.
    public var isCancelled: Bool { objects.cancelSignal?.isSet ?? false }
}

// Blocking calls.
extension TaskSideContext {
    /// Removes and returns the first element of the input queue; nil if there is none before the limit passes, or if
    /// the queue is closed and empty.
    ///
    /// By default, this doesn't wait. With `taskDone`, the element is reported as processed, for senders that join.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, in which case
    ///   it stays in the queue; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readInput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the method of the same name, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the method of the same name throws; `notCodable` if the queue leads to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readInput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Removes and returns all elements of the input queue, until none arrives within the limit.
    ///
    /// The limit applies to each element. With `.forever`, the call returns only after the queue is closed. If an
    /// element of another type follows, the elements before it are returned and the next call throws.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, in which case
    ///   it stays in the queue; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readInputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the method of the same name, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the method of the same name throws; `notCodable` if the queue leads to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readInputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Appends `element` to the output queue; false if there is no room before the limit passes.
    ///
    /// By default, this doesn't wait. With `join`, the call also waits until every element of the queue has been read
    /// with `taskDone`: for the rest of `wait`, or as long as it takes if you don't pass `wait`. If the limit passes
    /// meanwhile, the call also returns false, but the element stays in the queue.
    ///
    /// - Throws: `noSuchObject` without the queue; `closed` if the queue is closed; `encodeFailed` if the element can't
    ///   be encoded; `arenaLimitReached` if the pool's memory is full.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func writeOutput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireOutputQueue().put(element, wait: wait, join: join)
    }

    /// Like the method of the same name, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the method of the same name throws; `notCodable` if the queue leads to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func writeOutput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireOutputQueue().put(element, wait: wait, join: join)
    }
}

// Their asynchronous versions.
extension TaskSideContext {
    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    public func readInput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the blocking method throws; `notCodable`; `CancellationError` if the awaiting task is cancelled.
    public func readInput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    public func readInputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the blocking method throws; `notCodable`; `CancellationError` if the awaiting task is cancelled.
    public func readInputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    @discardableResult
    public func writeOutput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireOutputQueue().put(element, wait: wait, join: join)
    }

    /// Suspends instead of blocking, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the blocking method throws; `notCodable`; `CancellationError` if the awaiting task is cancelled.
    @discardableResult
    public func writeOutput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireOutputQueue().put(element, wait: wait, join: join)
    }
}
