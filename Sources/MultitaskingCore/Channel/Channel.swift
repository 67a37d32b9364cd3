/// A queue between tasks and their parent: bounded or not, any number of senders and receivers.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 100)
/// _ = try channel.send(1, wait: .upTo(.seconds(1)))
/// let number = try channel.receive(as: Int.self, wait: .forever)
/// channel.close(discarding: false)
/// ```
///
/// Elements arrive in the order in which they were accepted; what one sender sends is never reordered. Each element
/// is received exactly once. An element is copied: changing it after `send` changes nothing at the receiver.
///
/// Each call takes effect at one moment between its beginning and its return (a channel is *linearizable*), also one
/// that waits for nothing. So a receive that begins after a send has returned finds an element, unless others have
/// taken it, and a send that begins after a receive has returned finds room, unless others have filled it.
///
/// **Implementer's duties.** `send` and `receive` may be called from any thread, of any process the backend has, at
/// once. An element that `send` accepted (returned true) is received exactly once, also if its sender then dies. A
/// sender or receiver that dies or is stopped in the middle of a call blocks nobody, and hides nothing that others have
/// put in. After `close` nothing blocks.
public protocol Channel: AnyObject, Sendable {
    /// The name under which ``TaskEnvironment/channel(_:)`` finds this channel in a worker.
    var reference: SharedObjectID { get }

    /// How many elements wait, how many fit, and whether the channel is closed.
    var status: ChannelStatus { get }

    /// Puts `element` at the end and returns true, or returns false if there was no room until the limit.
    ///
    /// - Throws: `closed` after ``close(discarding:)``; `encodeFailed` if the element cannot be encoded, in which
    ///   case nothing was sent; `arenaLimitReached` where the backend's memory is full.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool

    /// Takes the first element, or returns nil if there was none until the limit, or the channel is closed and empty.
    ///
    /// Without a limit, this waits as long as somebody might send: until the channel is closed or its executor has
    /// ended. That all tasks which send to it have ended is no reason to return, as others may come; close the channel
    /// after the last one.
    ///
    /// - Throws: `wrongType` if the first element is of another type: it then stays where it is; `decodeFailed` if
    ///   its bytes cannot be decoded: it is then removed, so that it cannot block the channel.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element?

    /// Ends the channel: `send` throws from now on and blocked callers wake.
    ///
    /// Elements that wait may still be received, unless they are discarded. Closing twice is allowed.
    /// - Returns: how many elements were discarded.
    @discardableResult
    func close(discarding: Bool) -> Int

    /// Suspends until `operation` may succeed, the channel is closed, or the limit has passed; may return early.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func ready(for operation: ChannelOperation, wait: WaitLimit) async throws
}

/// What a channel holds at one moment.
///
/// ```swift
/// let status = channel.status
/// print("\(status.count) of \(status.capacity.map(String.init) ?? "any number") wait")
/// ```
public struct ChannelStatus: Sendable, Hashable {
    /// How many elements wait to be received.
    public var count: Int
    /// How many elements fit; nil if only memory limits it.
    public var capacity: Int?
    /// How many encoded bytes wait; nil if the channel does not count them.
    public var byteCount: Int?
    /// How many encoded bytes fit; nil if there is no such bound.
    public var byteCapacity: Int?
    /// Whether the channel was closed.
    public var isClosed: Bool

    /// Makes a status.
    public init(count: Int, capacity: Int?, byteCount: Int? = nil, byteCapacity: Int? = nil, isClosed: Bool) {
        self.count = count
        self.capacity = capacity
        self.byteCount = byteCount
        self.byteCapacity = byteCapacity
        self.isClosed = isClosed
    }
}

/// What a caller can wait for on a channel.
///
/// ```swift
/// try await channel.ready(for: .receive, wait: .upTo(.seconds(1)))
/// ```
public enum ChannelOperation: Sendable, Hashable {
    /// There is room for an element.
    case send
    /// There is an element.
    case receive
    /// Every received element was reported as done.
    case join
}

/// A channel that tracks when every element sent to it has been processed.
///
/// ```swift
/// while let order = try channel.receive(as: Order.self, wait: .forever) {
///     process(order)
///     try channel.taskDone()   // a sender that waits in join(wait:) counts these
/// }
/// ```
public protocol JoinableChannel: Channel {
    /// Reports that one received element has been processed.
    ///
    /// - Throws: `invalidArgument` if called more often than elements were sent.
    func taskDone() throws

    /// Waits until every element sent so far was reported by ``taskDone()``; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func join(wait: WaitLimit) -> Bool
}

/// A channel whose two ends are in one process, so that elements need not be `Codable`.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 10) as? any InProcessChannel
/// _ = try channel?.sendInProcess(document, wait: .forever)   // a class that is not Codable
/// ```
public protocol InProcessChannel: JoinableChannel {
    /// Like ``Channel/send(_:wait:)``, for any `Sendable` element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func sendInProcess<Element: Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool

    /// Like ``Channel/receive(as:wait:)``, for any `Sendable` element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func receiveInProcess<Element: Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element?
}
