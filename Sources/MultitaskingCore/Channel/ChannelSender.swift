internal import Synchronization

/// A handle of the sending side of a channel that closes with its last sender.
///
/// ```swift
/// let channel = try pool.makeChannel(closesWithSenders: true)
/// for part in parts { _ = try pool.submit(search, part, channel.makeSender()) }
/// for hit in channel.elements(as: Hit.self) { … }   // ends when all tasks have, even if some of them crash
///
/// func search(_ part: Part, _ hits: ChannelSender) throws { … try hits.send(hit, wait: .forever) … }
/// ```
///
/// The channel closes automatically once it has had a sender and the last one is gone. A sender is gone when its last
/// copy in the pool's own process is released. If a sender is an argument of a task, the pool also holds it until the
/// task ends, in whatever way: by returning, throwing, being cancelled, exceeding a time limit, or crashing. A task
/// that is retried has not ended. Create the senders of all tasks before the first task can end, or keep one until
/// then.
///
/// Pass a sender as an argument of its own. Process pools and simulations don't hold a sender inside another value,
/// such as an array, or one that a closure captures; keep a copy of such a sender until the task has ended.
///
/// Only senders count, not the channel itself, so a receiver can keep the channel. In a worker, senders don't count
/// individually, since the pool holds them for the task. In a channel that doesn't close with its senders, nothing is
/// counted.
public struct ChannelSender: Sendable, Codable {
    /// The channel that this sender sends to.
    public let channel: any Channel

    private let hold: Hold?

    fileprivate init(_ channel: any Channel) {
        self.channel = channel
        hold = channel.senderLedger.map(Hold.init)
    }

    /// Counts for as long as it lives.
    private final class Hold: Sendable {
        private let ledger: SenderLedger

        init(_ ledger: SenderLedger) {
            self.ledger = ledger
            ledger.enter()
        }

        deinit { ledger.leave() }
    }

    /// Whether the channel counts this sender.
    var isCounted: Bool { hold != nil }

    /// Looks up the channel in a worker.
    ///
    /// - Throws: `noSuchObject` outside a worker, or if the pool has released the channel.
    public init(from decoder: any Decoder) throws {
        guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
            throw MultitaskingError(
                .noSuchObject, "a ChannelSender can only be decoded by a worker of its pool: do not store or send it")
        }
        channel = try environment.channel(SharedObjectID(from: decoder))
        hold = nil
    }

    /// Encodes the channel's reference.
    public func encode(to encoder: any Encoder) throws { try channel.reference.encode(to: encoder) }
}

extension ChannelSender {
    /// Appends `element` to the channel; false if there is no room before the limit passes.
    ///
    /// - Throws: as `SendingChannel.send(_:wait:)` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) throws -> Bool {
        try channel.send(element, wait: wait)
    }

    /// Sends an element, suspending instead of blocking until it is accepted; false if the limit passes first.
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) async throws -> Bool {
        try await channel.send(element, wait: wait)
    }

    /// Appends elements to the channel, all or as many as fit before the limit passes, and returns how many were
    /// accepted.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) throws -> Int
    where Elements.Element: Codable & Sendable {
        try channel.send(contentsOf: elements, wait: wait)
    }

    /// Sends elements, suspending instead of blocking: all of them, or as many as fit before the limit passes.
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) async throws -> Int
    where Elements.Element: Codable & Sendable {
        try await channel.send(contentsOf: elements, wait: wait)
    }
}

extension Channel {
    /// Creates a sender; see ``ChannelSender``.
    public func makeSender() -> ChannelSender { ChannelSender(self) }
}

/// The number of senders of a channel that closes with them; for backends, which store one in the channel's first
/// handle.
///
/// ```swift
/// let ledger = SenderLedger { [weak channel] in channel?.close() }
/// ```
public final class SenderLedger: Sendable {
    private let count = Lock(0)
    private let whenEmpty: @Sendable () -> Void

    /// Creates the ledger of a channel that hasn't had a sender.
    ///
    /// - Parameter whenEmpty: closes the channel; must not retain it.
    public init(whenEmpty: @escaping @Sendable () -> Void) { self.whenEmpty = whenEmpty }

    fileprivate func enter() { count.withLock { $0 += 1 } }

    fileprivate func leave() {
        let isEmpty = count.withLock { count in
            count -= 1
            return count == 0
        }
        if isEmpty { whenEmpty() }
    }
}

/// The senders among a task's arguments, which count until the task ends.
///
/// A backend that keeps a task's companion for longer than the task calls ``drop()`` when the task ends.
///
/// ```swift
/// (companion as? HeldSenders)?.drop()  // the task has ended
/// ```
public final class HeldSenders: Sendable {
    private let senders: Lock<[ChannelSender]>
    /// What else must stay alive until the task has ended.
    private let others: (any Sendable)?

    init(_ senders: [ChannelSender], others: (any Sendable)? = nil) {
        self.senders = Lock(senders)
        self.others = others
    }

    /// The same, and something else that must stay alive as long.
    package func keeping(_ other: (any Sendable)?) -> HeldSenders {
        .joining([self], keeping: other)
    }

    /// The senders of several arguments, and something else that must stay alive as long.
    package static func joining(_ all: [HeldSenders], keeping other: (any Sendable)?) -> HeldSenders {
        HeldSenders(all.flatMap { $0.senders.withLock { $0 } }, others: other)
    }

    /// Releases the senders, because the task has ended.
    public func drop() {
        // Released outside of the lock: the last one closes its channel.
        _ = senders.withLock { exchange(&$0, with: []) }
    }
}
