/// The sending side of a ``Channel``.
///
/// `try await channel.send(…)` calls the requirements whose names end in `Asynchronously`. They have their own names so
/// that a blocking implementation can't satisfy the asynchronous requirement.
///
/// ```swift
/// if try !channel.send(1) { print("the channel is full") }
/// ```
public protocol SendingChannel: AnyObject, Sendable {
    /// Appends `element` and returns true, or returns false if there is no room before the limit passes.
    ///
    /// - Throws: `closed` after ``Channel/close(discarding:)``; `encodeFailed` if the element can't be encoded, in
    ///   which case nothing is sent; `arenaLimitReached` if the backend's memory is full.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @_disfavoredOverload  // Otherwise, `try await channel.send(array.count, …)` chooses this one and doesn't compile.
    func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool

    /// Sends an element, suspending instead of blocking until it is accepted; false if the limit passes first.
    ///
    /// - Throws: what the blocking `send` throws; `CancellationError` if the awaiting task is cancelled, in which case
    ///   the element is not sent.
    func sendAsynchronously<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) async throws -> Bool

    /// Appends elements in order: all of them, or as many as fit before the limit passes.
    ///
    /// The elements of other senders may come between them. An error ends the batch, as the limit does: the elements
    /// before it stay sent and are counted, and only a call whose first element fails throws. A program that continues
    /// after the counted elements therefore sends each exactly once.
    ///
    /// - Returns: how many elements were accepted, counted from the first.
    /// - Throws: what sending the first element throws.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    func send<Element: Codable & Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int

    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled before any
    ///   element is sent.
    @discardableResult
    func sendAsynchronously<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int
}

extension SendingChannel {
    /// Sends an element, without waiting; false if there is no room.
    ///
    /// ```swift
    /// if try !channel.send(order) { print("the channel is full") }
    /// ```
    @available(*, noasync, message: "await the asynchronous version")
    public func send<Element: Codable & Sendable>(_ element: Element) throws -> Bool {
        try send(element, wait: .never)
    }

    /// Appends elements; see the requirement of the same name.
    ///
    /// ```swift
    /// let accepted = try channel.send(contentsOf: orders, wait: .forever)
    /// ```
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) throws -> Int
    where Elements.Element: Codable & Sendable {
        try send(contentsOf: Self.slice(elements), wait: wait)
    }

    /// Appends elements, suspending instead of blocking.
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
