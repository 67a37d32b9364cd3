public import MultitaskingCore
internal import MultitaskingSerialization

// Batches: one switch point for as many elements as can be passed at once.

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
        let payloads = try simulation.call(wait, for: .element(id)) { [id] state, party -> [ChannelState.Element]? in
            guard let isClosed = state.channels[id]?.isClosed else { return [] }
            guard let first = state.channels[id]?.first else {
                if isClosed { return [] }
                if wait == .never { state.note(.findsEmpty(channel: id), by: party) }
                return nil
            }
            guard first.fingerprint == fingerprint else {
                state.note(.findsWrongType(channel: id), by: party)
                throw TypeFingerprint.mismatch(found: first.fingerprint, expected: type)
            }
            return state.receive(upTo: count, of: fingerprint, from: id, by: party)
        }
        return try decode(payloads ?? [], as: type)
    }

    private func decode<Element: Codable & Sendable>(
        _ payloads: [ChannelState.Element], as type: Element.Type
    ) throws -> [Element] {
        var elements: [Element] = []
        for payload in payloads {
            do { elements.append(try simulation.decode(payload.bytes) { try $0.decode(type) }) } catch {
                lateFailure.keep(error)
            }
        }
        if elements.isEmpty { try lateFailure.rethrow() }
        return elements
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

    /// Takes as many of the first elements as are of one type, at most `count`.
    fileprivate mutating func receive(
        upTo count: Int, of fingerprint: UInt64, from id: UInt64, by party: Int?
    ) -> [ChannelState.Element] {
        var payloads: [ChannelState.Element] = []
        while payloads.count < count, let next = channels[id]?.first, next.fingerprint == fingerprint {
            receive(from: id, by: party)
            payloads.append(next)
        }
        let bytes = payloads.reduce(0) { $0 + $1.bytes.count }
        note(.receivesSeveral(channel: id, count: payloads.count, bytes: bytes), by: party)
        return payloads
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
