/// The sending side of a ``Channel``.
///
/// The requirements whose names end in `Asynchronously` are what `try await channel.send(…)` calls. They have names of
/// their own because a blocking function would otherwise be taken for its own asynchronous twin.
///
/// ```swift
/// if try !channel.send(1) { print("the channel is full") }
/// ```
public protocol SendingChannel: AnyObject, Sendable {
    /// Puts `element` at the end and returns true, or returns false if there was no room until the limit.
    ///
    /// - Throws: `closed` after ``Channel/close(discarding:)``; `encodeFailed` if the element cannot be encoded, in
    ///   which case nothing was sent; `arenaLimitReached` where the backend's memory is full.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool

    /// Suspends, instead of blocking, until `element` was accepted; false if the limit passed first.
    ///
    /// - Throws: what the blocking `send` throws, and `CancellationError` when the awaiting task is cancelled:
    ///   the element was then not sent.
    func sendAsynchronously<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) async throws -> Bool

    /// Puts elements at the end, one after the other: all of them, or as many as fit until the limit.
    ///
    /// Others may send in between. An error ends the batch as the limit does: what was accepted before it stays sent
    /// and is counted, and the error comes from a call whose first element meets it. So a program that goes on after
    /// the elements that were counted sends each exactly once.
    ///
    /// - Returns: how many were accepted, from the first on.
    /// - Throws: what the first element's `send` would throw.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    func send<Element: Codable & Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int

    /// Suspends, instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled and nothing was sent.
    @discardableResult
    func sendAsynchronously<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int
}

extension SendingChannel {
    /// Puts elements at the end; see the requirement of the same name.
    ///
    /// ```swift
    /// let accepted = try channel.send(contentsOf: orders, wait: .forever)
    /// ```
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) throws -> Int
    where Elements.Element: Codable & Sendable {
        try send(contentsOf: Self.slice(elements), wait: wait)
    }

    /// Puts elements at the end, and suspends instead of blocking.
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) async throws -> Int
    where Elements.Element: Codable & Sendable {
        try await sendAsynchronously(contentsOf: Self.slice(elements), wait: wait)
    }

    private static func slice<Elements: Sequence>(_ elements: Elements) -> ArraySlice<Elements.Element> {
        // An array is not copied.
        if let array = elements as? [Elements.Element] { return array[...] }
        return Array(elements)[...]
    }
}
