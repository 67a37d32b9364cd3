/// The part of a ``Channel`` that says when a call would not have to wait.
///
/// ```swift
/// try await channel.waitUntilReady(for: .receive, wait: .upTo(.seconds(1)))
/// ```
public protocol WaitableChannel: AnyObject, Sendable {
    /// Suspends until `operation` may succeed, the channel is closed, or the limit has passed; may return early.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws

    /// Whether `operation` would not have to wait now: it would succeed, or find the channel closed.
    func isReady(for operation: ChannelOperation) -> Bool

    /// Calls `body` once when `operation` may succeed or the channel is closed, at once if so; it may come early.
    ///
    /// `body` runs on a thread of the backend's choice, must be short and must not block.
    /// - Returns: what must be called in any case when nobody waits any more, also if `body` was called.
    func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void
}

/// The three things a channel can be waited for.
///
/// ```swift
/// try await channel.waitUntilReady(for: .receive, wait: .upTo(.seconds(1)))
/// ```
public enum ChannelOperation: Sendable, Hashable {
    /// There is room for an element.
    case send
    /// There is an element.
    case receive
    /// Every received element was reported as done.
    case join
}

extension WaitableChannel where Self: Channel {
    /// Looks at the channel's status.
    public func isReady(for operation: ChannelOperation) -> Bool {
        let status = status
        switch operation {
        case .send: return status.isClosed || status.capacity.map { status.count < $0 } ?? true
        case .receive: return status.isClosed || status.count > 0
        case .join: return join(wait: .never)
        }
    }

    /// Awaits ``waitUntilReady(for:wait:)`` in a task of its own.
    public func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        let task = Task { [weak self] in
            try? await self?.waitUntilReady(for: operation, wait: .forever)
            if !Task.isCancelled { body() }
        }
        return { task.cancel() }
    }
}
