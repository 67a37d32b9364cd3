/// The elements of a channel, one after the other, until it is closed and drained; made by ``Channel/elements(as:)``.
///
/// ```swift
/// for try await order in channel.elements(as: Order.self) { … }   // suspends
/// for order in channel.elements(as: Order.self) { … }             // blocks the thread
/// ```
///
/// It takes an element only when it is asked for the next one, so several loops share a channel, and a loop that is
/// left early leaves the rest to others.
///
/// **Errors.** The asynchronous loop throws what `ReceivingChannel.receive(as:wait:)` throws.
/// A blocking loop cannot throw: it ends, and ``failure`` says why. Where elements of another type may come, keep the
/// sequence, and look at that after the loop.
///
/// **Cancellation.** When the awaiting task is cancelled, the asynchronous loop throws `CancellationError`.
public struct ChannelElements<Element: Codable & Sendable>: Sendable {
    fileprivate let channel: any Channel
    private let keeper = Keeper<(any Error)?>(nil)

    fileprivate init(_ channel: any Channel) { self.channel = channel }

    /// Why a blocking loop over this sequence has ended before the channel; nil if it has not.
    public var failure: (any Error)? { keeper.value }

    fileprivate func keep(_ error: any Error) { keeper.value = error }
}

extension Channel {
    /// The channel's elements until it is closed and drained, for `for` and `for try await`.
    ///
    /// - Parameter type: the type that they were sent as.
    public func elements<Element: Codable & Sendable>(
        as type: Element.Type = Element.self
    ) -> ChannelElements<Element> {
        ChannelElements(self)
    }
}

extension ChannelElements: Sequence {
    /// Receives one element after the other, and blocks the thread meanwhile.
    public struct Iterator: IteratorProtocol {
        fileprivate let elements: ChannelElements

        /// The next element; nil when the channel is closed and drained, or after an error.
        @available(*, noasync, message: "this blocks the thread; use for try await")
        public mutating func next() -> Element? {
            do { return try elements.channel.receive(as: Element.self, wait: .forever) } catch {
                elements.keep(error)
                return nil
            }
        }
    }

    /// Begins a loop that blocks its thread.
    public func makeIterator() -> Iterator { Iterator(elements: self) }

    /// Nobody knows how many will come, and counting would take them.
    public var underestimatedCount: Int { 0 }
}

extension ChannelElements: AsyncSequence {
    /// Receives one element after the other, and suspends meanwhile.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let channel: any Channel

        /// The next element; nil when the channel is closed and drained.
        public mutating func next() async throws -> Element? {
            try await channel.receive(as: Element.self, wait: .forever)
        }
    }

    /// Begins a loop that suspends its task.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: channel) }
}
