/// The parent's side of a context: it writes the input queue, reads the output queue and sets the cancel event.
///
/// ```swift
/// try context.writeInput(1, wait: .forever)
/// let answer = try context.readOutput(as: Int.self, wait: .upTo(.seconds(1)))
/// try context.setCancelEvent()
/// ```
public protocol ParentSideContext: QueueContext {}

extension ParentSideContext {
    /// Sets the cancel event: asks every task that has it to stop.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public func setCancelEvent() throws { try objects.requireCancelSignal().set() }

    /// Clears the cancel event, so that tasks submitted from now on are not asked to stop.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public func clearCancelEvent() throws { try objects.requireCancelSignal().clear() }
}

// Blocking calls.
extension ParentSideContext {
    /// Puts `element` at the end of the input queue; false if there was no room until the limit.
    ///
    /// Not waiting is the default. With `join`, the call also waits until every element of the queue was taken with
    /// `taskDone`: for what `wait` leaves, or for as long as it takes if there is no `wait`. It is false as well if
    /// that takes too long, and then the element is in the queue.
    ///
    /// - Throws: `noSuchObject` without the queue; `encodeFailed` if the element cannot be encoded.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func writeInput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Like the call of the same name, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` if the queue crosses to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func writeInput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Takes the first element of the output queue, or returns nil if there was none until the limit.
    ///
    /// Not waiting is the default. With `taskDone`, the element is reported as processed, for senders that join.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, which then
    ///   stays; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readOutput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the call of the same name, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` if the queue crosses to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readOutput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Takes everything out of the output queue: until there was no element within the limit.
    ///
    /// The limit holds for each element. With `.forever` the call returns only after the queue was closed. If an
    /// element of another type follows, the ones before it are returned and the next call throws.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, which then
    ///   stays; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readOutputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the call of the same name, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` if the queue crosses to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readOutputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }
}

// Their asynchronous twins.
extension ParentSideContext {
    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled.
    @discardableResult
    public func writeInput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Suspends instead of blocking, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` and `CancellationError`.
    @discardableResult
    public func writeInput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireInputQueue().put(element, wait: wait, join: join)
    }

    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled.
    public func readOutput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` and `CancellationError`.
    public func readOutput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireOutputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled.
    public func readOutputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` and `CancellationError`.
    public func readOutputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }
}
