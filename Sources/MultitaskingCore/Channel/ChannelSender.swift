internal import Synchronization

/// A hold on the sending side of a channel, in a channel that closes with its senders.
///
/// ```swift
/// let channel = try pool.makeChannel(closesWithSenders: true)
/// for part in parts { _ = try pool.submit(search, part, channel.makeSender()) }
/// for hit in channel.elements(as: Hit.self) { … }   // ends when all tasks have, also if some of them crash
///
/// func search(_ part: Part, _ hits: ChannelSender) throws { … try hits.send(hit, wait: .forever) … }
/// ```
///
/// Such a channel closes by itself when it has had a sender and the last one is gone. A sender is gone when its last
/// copy in the process that made the pool is dropped. A sender that is an argument of a task is held by the pool as
/// well, until the task has ended, in whatever way: it returns, throws, is cancelled before it starts, runs into its
/// time limit, or dies with its worker; an attempt that is followed by another is not the end. So make the senders of
/// all tasks before the first of them may end, or keep one until then.
///
/// What counts are senders. The channel itself is not one, so a receiver need not drop it. In a worker, a
/// sender is a way to send; it does not count there, since its task does. In a channel that does not close with its
/// senders a sender does not count either.
public struct ChannelSender: Sendable, Codable {
    /// The channel that this sends to.
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

    /// Whether its end matters to the channel.
    var isCounted: Bool { hold != nil }

    /// Finds the channel in a worker.
    ///
    /// - Throws: `noSuchObject` outside of a worker, or if the pool has given the channel up.
    public init(from decoder: any Decoder) throws {
        guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
            throw MultitaskingError(
                .noSuchObject, "a ChannelSender can only be decoded by a worker of its pool: do not store or send it")
        }
        channel = try environment.channel(SharedObjectID(from: decoder))
        hold = nil
    }

    /// Writes the channel's name.
    public func encode(to encoder: any Encoder) throws { try channel.reference.encode(to: encoder) }
}

extension ChannelSender {
    /// Puts `element` at the end of the channel; false if there was no room until the limit.
    ///
    /// - Throws: as `SendingChannel.send(_:wait:)` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) throws -> Bool {
        try channel.send(element, wait: wait)
    }

    /// Suspends, instead of blocking, until `element` was accepted; false if the limit passed first.
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) async throws -> Bool {
        try await channel.send(element, wait: wait)
    }

    /// Puts elements at the end of the channel: all, or as many as fit until the limit; how many were accepted.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) throws -> Int
    where Elements.Element: Codable & Sendable {
        try channel.send(contentsOf: elements, wait: wait)
    }

    /// Suspends, instead of blocking, until all elements were accepted, or as many as fit until the limit.
    @discardableResult
    public func send<Elements: Sequence>(contentsOf elements: Elements, wait: WaitLimit = .never) async throws -> Int
    where Elements.Element: Codable & Sendable {
        try await channel.send(contentsOf: elements, wait: wait)
    }
}

extension Channel {
    /// Makes a sender; see ``ChannelSender``.
    public func makeSender() -> ChannelSender { ChannelSender(self) }
}

/// How many senders a channel has that closes with them; for backends, which keep one in the channel's first handle.
///
/// ```swift
/// let ledger = SenderLedger { [weak channel] in channel?.close() }
/// ```
public final class SenderLedger: Sendable {
    private let count = Mutex(0)
    private let whenEmpty: @Sendable () -> Void

    /// Makes the ledger of a channel that has had no sender.
    ///
    /// - Parameter whenEmpty: closes the channel; it must not keep it.
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

/// The senders among a task's arguments, which count until the task has ended.
///
/// A backend that keeps a task's companion for longer than the task drops these when the task ends.
///
/// ```swift
/// (companion as? HeldSenders)?.drop()  // the task has ended
/// ```
public final class HeldSenders: Sendable {
    private let senders: Mutex<[ChannelSender]>
    /// What else must stay alive until the task has ended.
    private let others: (any Sendable)?

    init(_ senders: [ChannelSender], others: (any Sendable)? = nil) {
        self.senders = Mutex(senders)
        self.others = others
    }

    /// The same, and something else that must stay alive as long.
    package func keeping(_ other: (any Sendable)?) -> HeldSenders {
        HeldSenders(senders.withLock { $0 }, others: other)
    }

    /// Lets go of them: the task has ended.
    public func drop() {
        // Released outside of the lock: the last one closes its channel.
        _ = senders.withLock { senders in
            defer { senders = [] }
            return senders
        }
    }
}
