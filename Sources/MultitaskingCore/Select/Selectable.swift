/// A source that `select` can wait for.
///
/// A channel is ready when there is an element to receive or when it is closed and empty; its sending side
/// (``Channel/sending``) when there is room or the channel is closed; a signal when it is set; a future when its task
/// has ended.
///
/// **Implementer's duties.** Any thread may call any method. A source that is ready stays ready until a caller takes
/// what made it ready.
///
/// ```swift
/// let index = try select(orders, stop, task, wait: .upTo(.seconds(1)))
/// ```
public protocol Selectable: Sendable {
    /// Whether the source is ready now. Never blocks.
    var isReadyForSelect: Bool { get }

    /// Calls `body` once, as soon as the source is or may be ready.
    ///
    /// `body` runs on a thread of the backend's choice, must be short and must not block.
    /// - Returns: a function that the caller must call when it stops waiting, even if `body` was called.
    func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void

    /// The station at which threads wait for several such sources; nil if the source can only be awaited.
    var selectStation: (any SelectStation)? { get }
}

/// A backend's support for `select`: blocking a thread until one of several sources is ready.
///
/// **Implementer's duties.** The sources may include those of other backends, which are only known through
/// ``Selectable``.
///
/// ```swift
/// let index = try channel.selectStation?.select([channel, signal], wait: .forever)
/// ```
public protocol SelectStation: Sendable {
    /// Blocks until one of `sources`, of which there is at least one, is ready, and chooses one that is.
    ///
    /// - Returns: its index; nil if the limit passes first.
    /// - Throws: an error of a source that can't be waited for.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int?

    /// Chooses fairly among `count` ready sources: returns a number from 0 to `count - 1`.
    func pick(among count: Int) -> Int
}

extension SelectStation {
    /// Chooses at random.
    public func pick(among count: Int) -> Int { FairChoice.pick(among: count) }
}

extension Channel {
    /// Whether there is an element to receive, or the channel is closed and empty.
    public var isReadyForSelect: Bool { isReady(for: .receive) }

    /// Calls `body` once, as soon as there may be an element to receive.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try whenReady(for: .receive, body)
    }

    /// Returns nil: the backend can't block a thread for several channels.
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
    /// The channel to send to.
    public let channel: any Channel

    /// Whether there is room, or the channel is closed.
    public var isReadyForSelect: Bool { channel.isReady(for: .send) }

    /// Calls `body` once, as soon as there may be room.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try channel.whenReady(for: .send, body)
    }

    /// The channel's station.
    public var selectStation: (any SelectStation)? { channel.selectStation }
}

extension CancelSignal {
    /// Whether the signal is set.
    public var isReadyForSelect: Bool { isSet }

    /// Awaits the signal in a separate task.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        let task = Task { [weak self] in
            _ = try? await self?.waitUntilSet(.forever)
            if !Task.isCancelled { body() }
        }
        return { task.cancel() }
    }

    /// Returns nil: the backend can't block a thread for several signals.
    public var selectStation: (any SelectStation)? { nil }
}

extension Future: Selectable {
    /// Whether the task has ended.
    public var isReadyForSelect: Bool { isDone }

    /// Calls `body` once when the task has ended.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        if let source = source as? any Selectable { return try source.whenReadyForSelect(body) }
        return source.notifyWhenDone(body)
    }

    /// The station of the pool that runs the task, if it has one.
    public var selectStation: (any SelectStation)? { (source as? any Selectable)?.selectStation }
}

/// A handle that stands for something of a backend.
package protocol SourceHandle {
    /// What the backend looks at.
    var selectSource: any Selectable { get }
}

extension Future: SourceHandle {
    package var selectSource: any Selectable { (source as? any Selectable) ?? self }
}
