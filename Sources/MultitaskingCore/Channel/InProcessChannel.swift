/// A channel whose two ends are in one process, so that elements need not be `Codable`.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 10) as? any InProcessChannel
/// _ = try channel?.sendInProcess(document, wait: .forever)   // a class that is not Codable
/// ```
public protocol InProcessChannel: Channel {
    /// Like `SendingChannel.send(_:wait:)`, for any `Sendable` element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @_disfavoredOverload  // see `SendingChannel.send(_:wait:)`
    func sendInProcess<Element: Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool

    /// Like `ReceivingChannel.receive(as:wait:)`, for any `Sendable` element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func receiveInProcess<Element: Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element?

    /// Like `SendingChannel.send(contentsOf:wait:)`, for any `Sendable` elements.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    func sendInProcess<Element: Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int

    /// Like `ReceivingChannel.receive(upTo:as:wait:)`, for any `Sendable` elements.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func receiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element]
}
