public import MultitaskingCore
internal import MultitaskingSerialization

// Batches: one switch point for as many elements as can be passed at once.
//
// Those that are sent are put in at once. Those that are received are taken one by one, since what is behind one that
// cannot be decoded stays in the channel, and decoding runs the user's code, outside of the lock. Nobody else has the
// turn meanwhile.

extension InMemoryChannel {
    /// Appends elements, all or as many as fit before the limit passes; see `SendingChannel`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        guard !elements.isEmpty else { return 0 }
        if isRendezvous { return try sendEach(elements, wait: wait) }
        let fingerprint = TypeFingerprint.of(Element.self)
        var payloads: [ChannelState.Element] = []
        // What cannot be encoded ends the batch, and fails the call that begins with it.
        do {
            for element in elements {
                let payload = try SimulatedPayload(simulation.shares) { try $0.encode(element) }
                payloads.append(.init(payload, fingerprint: fingerprint))
            }
        } catch  where !payloads.isEmpty {}
        var sent = 0
        do {
            _ = try simulation.call(wait, for: .room(id), target: id) { [id] state, party -> Bool? in
                guard state.channels[id]?.isClosed == false else { throw Self.closed }
                let count = state.send(payloads[sent...], to: id, by: party)
                if count == 0, wait == .never { state.note(.findsFull(channel: id), by: party) }
                sent += count
                return sent == payloads.count ? true : nil
            }
        } catch  where sent > 0 {}
        return sent
    }

    /// Removes and returns up to `count` elements; see `ReceivingChannel`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        guard count > 0 else { return [] }
        try lateFailure.rethrow()
        let fingerprint = TypeFingerprint.of(type)
        var taker: Int?
        let first = try simulation.call(wait, for: .element(id)) { [id] state, party -> ChannelState.Element?? in
            taker = party
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
            return first
        }
        guard let first = first ?? nil else { return [] }
        return try decode(first, andUpTo: count - 1, of: fingerprint, as: type, by: taker)
    }

    /// Decodes an element that a party has taken, and up to `count` more, which it takes.
    private func decode<Element: Codable & Sendable>(
        _ first: ChannelState.Element, andUpTo count: Int, of fingerprint: UInt64, as type: Element.Type,
        by party: Int?
    ) throws -> [Element] {
        var elements: [Element] = []
        var failure: (any Error)?
        var next: ChannelState.Element? = first
        var (taken, bytes) = (0, 0)
        while let payload = next {
            taken += 1
            bytes += payload.bytes.count
            // What it refers to is held until it is read.
            withExtendedLifetime(payload) {
                do { elements.append(try simulation.decode(payload.bytes) { try $0.decode(type) }) } catch {
                    failure = error
                }
            }
            next = failure == nil && taken <= count ? takeNext(of: fingerprint, by: party) : nil
        }
        simulation.update { [id] state, _ in
            state.note(.receivesSeveral(channel: id, count: taken, bytes: bytes), by: party)
            // There was room for more senders at each step.
            state.callWatches()
        }
        if taken > 1 { simulation.poke() }
        if let failure {
            guard !elements.isEmpty else { throw failure }
            lateFailure.keep(failure)
        }
        return elements
    }

    /// Takes the first element if it is of this type, and the caller is not a worker that has died meanwhile.
    private func takeNext(of fingerprint: UInt64, by party: Int?) -> ChannelState.Element? {
        simulation.update { [id] state, _ in
            guard party.map({ !state.parties[$0].isDying }) ?? true else { return nil }
            guard let next = state.channels[id]?.first, next.fingerprint == fingerprint else { return nil }
            state.receive(from: id, by: party)
            return next
        }
    }
}

extension SimulationState {
    /// Puts as many elements into a channel as there is room for; how many.
    fileprivate mutating func send(_ elements: ArraySlice<ChannelState.Element>, to id: UInt64, by party: Int?) -> Int {
        var (count, bytes) = (0, 0)
        for element in elements {
            guard channels[id]?.hasRoom(at: now) == true else { break }
            channels[id]?.append(element)
            count += 1
            bytes += element.bytes.count
        }
        if count > 0 { note(.sendsSeveral(channel: id, count: count, bytes: bytes), by: party) }
        return count
    }
}

extension Simulator {
    /// Closes a channel whose last sender is gone.
    func closeChannel(_ id: UInt64) {
        update { state, party in
            guard state.channels[id]?.close(discarding: false) != nil else { return }
            state.note(.closes(channel: id, discarded: 0), by: party)
            state.madeProgress(nil)
        }
        poke()
    }
}
