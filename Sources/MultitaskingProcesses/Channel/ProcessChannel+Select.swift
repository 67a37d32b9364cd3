public import MultitaskingCore

extension ProcessChannel: EventSource {
    func askForEvent() { header.watched.store(1) }

    /// Whether `operation` can complete without waiting.
    public func isReady(for operation: ChannelOperation) -> Bool { queue.isReady(for: operation) }

    /// Calls `body` once, as soon as `operation` may succeed; see `WaitableChannel.whenReady(for:_:)`.
    ///
    /// - Throws: `systemError` if the system refuses a thread.
    public func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        let (header, queue) = (header, queue)
        return try membership.watch(
            object: header.changeNumber,
            until: {
                header.watched.store(1)
                fence()
                return queue.isReady(for: operation)
            }, body)
    }

    /// The station at which threads wait for several sources of the pool.
    public var selectStation: (any SelectStation)? { EventStation(membership: membership) }
}

extension ProcessCancelSignal: EventSource {
    func askForEvent() { watched.store(1) }

    /// Whether the signal is set, or never will be because its last handle in the parent was released.
    public var isReadyForSelect: Bool { isSet || !exists }

    /// Calls `body` once, as soon as the signal is set.
    ///
    /// - Throws: `systemError` if the system refuses a thread.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try membership.watch(
            object: changeNumber,
            until: { [self] in
                askForEvent()
                fence()
                return isReadyForSelect
            }, body)
    }

    /// The station at which threads wait for several sources of the pool.
    public var selectStation: (any SelectStation)? { EventStation(membership: membership) }
}
