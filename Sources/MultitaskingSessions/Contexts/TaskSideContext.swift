/// The task's side of a context: it reads the input queue, writes the output queue and looks at the cancel event.
///
/// ```swift
/// while !context.isCancelled {
///     guard let number = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(100))) else { continue }
///     try context.writeOutput(number * 2)
/// }
/// ```
public protocol TaskSideContext: QueueContext {}

extension TaskSideContext {
    /// Whether the parent asks to stop: the cancel event is set. False if there is no such event.
    ///
    /// Costs no more than a load: look at it in every turn of a loop.
    public var isCancelled: Bool { objects.cancelSignal?.isSet ?? false }
}

// Blocking calls.
extension TaskSideContext {
    /// Takes the first element of the input queue, or returns nil if there was none until the limit.
    ///
    /// Not waiting is the default. With `taskDone`, the element is reported as processed, for senders that join.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, which then
    ///   stays; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readInput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the call of the same name, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` if the queue crosses to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readInput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> Element? {
        try objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Takes everything out of the input queue: until there was no element within the limit.
    ///
    /// The limit holds for each element. With `.forever` the call returns only after the queue was closed. If an
    /// element of another type follows, the ones before it are returned and the next call throws.
    ///
    /// - Throws: `noSuchObject` without the queue; `wrongType` if the first element is of another type, which then
    ///   stays; `decodeFailed`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readInputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the call of the same name, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` if the queue crosses to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readInputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Puts `element` at the end of the output queue; false if there was no room until the limit.
    ///
    /// Not waiting is the default. With `join`, the call also waits until every element of the queue was taken with
    /// `taskDone`: for what `wait` leaves, or for as long as it takes if there is no `wait`. It is false as well if
    /// that takes too long, and then the element is in the queue.
    ///
    /// - Throws: `noSuchObject` without the queue; `encodeFailed` if the element cannot be encoded.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func writeOutput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireOutputQueue().put(element, wait: wait, join: join)
    }

    /// Like the call of the same name, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` if the queue crosses to another process.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func writeOutput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) throws -> Bool {
        try objects.requireOutputQueue().put(element, wait: wait, join: join)
    }
}

// Their asynchronous twins.
extension TaskSideContext {
    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled.
    public func readInput<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` and `CancellationError`.
    public func readInput<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> Element? {
        try await objects.requireInputQueue().take(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled.
    public func readInputUntilEmpty<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` and `CancellationError`.
    public func readInputUntilEmpty<Element: Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireInputQueue().drain(as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled.
    @discardableResult
    public func writeOutput<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireOutputQueue().put(element, wait: wait, join: join)
    }

    /// Suspends instead of blocking, for an element that need not be `Codable`; only on threads.
    ///
    /// - Throws: also `notCodable` and `CancellationError`.
    @discardableResult
    public func writeOutput<Element: Sendable>(
        _ element: Element, wait: WaitLimit? = nil, join: Bool = false
    ) async throws -> Bool {
        try await objects.requireOutputQueue().put(element, wait: wait, join: join)
    }
}
