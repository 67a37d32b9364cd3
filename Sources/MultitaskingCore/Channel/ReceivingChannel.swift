/// The receiving side of a ``Channel``.
///
/// ```swift
/// while let number = try channel.receive(as: Int.self, wait: .forever) { print(number) }
/// ```
public protocol ReceivingChannel: AnyObject, Sendable {
    /// Removes and returns the first element; nil if the limit passes first, or if the channel is closed and empty.
    ///
    /// Without a limit, this waits as long as an element might arrive: until the channel is closed or its executor
    /// shuts down. It doesn't return just because all sending tasks have ended, since others may follow. Close the
    /// channel after the last one, or create it with ``ChannelOptions/closesWithSenders``.
    ///
    /// - Throws: `wrongType` if the first element is of another type, in which case it stays in the channel;
    ///   `decodeFailed` if its bytes can't be decoded, in which case it is removed so that it can't block the channel.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element?

    /// Receives an element, suspending instead of blocking; nil if the limit passes first, or if the channel is closed
    /// and empty.
    ///
    /// - Throws: what the blocking `receive` throws; `CancellationError` if the awaiting task is cancelled.
    func receiveAsynchronously<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) async throws -> Element?

    /// Removes and returns up to `count` elements, waiting only for the first.
    ///
    /// Once there is an element, the call takes what is there and returns. An error ends the batch: the elements before
    /// it are returned, and the next call throws the error.
    ///
    /// - Parameter count: the maximum number of elements; 0 or less takes none.
    /// - Returns: an empty array if the limit passes first, or if the channel is closed and empty.
    /// - Throws: what receiving the first element throws.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element]

    /// Suspends where the blocking method of the same name blocks.
    ///
    /// - Throws: what the blocking method throws; `CancellationError` if the awaiting task is cancelled, in which case
    ///   nothing is taken.
    func receiveAsynchronously<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) async throws -> [Element]
}

extension ReceivingChannel {
    /// Removes and returns the first element, without waiting; nil if there is none.
    ///
    /// ```swift
    /// while let number = try channel.receive(as: Int.self) { print(number) }
    /// ```
    @available(*, noasync, message: "await the asynchronous version")
    public func receive<Element: Codable & Sendable>(as type: Element.Type) throws -> Element? {
        try receive(as: type, wait: .never)
    }

    /// Removes and returns up to `count` elements; see the requirement of the same name.
    ///
    /// ```swift
    /// let some = try channel.receive(upTo: 128, as: Order.self, wait: .forever)
    /// ```
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(upTo count: Int, as type: Element.Type) throws -> [Element] {
        try receive(upTo: count, as: type, wait: .never)
    }

    /// Suspends where the blocking method of the same name blocks.
    public func receive<Element: Codable & Sendable>(upTo count: Int, as type: Element.Type) async throws -> [Element] {
        try await receiveAsynchronously(upTo: count, as: type, wait: .never)
    }
}
