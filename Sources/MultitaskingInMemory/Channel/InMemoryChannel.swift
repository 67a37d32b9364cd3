public import MultitaskingCore
internal import MultitaskingSerialization

/// A queue of a simulated pool. Every call is a switch point, and every element passes through the codec.
///
/// ```swift
/// let channel = try pool.makeChannel(capacity: 10)
/// _ = try channel.send(1)
/// ```
///
/// ``InMemoryPool/makeChannel(_:)`` creates a channel; tasks access it through their context. When the parent releases
/// its last handle, the channel and its elements are freed.
public final class InMemoryChannel: OfferingChannel, HasTimeline {
    let simulation: Simulator
    let id: UInt64
    private let isOwner: Bool
    let lateFailure = LateFailure()

    /// Whether the capacity is 0, so that each element passes directly from a sender to a receiver.
    public let isRendezvous: Bool

    /// The count of senders, if the channel closes with them.
    public let senderLedger: SenderLedger?

    /// A new channel.
    init(_ options: ChannelOptions, simulation: Simulator) {
        self.simulation = simulation
        isOwner = true
        isRendezvous = options.capacity == 0
        let id = simulation.update { state, _ in
            let id = state.nextObject
            state.nextObject += 1
            state.channels[id] = ChannelState(options)
            // The pool may have ended since it was asked.
            if state.isOver { state.channels[id]?.end() }
            return id
        }
        self.id = id
        senderLedger =
            options.closesWithSenders ? SenderLedger { [weak simulation] in simulation?.closeChannel(id) } : nil
    }

    /// The channel behind a reference.
    init(_ reference: SharedObjectID, simulation: Simulator) throws {
        self.simulation = simulation
        isOwner = false
        senderLedger = nil
        let id = reference.ordinal
        self.id = id
        let isForeign = simulation.isForeign(reference)
        let options = isForeign ? nil : simulation.update { state, _ in state.channels[id]?.options }
        isRendezvous = options?.capacity == 0
        guard options != nil else { throw MultitaskingError.missing(.channel, isForeign: isForeign) }
    }

    deinit {
        guard isOwner else { return }
        simulation.update { [id] state, _ in
            if let channel = state.channels.removeValue(forKey: id) { state.effects.garbage.append(channel) }
            state.callWatches()
        }
    }

    /// The name under which workers find this channel.
    public var reference: SharedObjectID { simulation.reference(id) }

    /// The simulation's timeline.
    public var timeline: any Timeline { simulation }

    /// The current state of the channel.
    public var status: ChannelStatus {
        let status = simulation.observe({ [id] in $0.channels[id]?.status(at: $0.now) }, isIdlePoll: { _ in true })
        return (status ?? nil) ?? ChannelStatus(count: 0, capacity: nil, isClosed: true)
    }

    static var closed: MultitaskingError {
        MultitaskingError(.closed, "the channel is closed and takes no more elements; make a new one")
    }

    /// Appends `element`; see `Channel.send(_:wait:)`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) throws -> Bool {
        let payload = try SimulatedPayload(simulation.shares) { try $0.encode(element) }
        let fingerprint = TypeFingerprint.of(Element.self)
        if isRendezvous { return try handOver(.init(payload, fingerprint: fingerprint), wait: wait) }
        let isSent = try simulation.call(wait, for: .room(id), target: id) { [id] state, party -> Bool? in
            // A copy of the channel would be kept to the end of the block, and have the array of its elements copied.
            guard state.channels[id]?.isClosed == false else { throw Self.closed }
            guard state.channels[id]?.hasRoom(at: state.now) == true else {
                if wait == .never { state.note(.findsFull(channel: id), by: party) }
                return nil
            }
            state.channels[id]?.append(.init(payload, fingerprint: fingerprint))
            state.note(.sends(channel: id, bytes: payload.bytes.count), by: party)
            return true
        }
        return isSent ?? false
    }

    /// Removes and returns the first element; see `Channel.receive(as:wait:)`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        as type: Element.Type = Element.self, wait: WaitLimit = .never
    ) throws -> Element? {
        try lateFailure.rethrow()
        let fingerprint = TypeFingerprint.of(type)
        let received = try simulation.call(wait, for: .element(id)) { [id] state, party -> ChannelState.Element?? in
            guard let isClosed = state.channels[id]?.isClosed else { return .some(nil) }
            guard let first = state.channels[id]?.first else {
                if isClosed { return .some(nil) }
                if wait == .never { state.note(.findsEmpty(channel: id), by: party) }
                return nil
            }
            guard first.fingerprint == fingerprint else {
                state.note(.findsWrongType(channel: id), by: party)
                throw TypeFingerprint.mismatch(found: first.fingerprint, expected: type)
            }
            state.receive(from: id, by: party)
            state.note(.receives(channel: id, bytes: first.bytes.count), by: party)
            return first
        }
        guard let received = received ?? nil else { return nil }
        // What it refers to is held until it is read.
        return try withExtendedLifetime(received) { try simulation.decode(received.bytes) { try $0.decode(type) } }
    }

    /// Closes the channel; see `Channel.close(discarding:)`.
    @discardableResult
    public func close(discarding: Bool = false) -> Int {
        let discarded = try? simulation.call { [id] state, party -> Int? in
            guard let discarded = state.channels[id]?.close(discarding: discarding) else { return 0 }
            discarded.forEach { state.discard($0) }
            state.note(.closes(channel: id, discarded: discarded.count), by: party)
            return discarded.count
        }
        return (discarded ?? nil) ?? 0
    }

    /// Reports that one received element has been processed.
    public func taskDone() throws {
        _ = try simulation.call { [id] state, party -> Bool? in
            guard state.channels[id] != nil else { return true }
            guard state.reportDone(in: id, by: party) else {
                throw MultitaskingError(
                    .invalidArgument,
                    "taskDone() was called more often than elements were sent; call it once for each received element")
            }
            state.note(.reportsDone(channel: id), by: party)
            return true
        }
    }

    /// Blocks until every element sent so far has been reported with ``taskDone()``; false if the limit passes or the
    /// pool ends first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func join(wait: WaitLimit = .forever) -> Bool {
        let isJoined = try? simulation.call(wait, for: .joined(id)) { [id] state, _ -> Bool? in
            guard let channel = state.channels[id], !channel.isJoined else { return true }
            return channel.hasEnded ? false : nil
        }
        return (isJoined ?? nil) ?? false
    }

    /// Suspends until `operation` may succeed; see `Channel.waitUntilReady(for:wait:)`.
    ///
    /// - Throws: `shutDown` if the pool has ended with unreported elements; `deadlock`; `CancellationError` if the
    ///   awaiting task is cancelled.
    public func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        if let failure = simulation.failure { throw failure }
        var watch: Int?
        defer { if let watch { simulation.removeWatch(watch) } }
        _ = try await awaitCallback(wait, in: simulation) { watch = simulation.watch(condition(for: operation), $0) }
        guard operation == .join else { return }
        let isInVain = simulation.update { [id] state, _ in
            state.channels[id].map { $0.hasEnded && !$0.isJoined } ?? false
        }
        if isInVain {
            throw MultitaskingError.endedUnreported
        }
    }

    func condition(for operation: ChannelOperation) -> Condition {
        switch operation {
        case .send: .room(id)
        case .receive: .element(id)
        case .join: .joined(id)
        }
    }
}

extension SimulationState {
    /// Takes the first element of a channel, and remembers it where it may have to be put back.
    mutating func receive(from id: UInt64, by party: Int?) {
        guard let element = channels[id]?.removeFirst() else { return }
        guard channels[id]?.options.redelivers == true, let party, let task = task(of: party) else { return }
        tasks[task]?.keep(element, from: id)
    }

    /// Counts one element as done, of those the party has taken the first; false if all were.
    fileprivate mutating func reportDone(in id: UInt64, by party: Int?) -> Bool {
        guard channels[id]?.finish() == true else { return false }
        if let party, let task = task(of: party), let element = tasks[task]?.takeReceived(from: id) { discard(element) }
        return true
    }
}

extension Simulator {
    /// Reads a payload in the parent or in a worker.
    func decode<Value>(_ bytes: [UInt8], _ body: (inout PayloadReader) throws -> Value) throws -> Value {
        // SAFETY: the reader is gone before the closure returns the array's bytes.
        try unsafe bytes.withUnsafeBytes { bytes in
            let environment = InMemoryEnvironment(.none, simulation: self)
            var reader = unsafe PayloadReader(bytes, environment: environment)
            return try body(&reader)
        }
    }
}
