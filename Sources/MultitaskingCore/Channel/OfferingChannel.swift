/// A channel that can have a capacity of 0, so that elements pass directly from a sender to a receiver.
///
/// With a capacity of 0, `send` returns true when a receiver has taken the element. Until then, the sender *offers* the
/// element; if the limit passes or the task is cancelled, the sender withdraws the offer. A send that doesn't wait
/// succeeds only if a receiver is already waiting, which then has a few milliseconds to take the element. The status
/// counts no elements, because offers still belong to their senders.
///
/// In `select`, the channel is ready to receive while an element is offered, and ready to send while a receiver waits.
/// A caller that waits in `select` does neither, so two such callers don't meet.
///
/// ```swift
/// let hands = try pool.makeChannel(capacity: 0)
/// let isTaken = try hands.send(7, wait: .upTo(.seconds(1)))
/// ```
public protocol OfferingChannel: Channel {
    /// Whether the capacity is 0.
    var isRendezvous: Bool { get }

    /// Offers an element until it is taken or withdrawn.
    ///
    /// - Throws: what `send` throws.
    func offer<Element: Codable & Sendable>(_ element: Element) throws -> any ChannelOffer
}

/// An offering channel whose ends are in one process.
///
/// ```swift
/// let offer = try channel.offerInProcess(image)
/// ```
public protocol InProcessOfferingChannel: OfferingChannel, InProcessChannel {
    /// Like ``OfferingChannel/offer(_:)``, for any `Sendable` element.
    func offerInProcess<Element: Sendable>(_ element: Element) throws -> any ChannelOffer
}

/// An element that a sender offers.
///
/// ```swift
/// let offer = try channel.offer(7)
/// if !offer.withdraw() { print("taken") }
/// ```
public protocol ChannelOffer: Sendable {
    /// Calls `body` once, as soon as the element is taken or the channel is closed.
    ///
    /// - Returns: a function that the caller must call when it stops waiting.
    func whenSettled(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void

    /// Withdraws the offer; false if the element was taken. Must be called exactly once.
    func withdraw() -> Bool
}

extension Duration {
    /// How long a sender that does not wait holds its element out to a receiver that waits already: many times as long
    /// as it takes to wake it.
    package static var rendezvousPatience: Duration { .milliseconds(20) }
}

extension Channel {
    /// Suspends until an offered element is taken; false if the limit passes first.
    func handOver(_ wait: WaitLimit, _ makeOffer: () throws -> any ChannelOffer) async throws -> Bool {
        if wait.isOver, !isReady(for: .send) { return false }
        let offer = try makeOffer()
        let limit = wait.isOver ? .upTo(.rendezvousPatience) : wait
        let ending = Keeper<@Sendable () -> Void>({})
        var failure: (any Error)?
        do {
            _ = try await awaitCallback(limit, in: (self as? any HasTimeline)?.timeline) { resume in
                do { ending.value = try offer.whenSettled(resume) } catch {
                    failure = error
                    resume()
                }
            }
        } catch { failure = error }
        ending.value()
        guard offer.withdraw() else { return true }
        if let failure { throw failure }
        if try await currentStatus().isClosed { throw MultitaskingError.channelIsClosed }
        return false
    }

    /// Sends the elements of a batch one by one.
    @available(*, noasync)
    package func sendEach<Element: Codable & Sendable>(_ elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int {
        let deadline = WaitDeadline(wait, in: self)
        return try countAccepted(elements) { try send($0, wait: wait == .never ? .never : deadline.remaining) }
    }

    /// Sends the elements of a batch one by one, suspending instead of blocking.
    func sendEach<Element>(
        _ elements: ArraySlice<Element>, wait: WaitLimit, _ send: (Element, WaitLimit) async throws -> Bool
    ) async throws -> Int {
        let deadline = WaitDeadline(wait, in: self)
        var count = 0
        do {
            for element in elements {
                guard try await send(element, wait == .never ? .never : deadline.remaining) else { break }
                count += 1
            }
        } catch  where count > 0 {}
        return count
    }

    /// Receives the elements of a batch one by one.
    @available(*, noasync)
    package func receiveEach<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] { try takeUpTo(count, wait: wait) { try receive(as: type, wait: $0) } }
}

extension InProcessChannel {
    /// Sends the elements of a batch one by one, which need not be `Codable`.
    @available(*, noasync)
    package func sendEachInProcess<Element: Sendable>(_ elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int {
        let deadline = WaitDeadline(wait, in: self)
        return try countAccepted(elements) { try sendInProcess($0, wait: wait == .never ? .never : deadline.remaining) }
    }
}

extension MultitaskingError {
    /// The error of a send to a channel that is closed.
    package static var channelIsClosed: Self {
        Self(.closed, "the channel is closed and takes no more elements; make a new one")
    }
}
