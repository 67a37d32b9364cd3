public import MultitaskingCore

/// A channel of a ``ThreadPool``, created by ``ThreadPool/makeChannel(_:)``.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 10)
/// _ = try channel.send(1, wait: .forever)
/// ```
///
/// Elements are passed without copying or encoding, so they must be `Sendable`, and a reference that you send is shared
/// from then on. `receive` must name the type that the element was sent as: an `Int` isn't an `Int?`. Blocked callers
/// are woken in the order of their calls, but a new caller may overtake one that is waking up.
public final class ThreadChannel: InProcessOfferingChannel {
    /// The name under which the pool's tasks find this channel.
    public let reference: SharedObjectID

    /// The count of senders, if the channel closes with them.
    public let senderLedger: SenderLedger?

    /// Whether the capacity is 0, so that each element passes directly from a sender to a receiver.
    public let isRendezvous: Bool

    private let storage: ThreadChannelStorage
    private let registry: ObjectRegistry
    private let owner: PoolOwner

    init(_ options: ChannelOptions, registry: ObjectRegistry) {
        let reference = registry.makeReference()
        let storage = ThreadChannelStorage(capacity: options.capacity, reference, registry.log)
        self.reference = reference
        self.storage = storage
        isRendezvous = options.capacity == 0
        self.registry = registry
        owner = registry.owner
        senderLedger =
            options.closesWithSenders ? SenderLedger { [weak storage] in _ = storage?.close(discarding: false) } : nil
    }

    deinit { registry.remove(reference) }

    /// Hands what was sent and received to a timeline.
    func takeNotes() { storage.takeNotes() }

    /// How many elements are queued, how many fit, and whether the channel is closed.
    public var status: ChannelStatus { storage.status }

    /// Appends `element` and returns true, or returns false if there is no room before the limit passes.
    ///
    /// - Throws: `closed` after ``close(discarding:)``.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        try sendInProcess(element, wait: wait)
    }

    /// Removes and returns the first element; nil if the limit passes first, or if the channel is closed and empty.
    ///
    /// - Throws: `wrongType`, with the names of both types, if the first element was sent as another type, in which
    ///   case it stays.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) throws -> Element? {
        try receiveInProcess(as: type, wait: wait)
    }

    /// Appends `element`, which doesn't need to be `Codable`.
    ///
    /// - Throws: whatever ``send(_:wait:)-swift.method`` throws.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func sendInProcess<Element: Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        try owner.check()
        let box = ChannelElement(element)
        if isRendezvous { return try storage.handOver(box, wait: wait) }
        // A reference of its own: the closure would retain the channel, which something refers to weakly; that takes
        // twice as long.
        let storage = storage
        return try storage.block(for: .send, wait: wait) { try storage.send(box, since: $1, orEnlist: $0) } ?? false
    }

    /// Removes and returns the first element, which doesn't need to be `Codable`.
    ///
    /// - Throws: whatever ``receive(as:wait:)-swift.method`` throws.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receiveInProcess<Element: Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) throws -> Element? {
        try owner.check()
        let element = try storage.block(for: .receive, wait: wait) {
            try storage.receive(as: type, since: $1, orEnlist: $0)
        }
        return element??.value(as: type)
    }

    /// Appends elements, all or as many as fit before the limit passes, and returns how many.
    ///
    /// - Throws: whatever ``send(_:wait:)-swift.method`` throws for the first element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        try sendInProcess(contentsOf: elements, wait: wait)
    }

    /// Removes and returns up to `count` elements, waiting only for the first.
    ///
    /// - Throws: whatever ``receive(as:wait:)-swift.method`` throws.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        try receiveInProcess(upTo: count, as: type, wait: wait)
    }

    /// Appends elements, which don't need to be `Codable`.
    ///
    /// - Throws: whatever ``send(_:wait:)-swift.method`` throws for the first element.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func sendInProcess<Element: Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws
        -> Int
    {
        try owner.check()
        guard !elements.isEmpty else { return 0 }
        if isRendezvous { return try sendEachInProcess(elements, wait: wait) }
        var left: ArraySlice<ChannelElement> = elements.map { ChannelElement($0) }[...]
        do {
            _ = try storage.block(for: .send, wait: wait) {
                try storage.send(contentsOf: &left, since: $1, orEnlist: $0)
            }
        } catch  where left.count < elements.count {
            // What was sent before is counted, and the next call throws.
        }
        return elements.count - left.count
    }

    /// Removes and returns up to `count` elements, which don't need to be `Codable`.
    ///
    /// - Throws: whatever ``receive(as:wait:)-swift.method`` throws.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        try owner.check()
        guard count > 0 else { return [] }
        let elements = try storage.block(for: .receive, wait: wait) {
            try storage.receive(upTo: count, as: type, since: $1, orEnlist: $0)
        }
        return elements?.compactMap { $0.value(as: type) } ?? []
    }

    /// Closes the channel: `send` throws from now on, and blocked callers wake.
    ///
    /// - Parameter discarding: whether to drop the queued elements, which counts them as done. Otherwise, they can
    ///   still be received.
    /// - Returns: the number of dropped elements.
    @discardableResult
    public func close(discarding: Bool = false) -> Int { storage.close(discarding: discarding) }

    /// Closes the channel because the pool has ended, which also wakes those who wait for reports.
    func end() { storage.end() }

    /// Reports that one received element has been processed.
    ///
    /// - Throws: `invalidArgument` if called more often than elements were sent.
    public func taskDone() throws { try storage.taskDone() }

    /// Blocks until every element sent so far has been reported with ``taskDone()``; false if the limit passes or the
    /// pool ends first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func join(wait: WaitLimit) -> Bool {
        let limit = owner.isThisProcess ? wait : .never
        return storage.block(for: .join, wait: limit) { waiter, _ in storage.join(orEnlist: waiter) } ?? false
    }

    /// Suspends until `operation` may succeed, the channel is closed, or the limit passes. May return early.
    ///
    /// A waiter that wakes must try the operation, because no other waiter is woken for the same element or room.
    /// - Throws: `shutDown` if the pool has ended with unreported elements; `CancellationError` if the awaiting task is
    ///   cancelled.
    public func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        var id: UInt64?
        var isWoken = false
        defer {
            if let id, !isWoken { storage.leave(id, operation) }
        }
        isWoken = try await awaitCallback(wait) { id = storage.enlist($0, for: operation) }
        if operation == .join, storage.hasEndedUnreported {
            throw MultitaskingError.endedUnreported
        }
    }

    /// Offers an element, if the capacity is 0.
    public func offer<Element: Codable & Sendable>(_ element: Element) throws -> any ChannelOffer {
        try offerInProcess(element)
    }

    /// Offers an element that doesn't need to be `Codable`, if the capacity is 0.
    public func offerInProcess<Element: Sendable>(_ element: Element) throws -> any ChannelOffer {
        try owner.check()
        return try ThreadOffer(ChannelElement(element), in: storage)
    }

    /// Whether `operation` can complete without waiting.
    public func isReady(for operation: ChannelOperation) -> Bool { storage.isProbablyReady(for: operation) }

    /// Calls `body` once, as soon as `operation` may succeed; see `WaitableChannel.whenReady(for:_:)`.
    ///
    /// - Throws: `shutDown` in a process that was forked from the pool's process.
    public func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        try owner.check()
        guard let id = storage.enlist(body, for: operation) else { return {} }
        // A thread that was woken and did not try the operation passes the wake-up on by leaving.
        return { [storage] in storage.leave(id, operation) }
    }

    /// The station at which threads wait for several sources.
    public var selectStation: (any SelectStation)? { ThreadSelectStation() }
}
