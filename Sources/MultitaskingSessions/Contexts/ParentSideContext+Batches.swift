// Batches, and loops over a queue.

extension ParentSideContext {
    /// Takes the first elements of the output queue, at most `count`: as many as there are, once there is one.
    ///
    /// Not waiting is the default. With `taskDone`, they are reported as processed, for senders that join.
    /// - Throws: `noSuchObject` without the queue; otherwise as `readOutput(as:wait:taskDone:)` does for the first one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readOutput<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the call of the same name, for elements that need not be `Codable`; only on threads.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func readOutput<Element: Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    public func readOutput<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for elements that need not be `Codable`; only on threads.
    public func readOutput<Element: Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Puts elements at the end of the input queue: all, or as many as fit until the limit; how many.
    ///
    /// Not waiting is the default.
    /// - Throws: `noSuchObject` without the queue; otherwise as `writeInput(_:wait:join:)` does for the first one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) throws -> Int where Elements.Element: Codable & Sendable {
        try objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// Like the call of the same name, for elements that need not be `Codable`; only on threads.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) throws -> Int where Elements.Element: Sendable {
        try objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// Suspends instead of blocking; otherwise like the blocking call of the same name.
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) async throws -> Int where Elements.Element: Codable & Sendable {
        try await objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// Suspends instead of blocking, for elements that need not be `Codable`; only on threads.
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) async throws -> Int where Elements.Element: Sendable {
        try await objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// The elements of the output queue until it is closed and drained, for `for` and `for try await`.
    ///
    /// - Throws: `noSuchObject` without the queue.
    public func outputElements<Element: Codable & Sendable>(
        as type: Element.Type = Element.self
    ) throws -> ChannelElements<Element> {
        try objects.requireOutputQueue().channel.elements(as: type)
    }
}
