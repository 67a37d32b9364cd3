/// Something that `select` can wait for.
///
/// Channels are ready when there is something to receive or nothing will come any more; their sending side
/// (``Channel/sending``) when there is room or the channel is closed; signals when they are set; futures when their
/// task has ended.
///
/// **Implementer's duties.** Everything may be called from any thread. What is ready stays so until somebody takes what
/// made it ready.
///
/// ```swift
/// let index = try select(orders, stop, task, wait: .upTo(.seconds(1)))
/// ```
public protocol Selectable: Sendable {
    /// Whether it is ready now; never blocks.
    var isReadyForSelect: Bool { get }

    /// Calls `body` once when it is or may be ready, at once if it is.
    ///
    /// `body` runs on a thread of the backend's choice, must be short and must not block.
    /// - Returns: what must be called in any case when nobody waits any more, also if `body` was called.
    func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void

    /// Where threads wait for several such things at once; nil if it can only be awaited.
    var selectStation: (any SelectStation)? { get }
}

/// What a backend does for `select`: it blocks a thread until one of several things is ready.
///
/// **Implementer's duties.** Sources of other backends may be among those that are waited for, and are known by
/// ``Selectable`` alone.
///
/// ```swift
/// let index = try channel.selectStation?.select([channel, signal], wait: .forever)
/// ```
public protocol SelectStation: Sendable {
    /// Blocks until one of `sources` is ready, of which there is at least one, and picks one that is.
    ///
    /// - Returns: its index; nil if none was ready until the limit.
    /// - Throws: what the sources throw that cannot be waited for.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int?

    /// Picks one of `count` sources that are ready, fairly: a number from 0 to `count - 1`.
    func pick(among count: Int) -> Int
}

extension SelectStation {
    /// Picks by chance.
    public func pick(among count: Int) -> Int { FairChoice.pick(among: count) }
}

extension Channel {
    /// Whether there is something to receive, or nothing will come any more.
    public var isReadyForSelect: Bool { isReady(for: .receive) }

    /// Calls `body` once when there may be something to receive.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try whenReady(for: .receive, body)
    }

    /// A backend that cannot block a thread for several channels at once has none.
    public var selectStation: (any SelectStation)? { nil }

    /// The sending side of this channel, for `select`: ready when there is room, or the channel is closed.
    public var sending: SendingSide { SendingSide(channel: self) }
}

/// The sending side of a channel, for `select`; see ``Channel/sending``.
///
/// ```swift
/// let index = try select(input, output.sending)
/// ```
public struct SendingSide: Selectable {
    /// The channel that would be sent to.
    public let channel: any Channel

    /// Whether there is room, or the channel is closed.
    public var isReadyForSelect: Bool { channel.isReady(for: .send) }

    /// Calls `body` once when there may be room.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try channel.whenReady(for: .send, body)
    }

    /// That of the channel.
    public var selectStation: (any SelectStation)? { channel.selectStation }
}

extension CancelSignal {
    /// Whether the signal is set.
    public var isReadyForSelect: Bool { isSet }

    /// Awaits the signal in a task of its own.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        let task = Task { [weak self] in
            _ = try? await self?.waitUntilSet(.forever)
            if !Task.isCancelled { body() }
        }
        return { task.cancel() }
    }

    /// A backend that cannot block a thread for several signals at once has none.
    public var selectStation: (any SelectStation)? { nil }
}

extension Future: Selectable {
    /// Whether the task has ended.
    public var isReadyForSelect: Bool { isDone }

    /// Calls `body` once when the task has ended.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        if let source = source as? any Selectable { return try source.whenReadyForSelect(body) }
        // A source that cannot be told that nobody waits any more keeps no more than an empty box.
        let box = Keeper<(@Sendable () -> Void)?>(body)
        source.whenDone { box.value?() }
        return { box.value = nil }
    }

    /// That of the pool that runs the task, if it has one.
    public var selectStation: (any SelectStation)? { (source as? any Selectable)?.selectStation }
}

/// A handle that stands for something of a backend.
protocol SourceHandle {
    /// What the backend looks at.
    var selectSource: any Selectable { get }
}

extension Future: SourceHandle {
    var selectSource: any Selectable { (source as? any Selectable) ?? self }
}
