internal import MultitaskingCore

/// An element that an asynchronous sender holds out.
final class ThreadOffer: ChannelOffer {
    private let storage: ThreadChannelStorage
    private let settled = Gate()
    private let id: UInt64

    init(_ element: ChannelElement, in storage: ThreadChannelStorage) throws {
        self.storage = storage
        let settled = settled
        id = try storage.offer(element) { settled.open() }
    }

    func whenSettled(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        let id = settled.whenOpen(body)
        return { [settled] in settled.forget(id) }
    }

    func withdraw() -> Bool { storage.withdraw(id) }
}
