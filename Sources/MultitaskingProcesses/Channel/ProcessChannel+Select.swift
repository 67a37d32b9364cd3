public import MultitaskingCore

extension ProcessChannel: EventSource {
    func askForEvent() { header.watched.store(1) }

    /// Whether `operation` would not have to wait.
    public func isReady(for operation: ChannelOperation) -> Bool { queue.isReady(for: operation) }

    /// Calls `body` once when `operation` may succeed; see `WaitableChannel.whenReady(for:_:)`.
    ///
    /// - Throws: `systemError` if the system has no thread to give.
    public func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        let (header, queue) = (header, queue)
        return try membership.watch(
            until: {
                header.watched.store(1)
                fence()
                return queue.isReady(for: operation)
            }, body)
    }

    /// Where threads wait for several things of the pool at once.
    public var selectStation: (any SelectStation)? { EventStation(membership: membership) }
}

extension ProcessCancelSignal: EventSource {
    func askForEvent() { watched.store(1) }

    /// Whether the signal is set, or will never be, because its last handle in the parent was dropped.
    public var isReadyForSelect: Bool { isSet || !exists }

    /// Calls `body` once when the signal is set.
    ///
    /// - Throws: `systemError` if the system has no thread to give.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try membership.watch(self, body)
    }

    /// Where threads wait for several things of the pool at once.
    public var selectStation: (any SelectStation)? { EventStation(membership: membership) }
}
