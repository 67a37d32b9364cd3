/// A queue between tasks and their parent, bounded or unbounded, with any number of senders and receivers.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 100)
/// _ = try channel.send(1, wait: .upTo(.seconds(1)))
/// let number = try channel.receive(as: Int.self, wait: .forever)
/// channel.close(discarding: false)
/// ```
///
/// Elements are received in the order in which they were accepted; the elements of one sender are never reordered. Each
/// element is received exactly once. Sending copies the element: later changes to the original don't reach the
/// receiver.
///
/// A channel is *linearizable*: each call, even one that doesn't wait, takes effect at one moment between its beginning
/// and its return. A receive that begins after a send has returned finds an element unless another receiver took it,
/// and a send that begins after a receive has returned finds room unless another sender filled it.
///
/// **Implementer's duties.** Any thread of any of the backend's processes may call `send` and `receive` concurrently.
/// An element that `send` accepted, by returning true, is received exactly once, even if its sender then dies. A sender
/// or receiver that dies or is stopped in the middle of a call neither blocks others nor hides their elements. After
/// `close`, no call blocks.
///
/// A channel refines five protocols with one purpose each: ``SendingChannel``, ``ReceivingChannel``,
/// ``JoiningChannel``, ``WaitableChannel`` and ``Selectable``. A backend must implement `reference`, `status`, `close`,
/// one `send`, one `receive`, `taskDone`, `join` and `waitUntilReady`. Every other requirement has a default based on
/// these, which a backend can replace with something faster.
///
/// **Round trips.** In a backend that spans machines, `status`, `close`, `taskDone`, `send` and `receive` may need a
/// network round trip. Each has an asynchronous counterpart that doesn't block a thread meanwhile. In the pools on one
/// machine, calls that don't wait return immediately.
public protocol Channel: SendingChannel, ReceivingChannel, JoiningChannel, WaitableChannel, Selectable {
    /// The name under which `TaskEnvironment.channel(_:)` finds this channel in a worker.
    var reference: SharedObjectID { get }

    /// How many elements are queued, how many fit, and whether the channel is closed. Reading it may need a round trip.
    var status: ChannelStatus { get }

    /// Returns ``status`` without blocking.
    func currentStatus() async throws -> ChannelStatus

    /// Closes the channel: `send` throws from now on, and blocked callers wake. May need a round trip.
    ///
    /// Queued elements can still be received unless they are discarded. Closing a closed channel is allowed.
    /// - Returns: how many elements were discarded.
    @discardableResult
    func close(discarding: Bool) -> Int

    /// Closes the channel without blocking.
    ///
    /// It has its own name because ``close(discarding:)``, which returns immediately in pools on one machine, is also
    /// available in asynchronous contexts.
    @discardableResult
    func closeAsynchronously(discarding: Bool) async throws -> Int

    /// The count of senders, in a channel that closes with its last sender; see ``ChannelSender``.
    var senderLedger: SenderLedger? { get }
}

extension Channel {
    /// Closes the channel and keeps its queued elements; see ``close(discarding:)``.
    public func close() { close(discarding: false) }

    /// Closes the channel and keeps its queued elements; see ``closeAsynchronously(discarding:)``.
    public func closeAsynchronously() async throws { try await closeAsynchronously(discarding: false) }

    /// Returns ``status``, for backends in which that needs no round trip.
    public func currentStatus() async throws -> ChannelStatus { status }

    /// Calls ``close(discarding:)``, for backends in which that needs no round trip.
    public func closeAsynchronously(discarding: Bool) async throws -> Int { close(discarding: discarding) }

    /// Returns nil: the channel doesn't close with its senders.
    public var senderLedger: SenderLedger? { nil }
}
