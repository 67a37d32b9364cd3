/// The elements of a channel, in order, until it is closed and empty; created by ``Channel/elements(as:)``.
///
/// ```swift
/// for try await order in channel.elements(as: Order.self) { … }   // suspends
/// for order in channel.elements(as: Order.self) { … }             // blocks the thread
/// ```
///
/// A loop takes an element only when it needs the next one. Several loops can therefore share a channel, and leaving a
/// loop early leaves the remaining elements to other receivers.
///
/// **Errors.** The asynchronous loop throws what `ReceivingChannel.receive(as:wait:)` throws.
/// A blocking loop can't throw: it ends, and ``failure`` holds the error. If elements of another type may arrive, store
/// the sequence and check ``failure`` after the loop.
///
/// **Cancellation.** If the awaiting task is cancelled, the asynchronous loop throws `CancellationError`.
///
/// **Methods of sequences.** In asynchronous code, use the elements in `for try await` loops. For methods that both
/// kinds of sequences have, such as `reduce`, `map` and `first(where:)`, the compiler often chooses the one that blocks
/// the thread, even after `await`, and then only warns that "no 'async' operations occur within 'await' expression".
public struct ChannelElements<Element: Codable & Sendable>: Sendable {
    fileprivate let channel: any Channel
    private let keeper = Keeper<(any Error)?>(nil)

    fileprivate init(_ channel: any Channel) { self.channel = channel }

    /// The error that ended a blocking loop over this sequence before the end of the channel, if any.
    public var failure: (any Error)? { keeper.value }

    fileprivate func keep(_ error: any Error) { keeper.value = error }
}

extension Channel {
    /// The channel's elements until it is closed and empty, for use in `for` and `for try await` loops.
    ///
    /// - Parameter type: the type of the elements.
    public func elements<Element: Codable & Sendable>(
        as type: Element.Type = Element.self
    ) -> ChannelElements<Element> {
        ChannelElements(self)
    }
}

extension ChannelElements: Sequence {
    /// Receives the elements, blocking the thread while there is none.
    public struct Iterator: IteratorProtocol {
        fileprivate let elements: ChannelElements

        /// Returns the next element, or nil after an error or when the channel is closed and empty.
        @available(*, noasync, message: "this blocks the thread; use for try await")
        public mutating func next() -> Element? {
            do { return try elements.channel.receive(as: Element.self, wait: .forever) } catch {
                elements.keep(error)
                return nil
            }
        }
    }

    /// Creates an iterator that blocks its thread.
    public func makeIterator() -> Iterator { Iterator(elements: self) }

    /// Always 0: counting the elements would remove them.
    public var underestimatedCount: Int { 0 }
}

extension ChannelElements: AsyncSequence {
    /// Receives the elements, suspending while there is none.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let channel: any Channel

        /// Returns the next element, or nil when the channel is closed and empty.
        public mutating func next() async throws -> Element? {
            // Whoever is cancelled may drop what this returns, instead of leaving it to others.
            try Task.checkCancellation()
            return try await channel.receive(as: Element.self, wait: .forever)
        }
    }

    /// Creates an iterator that suspends its task.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: channel) }
}
