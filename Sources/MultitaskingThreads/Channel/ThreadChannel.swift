public import MultitaskingCore

/// A channel of a ``ThreadPool``; made by ``ThreadPool/makeChannel(_:)``.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 10)
/// _ = try channel.send(1, wait: .forever)
/// ```
///
/// Elements are handed over as they are, without being copied or encoded; so they must be `Sendable`, and a reference
/// that is sent is shared afterwards. `receive` must name the type that the element was sent as: an `Int` is no `Int?`.
///
/// Blocked callers are woken in the order in which they came, but one that just comes may be faster than one that is
/// being woken.
public final class ThreadChannel: InProcessOfferingChannel {
    /// The name under which the pool's tasks find this channel.
    public let reference: SharedObjectID

    /// Counts the senders, if the channel closes with them.
    public let senderLedger: SenderLedger?

    /// Whether the capacity is 0, so that each element is handed from its sender to a receiver.
    public let isRendezvous: Bool

    private let storage: ThreadChannelStorage
    private let registry: ObjectRegistry
    private let owner: PoolOwner

    init(_ options: ChannelOptions, registry: ObjectRegistry) {
        let storage = ThreadChannelStorage(capacity: options.capacity)
        self.storage = storage
        isRendezvous = options.capacity == 0
        self.registry = registry
        owner = registry.owner
        reference = registry.makeReference()
        senderLedger =
            options.closesWithSenders ? SenderLedger { [weak storage] in _ = storage?.close(discarding: false) } : nil
    }

    deinit { registry.remove(reference) }

    /// How many elements wait, how many fit, and whether the channel is closed.
    public var status: ChannelStatus { storage.status }

    /// Puts `element` at the end and returns true, or returns false if there was no room until the limit.
    ///
    /// - Throws: `closed` after ``close(discarding:)``.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        try sendInProcess(element, wait: wait)
    }

    /// Takes the first element, or returns nil if there was none until the limit, or the channel is closed and empty.
    ///
    /// - Throws: `wrongType`, naming both types, if the first element was sent as another type; it stays.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func receive<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) throws -> Element? {
        try receiveInProcess(as: type, wait: wait)
    }

    /// Puts `element`, which need not be `Codable`, at the end.
    ///
    /// - Throws: as ``send(_:wait:)-swift.method`` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func sendInProcess<Element: Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        try owner.check()
        let box = TypedElement(element)
        if isRendezvous { return try storage.handOver(box, wait: wait) }
        return try storage.block(for: .send, wait: wait) { try storage.send(box, orEnlist: $0) } ?? false
    }

    /// Takes the first element, which need not be `Codable`.
    ///
    /// - Throws: as ``receive(as:wait:)-swift.method`` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func receiveInProcess<Element: Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) throws -> Element? {
        try owner.check()
        let element = try storage.block(for: .receive, wait: wait) { try storage.receive(as: type, orEnlist: $0) }
        return element??.value(as: type)
    }

    /// Puts elements at the end: all, or as many as fit until the limit; how many.
    ///
    /// - Throws: as ``send(_:wait:)-swift.method`` does, for the first one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        try sendInProcess(contentsOf: elements, wait: wait)
    }

    /// Takes the first elements, at most `count`: as many as there are, once there is one.
    ///
    /// - Throws: as ``receive(as:wait:)-swift.method`` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        try receiveInProcess(upTo: count, as: type, wait: wait)
    }

    /// Puts elements, which need not be `Codable`, at the end.
    ///
    /// - Throws: as ``send(_:wait:)-swift.method`` does, for the first one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func sendInProcess<Element: Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws
        -> Int
    {
        try owner.check()
        guard !elements.isEmpty else { return 0 }
        if isRendezvous { return try sendEachInProcess(elements, wait: wait) }
        var left: ArraySlice<ChannelElement> = elements.map { TypedElement($0) }[...]
        do {
            _ = try storage.block(for: .send, wait: wait) { try storage.send(contentsOf: &left, orEnlist: $0) }
        } catch  where left.count < elements.count {
            // What was sent before is counted, and the next call throws.
        }
        return elements.count - left.count
    }

    /// Takes the first elements, at most `count`, which need not be `Codable`.
    ///
    /// - Throws: as ``receive(as:wait:)-swift.method`` does.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func receiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        try owner.check()
        guard count > 0 else { return [] }
        let elements = try storage.block(for: .receive, wait: wait) {
            try storage.receive(upTo: count, as: type, orEnlist: $0)
        }
        return elements?.compactMap { $0.value(as: type) } ?? []
    }

    /// Ends the channel: `send` throws from now on and blocked callers wake.
    ///
    /// - Parameter discarding: whether waiting elements are dropped, which also counts them as done; otherwise they may
    ///   still be received.
    /// - Returns: how many elements were dropped.
    @discardableResult
    public func close(discarding: Bool = false) -> Int { storage.close(discarding: discarding) }

    /// Reports that one received element has been processed.
    ///
    /// - Throws: `invalidArgument` if called more often than elements were sent.
    public func taskDone() throws { try storage.taskDone() }

    /// Waits until every element sent so far was reported by ``taskDone()``; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func join(wait: WaitLimit) -> Bool {
        storage.block(for: .join, wait: owner.isThisProcess ? wait : .never) { storage.join(orEnlist: $0) } ?? false
    }

    /// Suspends until `operation` may succeed, the channel is closed, or the limit has passed; may return early.
    ///
    /// A waiter that is woken is expected to try the operation: no other is woken for the same element or room.
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    public func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        var id: UInt64?
        var isWoken = false
        defer {
            if let id, !isWoken { storage.leave(id, operation) }
        }
        isWoken = try await awaitCallback(wait) { id = storage.enlist($0, for: operation) }
    }

    /// Holds an element out, with the capacity 0.
    public func offer<Element: Codable & Sendable>(_ element: Element) throws -> any ChannelOffer {
        try offerInProcess(element)
    }

    /// Holds an element out that need not be `Codable`, with the capacity 0.
    public func offerInProcess<Element: Sendable>(_ element: Element) throws -> any ChannelOffer {
        try owner.check()
        return try ThreadOffer(TypedElement(element), in: storage)
    }

    /// Whether `operation` would not have to wait.
    public func isReady(for operation: ChannelOperation) -> Bool { storage.isProbablyReady(for: operation) }

    /// Calls `body` once when `operation` may succeed; see `WaitableChannel.whenReady(for:_:)`.
    ///
    /// - Throws: `shutDown` in a process that was forked from the pool's.
    public func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        try owner.check()
        guard let id = storage.enlist(body, for: operation) else { return {} }
        // Whoever was woken and did not try the operation passes the wake-up on by leaving.
        return { [storage] in storage.leave(id, operation) }
    }

    /// Where threads wait for several things at once.
    public var selectStation: (any SelectStation)? { ThreadSelectStation() }
}
