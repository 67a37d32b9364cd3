/// The part of a ``Channel`` that reports when an operation can proceed without waiting.
///
/// ```swift
/// try await channel.waitUntilReady(for: .receive, wait: .upTo(.seconds(1)))
/// ```
public protocol WaitableChannel: AnyObject, Sendable {
    /// Suspends until `operation` may succeed, the channel is closed, or the limit passes. May return early.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws

    /// Whether `operation` can complete now without waiting, because it would succeed or because the channel is closed.
    func isReady(for operation: ChannelOperation) -> Bool

    /// Calls `body` once, as soon as `operation` may succeed or the channel is closed. May call it early.
    ///
    /// `body` runs on a thread of the backend's choice, must be short and must not block.
    /// - Returns: a function that the caller must call when it stops waiting, even if `body` was called.
    func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void
}

/// What a caller can wait for on a channel.
///
/// ```swift
/// try await channel.waitUntilReady(for: .receive, wait: .upTo(.seconds(1)))
/// ```
public enum ChannelOperation: Sendable, Hashable {
    /// There is room for an element.
    case send
    /// There is an element.
    case receive
    /// Every element has been reported as done.
    case join
}

extension WaitableChannel where Self: Channel {
    /// Derives readiness from the channel's status.
    public func isReady(for operation: ChannelOperation) -> Bool {
        let status = status
        switch operation {
        case .send: return status.isClosed || status.capacity.map { status.count < $0 } ?? true
        case .receive: return status.isClosed || status.count > 0
        case .join: return join(wait: .never)
        }
    }

    /// Awaits ``waitUntilReady(for:wait:)`` in a separate task.
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
