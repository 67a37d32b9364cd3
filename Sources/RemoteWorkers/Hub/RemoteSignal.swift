package import MultitaskingCore

/// A cancel signal of a hub. Each process has a copy that is pushed to it, so that looking at it is a load.
package final class RemoteSignal: CancelSignal {
    package let reference: SharedObjectID
    private let hub: HubClient
    private let cell: SignalCell
    /// Whether the signal is gone with this object: in the process that made it.
    private let isOwner: Bool

    init(_ reference: SharedObjectID, _ hub: HubClient, isOwner: Bool) {
        self.reference = reference
        self.hub = hub
        self.isOwner = isOwner
        cell = hub.cell(of: reference)
    }

    /// Makes a signal.
    package static func make(_ reference: SharedObjectID, at hub: HubClient) -> RemoteSignal {
        hub.ask(HubRequest(.makeSignal, reference))
        return RemoteSignal(reference, hub, isOwner: true)
    }

    deinit { if isOwner { hub.ask(HubRequest(.drop, reference)) } }

    package var isSet: Bool { cell.isSet }

    package var cancelProbe: CancelProbe? { cell.probe }

    package func set() { change(to: true, hub.call(HubRequest(.set, reference))) }

    package func clear() { change(to: false, hub.call(HubRequest(.clear, reference))) }

    package func setAsynchronously() async throws {
        change(to: true, try await hub.callAsynchronously(HubRequest(.set, reference)))
    }

    package func clearAsynchronously() async throws {
        change(to: false, try await hub.callAsynchronously(HubRequest(.clear, reference)))
    }

    /// Where the hub is gone, what is left here sees it all the same; the hub itself has pushed the change.
    private func change(to isSet: Bool, _ answer: HubAnswer) {
        if answer.code == .lost { hub.note(reference, isSet: isSet) }
    }

    @available(*, noasync)
    package func waitUntilSet(_ wait: WaitLimit) -> Bool {
        if isSet || wait == .never { return isSet }
        let before = cell.sets
        let latch = Latch()
        let forget = cell.whenSet { latch.open() }
        defer { forget() }
        if wait == .forever {
            PoolIdentity.waitingEndlessly { _ = latch.wait(wait) }
        } else {
            _ = latch.wait(wait)
        }
        return isSet || cell.sets != before
    }

    package func waitUntilSet(_ wait: WaitLimit) async throws -> Bool {
        if isSet { return true }
        let before = cell.sets
        var forget: @Sendable () -> Void = {}
        defer { forget() }
        _ = try await awaitCallback(wait) { forget = cell.whenSet($0) }
        return isSet || cell.sets != before
    }

    // MARK: Select

    package var isReadyForSelect: Bool { isSet }

    package func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        cell.whenSet(body)
    }

    package var selectStation: (any SelectStation)? { CallbackStation() }
}
