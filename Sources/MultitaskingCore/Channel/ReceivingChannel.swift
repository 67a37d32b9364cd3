/// The receiving side of a ``Channel``.
///
/// ```swift
/// while let number = try channel.receive(as: Int.self, wait: .forever) { print(number) }
/// ```
public protocol ReceivingChannel: AnyObject, Sendable {
    /// Takes the first element, or returns nil if there was none until the limit, or the channel is closed and empty.
    ///
    /// Without a limit, this waits as long as somebody might send: until the channel is closed or its executor has
    /// ended. That all tasks which send to it have ended is no reason to return, as others may come: close the channel
    /// after the last one, or make it one that closes with its senders (``ChannelOptions/closesWithSenders``).
    ///
    /// - Throws: `wrongType` if the first element is of another type: it then stays where it is; `decodeFailed` if
    ///   its bytes cannot be decoded: it is then removed, so that it cannot block the channel.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element?

    /// Suspends, instead of blocking, until there is an element; nil if the limit passed first or all is drained.
    ///
    /// - Throws: what the blocking `receive` throws, and `CancellationError` when the awaiting task is cancelled.
    func receiveAsynchronously<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) async throws -> Element?

    /// Takes the first elements, at most `count`: as many as there are, once there is one.
    ///
    /// Nothing is waited for once there is an element. An error ends the batch: what was taken before it is returned,
    /// and the error comes from the next call.
    ///
    /// - Parameter count: how many to take at most; none for zero and less.
    /// - Returns: nothing if there was no element until the limit, or the channel is closed and empty.
    /// - Throws: what the first element's `receive` would throw.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element]

    /// Suspends, instead of blocking; otherwise like the blocking call of the same name.
    ///
    /// - Throws: also `CancellationError` when the awaiting task is cancelled; nothing was taken then.
    func receiveAsynchronously<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) async throws -> [Element]
}

extension ReceivingChannel {
    /// Takes the first elements, at most `count`, without waiting; see the requirement of the same name.
    ///
    /// ```swift
    /// let some = try channel.receive(upTo: 128, as: Order.self, wait: .forever)
    /// ```
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func receive<Element: Codable & Sendable>(upTo count: Int, as type: Element.Type) throws -> [Element] {
        try receive(upTo: count, as: type, wait: .never)
    }

    /// The asynchronous twin of the blocking call of the same name.
    public func receive<Element: Codable & Sendable>(upTo count: Int, as type: Element.Type) async throws -> [Element] {
        try await receiveAsynchronously(upTo: count, as: type, wait: .never)
    }
}
