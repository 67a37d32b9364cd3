/// The parent's side of a context, which writes to the input queue, reads the output queue, and sets the cancel event.
///
/// ```swift
/// try context.writeInput(1, wait: .forever)
/// let answer = try context.readOutput(as: Int.self, wait: .upTo(.seconds(1)))
/// try context.setCancelEvent()
/// ```
///
/// Only ``MainContext``, ``CombinedContext``, and ``PoolTask`` conform to it. Use it to write a function that takes any
/// of them.
public protocol ParentSideContext: QueueContext {}

extension ParentSideContext {
    /// Sets the cancel event, which asks every task that shares it to stop.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public func setCancelEvent() throws { try objects.requireCancelSignal().set() }

    /// Clears the cancel event, so that tasks submitted from now on aren't asked to stop.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public func clearCancelEvent() throws { try objects.requireCancelSignal().clear() }
}

// Blocking calls.
extension ParentSideContext {
    /// Appends `element` to the input queue; false if there is no room before the limit passes.
    ///
    /// By default, this doesn't wait. With `join`, the call also waits until every element of the queue has been read
    /// with `taskDone`: for the rest of `wait`, or as long as it takes if you don't pass `wait`. If the limit passes
    /// meanwhile, the call also returns false, but the element stays in the queue.
    ///
    /// - Throws: `noSuchObject` without the queue; `closed` if the queue is closed; `encodeFailed` if the element can't
    ///   be encoded; `arenaLimitReached` if the pool's memory is full.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func writeInput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Like the method of the same name, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the method of the same name throws; `notCodable` if the queue leads to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func writeInput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Removes and returns the first element of the output queue; nil if there is none before the limit passes, or if
    /// the queue is closed and empty.
    ///
    /// By default, this doesn't wait. With `taskDone`, the element is reported as processed, for senders that join.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, in which case
    ///   it stays in the queue; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readOutput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the method of the same name, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the method of the same name throws; `notCodable` if the queue leads to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readOutput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Removes and returns all elements of the output queue, until none arrives within the limit.
    ///
    /// The limit applies to each element. With `.forever`, the call returns only after the queue is closed. If an
    /// element of another type follows, the elements before it are returned and the next call throws.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, in which case
    ///   it stays in the queue; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readOutputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the method of the same name, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the method of the same name throws; `notCodable` if the queue leads to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readOutputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }
}

// Their asynchronous versions.
extension ParentSideContext {
    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    @discardableResult
    public func writeInput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Suspends instead of blocking, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the blocking method throws; `notCodable`; `CancellationError` if the awaiting task is cancelled.
    @discardableResult
    public func writeInput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    public func readOutput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the blocking method throws; `notCodable`; `CancellationError` if the awaiting task is cancelled.
    public func readOutput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled.
    public func readOutputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that isn't `Codable`. Threads only.
    ///
    /// - Throws: what the blocking method throws; `notCodable`; `CancellationError` if the awaiting task is cancelled.
    public func readOutputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }
}
