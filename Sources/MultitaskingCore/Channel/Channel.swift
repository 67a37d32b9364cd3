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
///
/// What a channel can do stands in five protocols of one idea each, which it refines: ``SendingChannel``,
/// ``ReceivingChannel``, ``JoiningChannel``, ``WaitableChannel`` and ``Selectable``. A backend must write `reference`,
/// `status`, `close`, one `send`, one `receive`, `taskDone`, `join` and `ready`; all else has a default made of these,
/// and a backend that can do better implements it as well.
///
/// **Round trips.** `status`, `close`, `taskDone`, and of course `send` and `receive`, may take a message to another
/// machine and back where a backend has some. Each has an asynchronous twin, which then blocks no thread. In the pools
/// of this package none of them leaves the machine, and those that wait for nothing return at once.
public protocol Channel: SendingChannel, ReceivingChannel, JoiningChannel, WaitableChannel, Selectable {
    /// The name under which `TaskEnvironment.channel(_:)` finds this channel in a worker.
    var reference: SharedObjectID { get }

    /// How many elements wait, how many fit, and whether the channel is closed; may take a round trip.
    var status: ChannelStatus { get }

    /// The asynchronous twin of ``status``.
    func currentStatus() async throws -> ChannelStatus

    /// Ends the channel: `send` throws from now on and blocked callers wake; may take a round trip.
    ///
    /// Elements that wait may still be received, unless they are discarded. Closing twice is allowed.
    /// - Returns: how many elements were discarded.
    @discardableResult
    func close(discarding: Bool) -> Int

    /// The asynchronous twin of ``close(discarding:)``.
    ///
    /// It has another name because the blocking one, which returns at once in the pools of this package, may be called
    /// in an asynchronous context as well.
    @discardableResult
    func closeAsynchronously(discarding: Bool) async throws -> Int

    /// Counts the handles of the sending side, in a channel that closes with them; see ``ChannelSender``.
    var senderLedger: SenderLedger? { get }
}

extension Channel {
    /// Closes the channel and keeps what waits; see ``close(discarding:)``.
    public func close() { close(discarding: false) }

    /// Closes the channel and keeps what waits; see ``closeAsynchronously(discarding:)``.
    public func closeAsynchronously() async throws { try await closeAsynchronously(discarding: false) }

    /// Asks for ``status``, where that takes no round trip.
    public func currentStatus() async throws -> ChannelStatus { status }

    /// Calls ``close(discarding:)``, where that takes no round trip.
    public func closeAsynchronously(discarding: Bool) async throws -> Int { close(discarding: discarding) }

    /// A channel that does not close with its senders counts none.
    public var senderLedger: SenderLedger? { nil }
}
