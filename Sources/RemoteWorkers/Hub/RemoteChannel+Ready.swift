package import MultitaskingCore

extension ChannelOperation {
    /// As requests have it.
    fileprivate var number: UInt64 {
        switch self {
        case .send: 0
        case .receive: 1
        case .join: 2
        }
    }
}

extension RemoteChannel {
    package func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        _ = try await hub.callAsynchronously(request(.ready, number: operation.number, wait: wait))
    }

    package func isReady(for operation: ChannelOperation) -> Bool {
        hub.call(request(.ready, number: operation.number)).code != .no
    }

    package func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        hub.ask(request(.ready, number: operation.number, wait: .forever)) { _ in body() }
    }

    package var selectStation: (any SelectStation)? { CallbackStation() }
}
