// Batches, and loops over a queue.

extension ParentSideContext {
    /// Removes and returns up to `count` elements of the output queue, waiting only for the first.
    ///
    /// By default, this doesn't wait. With `taskDone`, the elements are reported as processed, for senders that join.
    /// - Throws: `noSuchObject` without the queue; what `readOutput(as:wait:taskDone:)` throws for the first element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readOutput<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Like the method of the same name, for elements that aren't `Codable`. Threads only.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func readOutput<Element: Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) throws -> [Element] {
        try objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends where the blocking method of the same name blocks.
    public func readOutput<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Suspends instead of blocking, for elements that aren't `Codable`. Threads only.
    public func readOutput<Element: Sendable>(
        upTo count: Int, as type: Element.Type = Element.self, wait: WaitLimit = .never, taskDone: Bool = false
    ) async throws -> [Element] {
        try await objects.requireOutputQueue().take(upTo: count, as: type, wait: wait, taskDone: taskDone)
    }

    /// Appends elements to the input queue, all or as many as fit before the limit passes, and returns how many.
    ///
    /// By default, this doesn't wait.
    /// - Throws: `noSuchObject` without the queue; what `writeInput(_:wait:join:)` throws for the first element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) throws -> Int where Elements.Element: Codable & Sendable {
        try objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// Like the method of the same name, for elements that aren't `Codable`. Threads only.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) throws -> Int where Elements.Element: Sendable {
        try objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// Suspends where the blocking method of the same name blocks.
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) async throws -> Int where Elements.Element: Codable & Sendable {
        try await objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// Suspends instead of blocking, for elements that aren't `Codable`. Threads only.
    @discardableResult
    public func writeInput<Elements: Sequence>(
        contentsOf elements: Elements, wait: WaitLimit = .never
    ) async throws -> Int where Elements.Element: Sendable {
        try await objects.requireInputQueue().put(contentsOf: Array(elements)[...], wait: wait)
    }

    /// The elements of the output queue until it is closed and empty, for `for` and `for try await` loops.
    ///
    /// - Throws: `noSuchObject` without the queue; an error that an earlier call kept for the next one because it
    ///   returned elements.
    public func outputElements<Element: Codable & Sendable>(
        as type: Element.Type = Element.self
    ) throws -> ChannelElements<Element> {
        try objects.requireOutputQueue().receiver().elements(as: type)
    }
}
